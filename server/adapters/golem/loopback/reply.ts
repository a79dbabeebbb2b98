/** What a route answers. A body of `undefined` is no body at all; `null` is the JSON `null`. */
export type Reply = {
  readonly status: number;
  readonly body?: unknown;
  readonly contentType?: string;
};

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const created = (body: unknown): Reply => ({ status: 201, body });
export const noContent: Reply = { status: 204 };

/** yagna's ordinary error: `{"message": …}`. */
export const refuse = (status: number, message: string): Reply => ({ status, body: { message } });

/** yagna's answer when a provider does not. */
export const unreachable = (): Reply =>
  refuse(500, "GSB error: remote service at `/net` error: Endpoint unreachable");
