import { formatCheckpoint } from "@/server/domain/log/checkpoint";
import { rootOf } from "@/server/domain/log/merkle";
import { signNote } from "@/server/domain/log/note";
import { type VerifierKey, verifierKeyOf } from "@/server/domain/log/verifier-key";
import { aSigner } from "@/test/domain/log/a-signer";
import { oracleConsistency } from "@/test/domain/log/oracle";
import { goldenLeafHashes } from "@/test/vectors/golden";

/** A log with 40 leaves to show to witnesses, and another history of the same length. */
export const ORIGIN = "a.example/log";
export const LEAVES = goldenLeafHashes(40);
export const OTHER_LEAVES = LEAVES.toReversed();

const logSigner = { name: ORIGIN, ...aSigner(1) };
export const LOG_KEY: VerifierKey = verifierKeyOf(ORIGIN, "note", logSigner.publicKey);

/** A checkpoint that the log signed, with the root of its first `size` leaves or the one that is given. */
export const checkpointOf = (
  size: number | bigint,
  over: {
    leaves?: readonly Uint8Array[];
    root?: Uint8Array;
    origin?: string;
    signer?: typeof logSigner;
    extension?: string;
  } = {},
): string => {
  const { leaves = LEAVES, origin = ORIGIN, signer = logSigner, extension = "" } = over;
  const root = over.root ?? rootOf(leaves.slice(0, Number(size)));
  return signNote(formatCheckpoint({ origin, size: BigInt(size), root }) + extension, signer);
};

/** The hashes that lead from a size to another. */
export const proofOf = (oldSize: number, size: number, leaves = LEAVES): Uint8Array[] =>
  oldSize === 0 || oldSize >= size ? [] : oracleConsistency(oldSize, leaves.slice(0, size));

/** What the log asks a witness that holds `oldSize`. */
export const aRequest = (oldSize: number, size: number, leaves = LEAVES) => ({
  oldSize: BigInt(oldSize),
  proof: proofOf(oldSize, size, leaves),
  checkpoint: checkpointOf(size, { leaves }),
});
