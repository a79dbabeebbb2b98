import { answerOrRefuse } from "@/server/api/refuse";
import { getContext } from "@/server/context";
import { readTile } from "@/server/services/read-tile";

export const dynamic = "force-dynamic";

/** Tiles of hashes and bundles of entries (C2SP tlog-tiles); their bytes never change. */
export const GET = (_: Request, { params }: { params: Promise<{ path: string[] }> }) =>
  answerOrRefuse(async () => {
    const bytes = await readTile(getContext(), `tile/${(await params).path.join("/")}`);
    return new Response(Buffer.from(bytes), {
      headers: {
        "content-type": "application/octet-stream",
        "cache-control": "public, max-age=31536000, immutable",
        "access-control-allow-origin": "*",
      },
    });
  });
