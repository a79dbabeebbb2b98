import { BeaconError, type ErrorCode, isBeaconError } from "@/server/domain/errors";

/** Said for somebody behind whom the node is: it may be there again in a moment (RFC 9110, RFC 6585). */
const AWAY = new Set([429, 502, 503, 504]);

/** What Kubo answers, with status 500, for a block that it does not have and may not look for. */
const ABSENT = /block was not found locally|ipld: could not find/;
/** What Kubo answers, with status 500, when it is asked whether something is pinned and it is not. */
const NOT_PINNED = /is not pinned/;

/** The status of an answer that kubo-rpc-client threw (its `HTTPError`); null for everything else. */
function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || error.name !== "HTTPError" || !("response" in error))
    return null;
  const { response } = error;
  return response instanceof Response ? response.status : null;
}

/** Whether the node answered that it does not have the block. */
export const isAbsent = (error: unknown): boolean =>
  statusOf(error) === 500 && error instanceof Error && ABSENT.test(error.message);

/** Whether the node answered that the block is not pinned. */
export const isNotPinned = (error: unknown): boolean =>
  statusOf(error) === 500 && error instanceof Error && NOT_PINNED.test(error.message);

/**
 * Whatever a call to a Kubo node failed with, in our words. The node's own sentence goes into the
 * cause only: it may hold whatever a stranger's server wants to say.
 *
 * @returns CONTENT_STORE_UNAVAILABLE when there was no answer, CONTENT_STORE_REFUSED when there was
 *   one, and it was no.
 */
export function translated(error: unknown, name: string): BeaconError {
  if (isBeaconError(error)) return error;
  const status = statusOf(error);
  const [code, message] = sentenceOf(status, error, name);
  return new BeaconError(code, message, { cause: error, details: { store: name } });
}

function sentenceOf(status: number | null, error: unknown, name: string): [ErrorCode, string] {
  if (status === 401 || status === 403)
    return ["CONTENT_STORE_REFUSED", `${name} does not accept our credentials`];
  if (status !== null)
    return AWAY.has(status)
      ? ["CONTENT_STORE_UNAVAILABLE", `${name} is away (HTTP ${status})`]
      : ["CONTENT_STORE_REFUSED", `${name} answered HTTP ${status}`];
  if (error instanceof SyntaxError)
    return ["CONTENT_STORE_REFUSED", `${name} answered something that is not Kubo's`];
  const isLate = error instanceof Error && /^(TimeoutError|AbortError)$/.test(error.name);
  return [
    "CONTENT_STORE_UNAVAILABLE",
    isLate ? `${name} did not answer in time` : `${name} cannot be reached`,
  ];
}
