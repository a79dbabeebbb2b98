import { AnchorId } from "@/schemas/anchor";
import { answerOrRefuse } from "@/server/api/refuse";
import { getContext } from "@/server/context";
import { BeaconError } from "@/server/domain/errors";
import { showAnchoredCheckpoint } from "@/server/services/show-anchors";

export const dynamic = "force-dynamic";

/** The checkpoint that an anchor is about, as it was published: `/tlog/checkpoint` has only the newest. */
export const GET = (_: Request, { params }: { params: Promise<{ id: string }> }) =>
  answerOrRefuse(async () => {
    const id = AnchorId.safeParse((await params).id);
    if (!id.success) throw new BeaconError("ANCHOR_NOT_FOUND", "That is not an anchor's id.");
    const { note, fileName } = await showAnchoredCheckpoint(getContext(), id.data);
    return new Response(note, {
      headers: {
        "content-type": "text/plain; charset=utf-8",
        "content-disposition": `attachment; filename="${fileName}"`,
        "cache-control": "public, max-age=29030400, immutable",
        "access-control-allow-origin": "*",
      },
    });
  });
