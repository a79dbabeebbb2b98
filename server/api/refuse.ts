import { ERRORS, type ErrorCode, isBeaconError } from "@/server/domain/errors";
import { logger } from "@/server/telemetry/logger";
import { currentRequestId } from "@/server/telemetry/request-id";

const STATUS: Partial<Record<ErrorCode, number>> = {
  JOB_NOT_FOUND: 404,
  COMPARISON_NOT_FOUND: 404,
  LEAF_NOT_FOUND: 404,
  ATTESTATION_NOT_FOUND: 404,
  TILE_NOT_FOUND: 404,
  BLOCK_NOT_FOUND: 404,
  TILE_PATH_INVALID: 400,
  CID_INVALID: 400,
  BLOCK_PATH_INVALID: 400,
  BLOCK_PARAMETER_INVALID: 400,
  BLOCK_FORMAT_UNSUPPORTED: 406,
  LOG_ADD_OFF: 404,
  SUBMITTER_UNKNOWN: 401,
  LOG_ADD_REFUSED: 403,
  ORIGIN_REFUSED: 403,
  REQUEST_TOO_LARGE: 413,
  LEAF_TOO_LARGE: 413,
  LOG_BUSY: 429,
  LOG_HALTED: 503,
  LOG_WRITER_BUSY: 503,
  DATABASE_UNAVAILABLE: 503,
  BUNDLE_NOT_READY: 409,
  ANCHOR_NOT_FOUND: 404,
  ANCHOR_UNAVAILABLE: 503,
  CONTENT_STORE_UNAVAILABLE: 503,
  EXPLORER_QUERY_INVALID: 400,
  EXPLORER_TIMED_OUT: 503,
  EXPLORER_BUSY: 503,
};

/**
 * Answers a route handler's request, or refuses it: the code and one plain sentence as JSON, never
 * an exception page.
 */
export async function answerOrRefuse(answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    const { status, body } = refusalOf(error);
    return Response.json(body, { status });
  }
}

/** What a request that failed is answered with; the name of the request is what an operator finds its log lines by. */
type Refusal = { readonly code: string; readonly message: string; readonly requestId?: string };

/** How a request that failed is answered; what nobody foresaw is logged, and nothing of it shown. */
export function refusalOf(error: unknown): { readonly status: number; readonly body: Refusal } {
  const id = currentRequestId();
  const request = id === undefined ? {} : { requestId: id };
  const message = "Something went wrong on our side.";
  if (!isBeaconError(error)) {
    logger.error({ err: error }, "a request failed");
    return { status: 500, body: { code: "INTERNAL", message, ...request } };
  }
  const { code } = error;
  const body = { code, message: ERRORS[code].expose ? error.message : message, ...request };
  return { status: STATUS[code] ?? 500, body };
}
