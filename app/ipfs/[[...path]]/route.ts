import { answerOrRefuse } from "@/server/api/refuse";
import { getContext } from "@/server/context";
import { fromBase32 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import {
  type BlockRequest,
  PROBE_CID,
  parseBlockRequest,
} from "@/server/domain/gateway/block-request";
import { encodeCar } from "@/server/domain/gateway/car";

export const dynamic = "force-dynamic";

type Asked = { params: Promise<{ path?: string[] }> };

/** 48 weeks: what the path gateway specification gives to what never changes. */
const FOREVER = "public, max-age=29030400, immutable";

/** For pages of any origin: the bytes are public, and prove themselves. */
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, HEAD, OPTIONS",
  "access-control-allow-headers": "Accept, Content-Type, If-None-Match, Range, X-Requested-With",
  "access-control-expose-headers":
    "Content-Disposition, Content-Length, Content-Location, ETag, X-Ipfs-Path, X-Ipfs-Roots",
};

/**
 * The blocks of this installation, as a trustless gateway answers (specs.ipfs.tech): one raw block, or
 * a CAR with it; the reader hashes the bytes. Other people's blocks are 404, whoever might have them.
 */
export const GET = (request: Request, { params }: Asked) =>
  served(async () => {
    const { path = [] } = await params;
    const { searchParams } = new URL(request.url);
    const asked = parseBlockRequest(path, searchParams, request.headers.get("accept"));
    const body = await bodyOf(asked);
    const headers = headersOf(asked, body.length);
    if (isKnown(request.headers.get("if-none-match"), asked.etag)) {
      headers.delete("content-length");
      return new Response(null, { status: 304, headers });
    }
    return new Response(request.method === "HEAD" ? null : Buffer.from(body), { headers });
  });

export const HEAD: typeof GET = (request, context) => GET(request, context);

/** The answer to a browser that asks first (CORS). */
export const OPTIONS = () => new Response(null, { status: 204, headers: CORS });

async function served(answer: () => Promise<Response>): Promise<Response> {
  const response = await answerOrRefuse(answer);
  for (const [name, value] of Object.entries(CORS)) response.headers.set(name, value);
  // A block that is not here today may be here tomorrow.
  if (response.status >= 400) response.headers.set("cache-control", "no-store");
  return response;
}

/** @throws BeaconError BLOCK_NOT_FOUND, BLOCK_CID_MISMATCH: nothing leaves here that was not hashed. */
async function bodyOf({ cid, format }: BlockRequest): Promise<Uint8Array> {
  const bytes = cid === null ? new Uint8Array() : await getContext().content.get(cid);
  if (bytes === null) throw new BeaconError("BLOCK_NOT_FOUND", `There is no block ${cid} here.`);
  if (format === "raw") return bytes;
  const root = fromBase32((cid ?? PROBE_CID).slice(1));
  if (root === null) throw new Error("a CID that was parsed has no bytes");
  return encodeCar(root, cid === null ? null : { cid: root, bytes });
}

function headersOf(asked: BlockRequest, sizeBytes: number): Headers {
  const name = asked.cid ?? PROBE_CID;
  const extension = asked.format === "raw" ? "bin" : "car";
  const headers = new Headers({
    "content-type": asked.contentType,
    // Next's own server leaves it out and sends the body in pieces; other servers pass it on.
    "content-length": String(sizeBytes),
    "content-disposition": `attachment; filename="${name}.${extension}"`,
    "cache-control": FOREVER,
    etag: asked.etag,
    vary: "Accept",
    "accept-ranges": "none",
    "x-content-type-options": "nosniff",
    "x-ipfs-path": `/ipfs/${name}`,
    "x-ipfs-roots": name,
  });
  if (asked.location !== null) headers.set("content-location", asked.location);
  return headers;
}

/** Whether the reader has this representation (RFC 9110, section 13.1.2). */
const isKnown = (header: string | null, etag: string): boolean =>
  (header ?? "")
    .split(",")
    .map((tag) => tag.trim().replace(/^W\//, ""))
    .some((tag) => tag === "*" || tag === etag);
