import { base64, fromBase64, fromUtf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { fromDecimal } from "@/server/domain/log/decimal";
import { HASH_BYTES } from "@/server/domain/log/merkle";

/** A `.tlog-proof` file, taken apart (C2SP tlog-proof). */
export type TlogProof = {
  /** Whatever the application puts beside the proof; nothing in this format vouches for it. */
  readonly extra: Uint8Array | null;
  readonly index: bigint;
  /** Sibling hashes, 32 bytes each, from leaf to root. */
  readonly proof: readonly Uint8Array[];
  /** The signed checkpoint, verbatim. */
  readonly checkpoint: string;
};

/** Ours: the largest entry, its supporting entries and the checkpoint fit in well. */
export const MAX_PROOF_FILE_BYTES = 262_144;

/** A tree of 2^63 leaves has proofs of 63 hashes. */
const MAX_HASHES = 63;

const HEADER = "c2sp.org/tlog-proof@v1";

/** Header, extra, index, hashes, checkpoint; what each line holds is another question. */
const FORM = /^c2sp\.org\/tlog-proof@v1\n(?:extra (.+)\n)?index (.+)\n((?:.+\n)*)\n([\s\S]*)$/;

/** Writes a `.tlog-proof` file. */
export function formatProof({ extra, index, proof, checkpoint }: TlogProof): string {
  const lines = [
    HEADER,
    ...(extra === null ? [] : [`extra ${base64(extra)}`]),
    `index ${index}`,
    ...proof.map(base64),
  ];
  return `${lines.join("\n")}\n\n${checkpoint}`;
}

/**
 * Reads a `.tlog-proof` file. Strict: every file that it accepts is what `formatProof` would write.
 * The checkpoint is handed on verbatim, unread.
 *
 * @throws BeaconError PROOF_TOO_LARGE, PROOF_MALFORMED
 */
export function parseProof(file: Uint8Array): TlogProof {
  if (file.length > MAX_PROOF_FILE_BYTES)
    throw new BeaconError("PROOF_TOO_LARGE", `a proof has at most ${MAX_PROOF_FILE_BYTES} bytes`);
  const [whole, extraLine = "", indexLine = "", hashLines = "", checkpoint = ""] =
    FORM.exec(fromUtf8(file) ?? "") ?? [];
  if (whole === undefined) throw malformed("the file is not laid out as a tlog-proof");
  const extra = fromBase64(extraLine);
  if (extra === null) throw malformed("the extra line is not base64");
  const index = fromDecimal(indexLine);
  if (index === null) throw malformed("the index line has no index");
  const proof = (hashLines.match(/.+/g) ?? []).map(fromBase64);
  if (proof.length > MAX_HASHES) throw malformed("the proof has too many hashes");
  if (!proof.every(isHash)) throw malformed("a line of the proof is not a hash");
  return { extra: extraLine === "" ? null : extra, index, proof, checkpoint };
}

const isHash = (bytes: Uint8Array | null): bytes is Uint8Array => bytes?.length === HASH_BYTES;

const malformed = (message: string): BeaconError => new BeaconError("PROOF_MALFORMED", message);
