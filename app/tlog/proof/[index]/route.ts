import { answerOrRefuse } from "@/server/api/refuse";
import { getContext } from "@/server/context";
import { BeaconError } from "@/server/domain/errors";
import { buildReceipt } from "@/server/services/build-receipt";

export const dynamic = "force-dynamic";

/** The receipt of one leaf at the newest checkpoint, as a `.tlog-proof` file. */
export const GET = (_: Request, { params }: { params: Promise<{ index: string }> }) =>
  answerOrRefuse(async () => {
    const { index } = await params;
    if (!/^(0|[1-9]\d{0,14})$/.test(index))
      throw new BeaconError("LEAF_NOT_FOUND", "A leaf's index is a whole number.");
    const { text, fileName } = await buildReceipt(getContext(), Number(index));
    return new Response(text, {
      headers: {
        "content-type": "text/plain; charset=utf-8",
        "content-disposition": `attachment; filename="${fileName}"`,
        "cache-control": "public, max-age=1",
        "access-control-allow-origin": "*",
      },
    });
  });
