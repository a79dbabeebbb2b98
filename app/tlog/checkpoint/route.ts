import { answerOrRefuse } from "@/server/api/refuse";
import { getContext } from "@/server/context";
import { BeaconError } from "@/server/domain/errors";

export const dynamic = "force-dynamic";

/** The published checkpoint (C2SP tlog-tiles, section Checkpoints). */
export const GET = () =>
  answerOrRefuse(async () => {
    const published = await getContext().log.published();
    if (published === null)
      throw new BeaconError("LEAF_NOT_FOUND", "This log has not published a checkpoint yet.");
    return new Response(published.note, {
      headers: {
        "content-type": "text/plain; charset=utf-8",
        "cache-control": "public, max-age=1",
        "access-control-allow-origin": "*",
      },
    });
  });
