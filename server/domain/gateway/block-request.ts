import { Cid } from "@/schemas/primitives";
import { sha256OfCid } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";
import { type MediaRange, parseAccept, specificityOf } from "@/server/domain/gateway/accept";

/** The media types that a trustless gateway answers with. */
export const RAW = "application/vnd.ipld.raw";
export const CAR = "application/vnd.ipld.car";

/** The empty block that carries itself in its CID: with it clients ask whether a gateway is there. */
export const PROBE_CID = "bafkqaaa";

/** What was asked of the gateway. */
export type BlockRequest = {
  /** Null: the probe. */
  readonly cid: Cid | null;
  readonly format: "raw" | "car";
  /** The answer's media type with all its parameters. */
  readonly contentType: string;
  /** Names this representation of this block; a strong entity tag (RFC 9110, section 8.8.3). */
  readonly etag: string;
  /** The address of this representation when the request's own address does not name it; else null. */
  readonly location: string | null;
};

/**
 * Reads a request to `/ipfs/…` as the IPFS Trustless Gateway specification has it (specs.ipfs.tech,
 * version of 2026-03-05): the parameters of the address go before `Accept`, and what neither asks
 * for is the raw block. A raw block is whole: all scopes and all byte ranges of it are the block.
 *
 * @param segments the decoded path below `/ipfs/`.
 * @param accept the `Accept` header; null: none.
 * @throws BeaconError CID_INVALID, BLOCK_PATH_INVALID, BLOCK_FORMAT_UNSUPPORTED, BLOCK_PARAMETER_INVALID
 */
export function parseBlockRequest(
  segments: readonly string[],
  query: URLSearchParams,
  accept: string | null,
): BlockRequest {
  const cid = cidIn(segments);
  const name = cid ?? PROBE_CID;
  const ranges = parseAccept(accept);
  const format = formatOf(query.get("format"), ranges);
  if (format === "raw") {
    const location = query.has("format") ? null : `/ipfs/${name}?format=raw`;
    return { cid, format, contentType: RAW, etag: `"${name}.raw"`, location };
  }
  const { dups, isNegotiated } = carFormOf(query, ranges);
  const shape = shapeOf(query);
  const marks = [...shape.values(), ...(dups === "y" ? ["dups"] : [])];
  const address = new URLSearchParams([
    ["format", "car"],
    ...shape,
    ["car-version", "1"],
    ["car-order", "dfs"],
    ["car-dups", dups],
  ]);
  return {
    cid,
    format,
    contentType: `${CAR}; version=1; order=dfs; dups=${dups}`,
    etag: `"${[...marks, name].join(".")}.car"`,
    location: query.has("format") && !isNegotiated ? null : `/ipfs/${name}?${address}`,
  };
}

function cidIn([first = "", ...rest]: readonly string[]): Cid | null {
  const cid = Cid.safeParse(first);
  if (first !== PROBE_CID && !(cid.success && sha256OfCid(first) !== null))
    throw new BeaconError(
      "CID_INVALID",
      "Blocks here have CIDv1 addresses: raw, sha2-256, base32 in lower case.",
    );
  if (rest.length > 0)
    throw new BeaconError("BLOCK_PATH_INVALID", "A raw block has no parts: ask for its CID alone.");
  return cid.success ? cid.data : null;
}

function formatOf(asked: string | null, ranges: readonly MediaRange[]): "raw" | "car" {
  if (asked === "raw" || asked === "car") return asked;
  if (asked !== null)
    throw new BeaconError(
      "BLOCK_FORMAT_UNSUPPORTED",
      "This gateway answers format=raw and format=car.",
    );
  const raw = preferenceOf(RAW, ranges);
  const car = preferenceOf(
    CAR,
    ranges.filter((range) => range.type !== CAR || isOurs(range)),
  );
  if (raw.quality === 0 && car.quality === 0)
    throw new BeaconError(
      "BLOCK_FORMAT_UNSUPPORTED",
      `This gateway answers ${RAW} and ${CAR}, version 1.`,
    );
  if (raw.quality !== car.quality) return raw.quality > car.quality ? "raw" : "car";
  return car.specificity > raw.specificity ? "car" : "raw";
}

/** How welcome a type is: what the range says that names it best. */
function preferenceOf(type: string, ranges: readonly MediaRange[]) {
  let best = { quality: 0, specificity: 0 };
  for (const range of ranges) {
    const specificity = specificityOf(range, type);
    const isBetter =
      specificity > best.specificity ||
      (specificity === best.specificity && range.quality > best.quality);
    if (specificity > 0 && isBetter) best = { quality: range.quality, specificity };
  }
  return best;
}

/** What a client may say of a CAR, and what of it we can do. One block is in every order and never doubled. */
const CAR_FORMS: Readonly<Record<string, readonly string[]>> = {
  version: ["1"],
  order: ["dfs", "unk"],
  dups: ["y", "n"],
};

const isOurs = ({ parameters }: MediaRange): boolean =>
  Object.entries(CAR_FORMS).every(([name, values]) =>
    values.includes(parameters.get(name) ?? values[0] ?? ""),
  );

/** `isNegotiated`: the `Accept` header chose something that the address does not say. */
function carFormOf(
  query: URLSearchParams,
  ranges: readonly MediaRange[],
): { readonly dups: string; readonly isNegotiated: boolean } {
  for (const [name, values] of Object.entries(CAR_FORMS)) {
    const asked = query.get(`car-${name}`);
    if (asked !== null && !values.includes(asked))
      throw new BeaconError(
        "BLOCK_FORMAT_UNSUPPORTED",
        `This gateway answers car-${name}=${values.join(" or ")}.`,
      );
  }
  const accepted = ranges.find((range) => range.type === CAR && range.quality > 0 && isOurs(range));
  const fromQuery = query.get("car-dups");
  const fromAccept = accepted?.parameters.get("dups");
  return {
    dups: fromQuery ?? fromAccept ?? "n",
    isNegotiated: fromQuery === null && fromAccept !== undefined,
  };
}

const SCOPES = ["all", "entity", "block"];
/** `from:to`, both in bytes, counted from the end when negative; `*`: the end. */
const BYTE_RANGE = /^-?\d{1,16}:(\*|-?\d{1,16})$/;

/** What was asked about the archive's extent, but for the defaults; all of it comes to the one block. */
function shapeOf(query: URLSearchParams): ReadonlyMap<string, string> {
  const shape = new Map<string, string>();
  const scope = query.get("dag-scope") ?? "all";
  if (!SCOPES.includes(scope))
    throw new BeaconError("BLOCK_PARAMETER_INVALID", `dag-scope is one of ${SCOPES.join(", ")}.`);
  const range = query.get("entity-bytes") ?? "0:*";
  if (!BYTE_RANGE.test(range))
    throw new BeaconError(
      "BLOCK_PARAMETER_INVALID",
      "entity-bytes is from:to, in bytes, or from:*.",
    );
  if (scope !== "all") shape.set("dag-scope", scope);
  if (range !== "0:*") shape.set("entity-bytes", range);
  return shape;
}
