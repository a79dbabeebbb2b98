import { BeaconError } from "@/server/domain/errors";

export type ServiceRequest = {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** The longest answer that is read. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
};

export type ServiceAnswer = { readonly status: number; readonly body: Uint8Array };

/** Answers that ask to come again: request time-out, too many requests. */
const COME_AGAIN: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Asks a service of others. Redirects are not followed: only what was configured is asked.
 *
 * @param expected the statuses that are answers; others are failures.
 * @throws BeaconError ANCHOR_UNAVAILABLE when nobody answered in time or the answer asks to come again,
 *   ANCHOR_INVALID for any other status and for an answer that is too long.
 */
export async function exchange(
  { url, method, headers, body, maxBytes, signal }: ServiceRequest,
  expected: readonly number[],
): Promise<ServiceAnswer> {
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
      redirect: "manual",
      signal,
    });
    if (!expected.includes(response.status)) {
      await response.body?.cancel();
      throw refusalOf(url, response.status);
    }
    return { status: response.status, body: await bodyOf(response, url, maxBytes) };
  } catch (cause) {
    if (cause instanceof BeaconError) throw cause;
    const isLate = signal.aborted && isTimeout(signal.reason);
    throw new BeaconError(
      "ANCHOR_UNAVAILABLE",
      `${hostOf(url)} ${isLate ? "did not answer in time" : "cannot be reached"}`,
      { cause },
    );
  }
}

function refusalOf(url: string, status: number): BeaconError {
  const code = status >= 500 || COME_AGAIN.has(status) ? "ANCHOR_UNAVAILABLE" : "ANCHOR_INVALID";
  return new BeaconError(code, `${hostOf(url)} answered with status ${status}`);
}

async function bodyOf(response: Response, url: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes)
      throw new BeaconError(
        "ANCHOR_INVALID",
        `${hostOf(url)} answered with more than ${maxBytes} bytes`,
      );
    chunks.push(chunk);
  }
  return Uint8Array.from(Buffer.concat(chunks));
}

const isTimeout = (reason: unknown): boolean =>
  reason instanceof DOMException && reason.name === "TimeoutError";

const hostOf = (url: string): string => new URL(url).host;
