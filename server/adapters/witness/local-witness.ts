import type { Signer } from "@/server/adapters/keys/key-store";
import type { Witness } from "@/server/adapters/witness/witness";
import { readWitnessState, writeWitnessState } from "@/server/adapters/witness/witness-state";
import { equalBytes } from "@/server/domain/bytes";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { type Checkpoint, parseCheckpoint } from "@/server/domain/log/checkpoint";
import { cosign } from "@/server/domain/log/cosignature";
import { EMPTY_ROOT, verifyConsistency } from "@/server/domain/log/merkle";
import { parseNote, type SignedNote, verifyNote } from "@/server/domain/log/note";
import {
  formatVerifierKey,
  parseVerifierKey,
  type VerifierKey,
  verifierKeyOf,
} from "@/server/domain/log/verifier-key";
import { ed25519Verifier } from "@/server/domain/signature";

type AddCheckpoint = Witness["addCheckpoint"];
type Request = Parameters<AddCheckpoint>[0];
type Answer = Awaited<ReturnType<AddCheckpoint>>;

export type LocalWitnessOptions = {
  /** Its key's name, as on its signature lines. */
  readonly name: string;
  readonly signer: Signer;
  /** The one log that it watches, as a C2SP verifier key; the key's name is the log's origin. */
  readonly logVerifierKey: string;
  /** Where it remembers the largest checkpoint that it cosigned. One witness, one file, one process. */
  readonly stateFile: string;
  readonly now: () => Date;
};

/**
 * A witness in this process that follows `add-checkpoint` of C2SP tlog-witness. It answers one
 * request at a time, and only after what it signs is on disk: a witness that forgets signs forks.
 *
 * @throws BeaconError NOTE_KEY_MALFORMED
 */
export function createLocalWitness(options: LocalWitnessOptions): Witness {
  const { name, signer } = options;
  const logKey = parseVerifierKey(options.logVerifierKey);
  let last: Promise<unknown> = Promise.resolve();
  return {
    name,
    verifierKey: formatVerifierKey(verifierKeyOf(name, "cosignature", signer.publicKey)),
    operator: "local",
    addCheckpoint(request) {
      const answer = last.then(() => addCheckpoint(options, logKey, request));
      last = answer.catch(() => undefined); // its caller hears of it; the next request goes on
      return answer;
    },
  };
}

async function addCheckpoint(
  { name, signer, stateFile, now }: LocalWitnessOptions,
  logKey: VerifierKey,
  request: Request,
): Promise<Answer> {
  const note = refusing(() => parseNote(request.checkpoint));
  const checkpoint = refusing(() => parseCheckpoint(note.text));
  if (checkpoint.origin !== logKey.name)
    throw new BeaconError("WITNESS_REFUSED", `${name} does not watch ${checkpoint.origin}`);
  await mustBeSigned(note, logKey);
  if (request.oldSize > checkpoint.size)
    throw new BeaconError("WITNESS_REFUSED", "the old size is larger than the checkpoint's");

  const known = await readWitnessState(stateFile, checkpoint.origin);
  if (request.oldSize !== known.size) return { kind: "stale", size: known.size };
  refusing(() => mustExtend(known, checkpoint, request.proof));

  if (checkpoint.size > known.size) await writeWitnessState(stateFile, checkpoint);
  const atSeconds = Math.floor(now().getTime() / 1_000);
  const { publicKey, sign } = signer;
  return { kind: "cosigned", line: cosign(note.text, { name, publicKey, sign }, atSeconds) };
}

async function mustBeSigned(note: SignedNote, logKey: VerifierKey): Promise<void> {
  try {
    await verifyNote(note, [logKey], await ed25519Verifier());
  } catch (error) {
    throw refusalOf(error);
  }
}

/** @throws BeaconError when `next` is not the tree of `known` with more leaves, or none. */
function mustExtend(known: Checkpoint, next: Checkpoint, proof: readonly Uint8Array[]): void {
  if (known.size > 0) {
    const sizes = { oldSize: known.size, newSize: next.size };
    verifyConsistency({ ...sizes, oldRoot: known.root, newRoot: next.root, proof });
    return;
  }
  // Every tree begins with the empty one: there is nothing to prove, and nothing may be sent.
  if (proof.length > 0)
    throw new BeaconError("LOG_PROOF_LENGTH", "a proof from the empty tree has no hashes");
  if (next.size === 0 && !equalBytes(next.root, EMPTY_ROOT))
    throw new BeaconError("LOG_PROOF_ROOT_MISMATCH", "the empty tree has another root");
}

function refusing<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw refusalOf(error);
  }
}

const refusalOf = (error: unknown): unknown =>
  isBeaconError(error)
    ? new BeaconError("WITNESS_REFUSED", error.message, {
        cause: error,
        details: { code: error.code },
      })
    : error;
