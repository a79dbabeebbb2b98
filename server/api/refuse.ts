import { ERRORS, type ErrorCode, isBeaconError } from "@/server/domain/errors";
import { logger } from "@/server/telemetry/logger";

const STATUS: Partial<Record<ErrorCode, number>> = {
  LEAF_NOT_FOUND: 404,
  TILE_NOT_FOUND: 404,
  BLOCK_NOT_FOUND: 404,
  TILE_PATH_INVALID: 400,
  CID_INVALID: 400,
};

/**
 * Answers a route handler's request, or refuses it: the code and one plain sentence as JSON, never
 * an exception page.
 */
export async function answerOrRefuse(answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (!isBeaconError(error)) {
      logger.error({ err: error }, "a request failed");
      return Response.json(
        { code: "INTERNAL", message: "Something went wrong on our side." },
        { status: 500 },
      );
    }
    const { code } = error;
    const message = ERRORS[code].expose ? error.message : "Something went wrong on our side.";
    return Response.json({ code, message }, { status: STATUS[code] ?? 500 });
  }
}
