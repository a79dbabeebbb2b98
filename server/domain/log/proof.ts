import { base64, fromBase64, fromUtf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { fromDecimal } from "@/server/domain/log/decimal";
import { HASH_BYTES } from "@/server/domain/log/merkle";

/** A `.tlog-proof` file, taken apart (C2SP tlog-proof). */
export type TlogProof = {
  /** Whatever the application puts beside the proof; nothing in this format vouches for it. */
  readonly extra: Uint8Array | null;
  readonly index: number;
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
    throw new BeaconError("PROOF_TOO_LARGE", `a proof has at most ${MAX_PROOF_FILE_BYTES} bytes`, {
      details: { sizeBytes: file.length },
    });
  const text = fromUtf8(file);
  if (text === null) throw malformed("the file is not UTF-8 text");
  const end = text.indexOf("\n\n");
  if (end < 0) throw malformed("the file has no checkpoint");

  const [header, ...lines] = text.slice(0, end).split("\n");
  if (header !== HEADER) throw malformed("the file does not start as a tlog-proof does");
  const extra = lines[0]?.startsWith("extra ") ? parseExtra(lines.shift() ?? "") : null;
  const index = parseIndex(lines.shift() ?? "");
  if (lines.length > MAX_HASHES) throw malformed("the proof has too many hashes");
  return { extra, index, proof: lines.map(parseHash), checkpoint: text.slice(end + 2) };
}

function parseExtra(line: string): Uint8Array {
  const extra = fromBase64(line.slice("extra ".length));
  if (extra === null || extra.length === 0) throw malformed("the extra line is not base64");
  return extra;
}

function parseIndex(line: string): number {
  const index = line.startsWith("index ") ? fromDecimal(line.slice("index ".length)) : null;
  if (index === null) throw malformed("the index line has no index");
  return index;
}

function parseHash(line: string): Uint8Array {
  const hash = fromBase64(line);
  if (hash?.length !== HASH_BYTES) throw malformed("a line of the proof is not a hash");
  return hash;
}

const malformed = (message: string): BeaconError => new BeaconError("PROOF_MALFORMED", message);
