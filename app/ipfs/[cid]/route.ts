import { Cid } from "@/schemas/primitives";
import { answerOrRefuse } from "@/server/api/refuse";
import { getContext } from "@/server/context";
import { BeaconError } from "@/server/domain/errors";

export const dynamic = "force-dynamic";

/** One raw block by its CID, as a trustless gateway answers: the reader hashes the bytes. */
export const GET = (_: Request, { params }: { params: Promise<{ cid: string }> }) =>
  answerOrRefuse(async () => {
    const cid = Cid.safeParse((await params).cid);
    if (!cid.success)
      throw new BeaconError(
        "CID_INVALID",
        "Blocks here have CIDv1 addresses: raw, sha2-256, base32.",
      );
    const bytes = await getContext().content.get(cid.data);
    if (bytes === null)
      throw new BeaconError("BLOCK_NOT_FOUND", `There is no block ${cid.data} here.`);
    return new Response(Buffer.from(bytes), {
      headers: {
        "content-type": "application/vnd.ipld.raw",
        "content-disposition": `attachment; filename="${cid.data}.bin"`,
        "cache-control": "public, max-age=29030400, immutable",
        etag: `"${cid.data}"`,
        "x-content-type-options": "nosniff",
        "access-control-allow-origin": "*",
      },
    });
  });
