import { hash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { LogStore } from "@/server/adapters/db/log-store";
import { type ByteCache, createByteCache } from "@/server/api/byte-cache";
import { answerOrRefuse } from "@/server/api/refuse";
import { BeaconError } from "@/server/domain/errors";
import { type ReadTileDeps, readTile } from "@/server/services/read-tile";

const compress = promisify(gzip);

/** The fastest: receipts and identifiers hardly shrink more at the slower ones. */
const LEVEL = { level: 1 };

/** Below this compression gains nothing worth its time. */
const COMPRESS_FROM_BYTES = 1_024;
/** Some 100,000 entries, compressed. */
const ZIPPED_BYTES = 67_108_864;
const BUNDLE = /^tile\/entries\//;

/** What every answer below /tlog says: anybody's page may read it. */
const OPEN = { "access-control-allow-origin": "*" };

export type TlogReadDeps = { readonly log: Pick<LogStore, "published"> };

/** The published checkpoint (C2SP tlog-tiles, section Checkpoints): never older than a second. */
export const checkpointResponse = ({ log }: TlogReadDeps): Promise<Response> =>
  answerOrRefuse(async () => {
    const published = await log.published();
    if (published === null)
      throw new BeaconError("LEAF_NOT_FOUND", "This log has not published a checkpoint yet.");
    return new Response(published.note, {
      headers: {
        ...OPEN,
        "content-type": "text/plain; charset=utf-8",
        "cache-control": "public, max-age=1",
      },
    });
  });

/**
 * A tile of hashes or a bundle of entries (C2SP tlog-tiles): bytes that never change. Bundles are
 * compressed for whoever accepts it; hashes are not, they would not shrink.
 *
 * @param path below the log's prefix: `tile/0/000.p/7`.
 * @param zipped full bundles of this log, compressed before.
 */
export const tileResponse = (
  deps: ReadTileDeps,
  path: string,
  { headers }: Pick<Request, "headers">,
  zipped: ByteCache = createByteCache(0),
): Promise<Response> =>
  answerOrRefuse(async () => {
    const isBundle = BUNDLE.test(path);
    const mayZip = isBundle && acceptsGzip(headers.get("accept-encoding") ?? "");
    const { body, isZipped } = mayZip
      ? await zippedBundle(deps, path, zipped)
      : { body: await readTile(deps, path), isZipped: false };
    const tag = `"${hash("sha256", body, "hex").slice(0, 32)}${isZipped ? "-gzip" : ""}"`;
    const common = {
      ...OPEN,
      etag: tag,
      "cache-control": "public, max-age=31536000, immutable",
      ...(isBundle ? { vary: "Accept-Encoding" } : {}),
    };
    if (isKnown(headers.get("if-none-match") ?? "", tag))
      return new Response(null, { status: 304, headers: common });
    return new Response(Buffer.from(body), {
      headers: {
        ...common,
        "content-type": "application/octet-stream",
        "content-length": String(body.length),
        ...(isZipped ? { "content-encoding": "gzip" } : {}),
      },
    });
  });

/** A bundle, compressed where that gains something; a full one only once for many readers. */
async function zippedBundle(deps: ReadTileDeps, path: string, zipped: ByteCache) {
  const known = zipped.get(path);
  if (known !== null) return { body: known, isZipped: true };
  const bytes = await readTile(deps, path);
  if (bytes.length < COMPRESS_FROM_BYTES) return { body: bytes, isZipped: false };
  const body = await compress(bytes, LEVEL);
  if (!path.includes(".p/")) zipped.keep(path, body);
  return { body, isZipped: true };
}

/** Whether gzip is named with a weight above 0 (RFC 9110, section 12.5.3). */
const acceptsGzip = (header: string): boolean =>
  header
    .toLowerCase()
    .split(",")
    .map((part) => part.split(";").map((word) => word.trim()))
    .some(([coding, weight]) => coding === "gzip" && !/^q=0(\.0*)?$/.test(weight ?? ""));

const isKnown = (header: string, tag: string): boolean =>
  header === "*" || header.split(",").some((known) => known.trim().replace(/^W\//, "") === tag);

const READABLE = /^\/tlog\/(?:checkpoint(?:\?|$)|tile\/)/;

/** Whether a request is for the checkpoint or for a tile. */
export const isTlogRead = ({ method, url = "" }: IncomingMessage): boolean =>
  (method === "GET" || method === "HEAD") && READABLE.test(url);

/**
 * `GET` and `HEAD` of `/tlog/checkpoint` and `/tlog/tile/…`. Not routes of Next's, whose server drops
 * a route's Content-Encoding and Content-Length: a compressed bundle would arrive as garbage.
 */
export function tlogRead(deps: ReadTileDeps & TlogReadDeps) {
  const zipped = createByteCache(ZIPPED_BYTES);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = ""] = (request.url ?? "").slice("/tlog/".length).split("?");
    const { "accept-encoding": accepted, "if-none-match": known } = request.headers;
    const headers = new Headers({
      ...(typeof accepted === "string" ? { "accept-encoding": accepted } : {}),
      ...(known === undefined ? {} : { "if-none-match": known }),
    });
    const answer =
      path === "checkpoint"
        ? await checkpointResponse(deps)
        : await tileResponse(deps, path, { headers }, zipped);
    const body = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, {
      ...Object.fromEntries(answer.headers),
      ...(answer.status === 304 ? {} : { "content-length": body.length }),
      "x-content-type-options": "nosniff",
    });
    response.end(request.method === "HEAD" ? undefined : body);
  };
}
