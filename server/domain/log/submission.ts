import { concat, fromUtf8, utf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";

/** The most that a leaf holds: its length is written in two bytes (C2SP tlog-tiles). */
export const MAX_LEAF_BYTES = 65_535;

/** Where leaves are submitted. Part of what a submitter signs. */
export const SUBMISSION_PATH = "/tlog/add";

const HEADER = utf8(`beacon-submission/v1\nPOST ${SUBMISSION_PATH}\n`);

/**
 * What a submitter's signature is about: a header that names purpose, method and path, then the body.
 * What is signed with Ed25519 is the SHA-256 of this, 32 bytes. There is no time and no nonce in it:
 * sent again, the same bytes get the index that they have.
 */
export const submissionMessage = (body: Uint8Array): Uint8Array => concat(HEADER, body);

/**
 * Refuses what would be taken for an entry of this log: any JSON object whose `type` starts with
 * `beacon.`. Bytes that nobody signed must not announce, close or register anything.
 *
 * @throws BeaconError LOG_ADD_REFUSED
 */
export function mustBeForeign(bytes: Uint8Array): void {
  if (bytes.length === 0 || bytes.length > MAX_LEAF_BYTES)
    throw new BeaconError("LOG_ADD_REFUSED", `A leaf has 1 to ${MAX_LEAF_BYTES} bytes.`);
  if (typeOf(bytes)?.startsWith("beacon.") === true)
    throw new BeaconError("LOG_ADD_REFUSED", "Entries of this log's own kinds are not taken.");
}

/** The `type` of a JSON object; null for what is none. Only what may be one is parsed. */
function typeOf(bytes: Uint8Array): string | null {
  const first = bytes.find((byte) => !WHITE_SPACE.has(byte));
  const text = first === OPENING_BRACE ? fromUtf8(bytes) : null;
  if (text === null) return null;
  try {
    const { type } = JSON.parse(text) as { readonly type?: unknown };
    return typeof type === "string" ? type : null;
  } catch {
    return null;
  }
}

/** White space and the brace of RFC 8259. */
const WHITE_SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const OPENING_BRACE = 0x7b;
