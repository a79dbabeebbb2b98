import { AnchorId } from "@/schemas/anchor";
import { answerOrRefuse } from "@/server/api/refuse";
import { getContext } from "@/server/context";
import { BeaconError } from "@/server/domain/errors";
import { showAnchorProof } from "@/server/services/show-anchors";

export const dynamic = "force-dynamic";

/** An anchor's proof: a TimeStampResp (`.tsr`) or an OpenTimestamps file (`.ots`). */
export const GET = (_: Request, { params }: { params: Promise<{ id: string }> }) =>
  answerOrRefuse(async () => {
    const id = AnchorId.safeParse((await params).id);
    if (!id.success) throw new BeaconError("ANCHOR_NOT_FOUND", "That is not an anchor's id.");
    const { bytes, contentType, fileName } = await showAnchorProof(getContext(), id.data);
    return new Response(Buffer.from(bytes), {
      headers: {
        "content-type": contentType,
        "content-disposition": `attachment; filename="${fileName}"`,
        "cache-control": "public, max-age=60",
        "x-content-type-options": "nosniff",
        "access-control-allow-origin": "*",
      },
    });
  });
