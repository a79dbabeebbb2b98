import { AnchorId } from "@/schemas/anchor";
import { answerOrRefuse } from "@/server/api/refuse";
import { getContext } from "@/server/context";
import { BeaconError } from "@/server/domain/errors";
import { listAnchors } from "@/server/services/show-anchors";

export const dynamic = "force-dynamic";

/** Anchors a page. */
const LIMIT = 100;

/**
 * Who outside was asked to vouch for which checkpoint, and what came of it, as JSON: the largest
 * checkpoints first, 100 at a time, `?cursor=` the `nextCursor` of the page before.
 *
 * `digest` is sha256 over the text of the checkpoint's note: its three lines with their final newline,
 * without the blank line and the signatures below.
 */
export const GET = (request: Request) =>
  answerOrRefuse(async () => {
    const asked = new URL(request.url).searchParams.get("cursor");
    const cursor = AnchorId.nullable().safeParse(asked);
    if (!cursor.success)
      throw new BeaconError("ANCHOR_NOT_FOUND", "The cursor is not an anchor's id.");
    const page = await listAnchors(getContext(), { cursor: cursor.data, limit: LIMIT });
    return Response.json(page, {
      headers: { "cache-control": "public, max-age=1", "access-control-allow-origin": "*" },
    });
  });
