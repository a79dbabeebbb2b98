import type { AddCheckpoint, WitnessAnswer } from "@/server/adapters/witness/witness";
import {
  readWitnessState,
  type WitnessState,
  writeWitnessState,
} from "@/server/adapters/witness/witness-state";
import { equalBytes } from "@/server/domain/bytes";
import { isBeaconError } from "@/server/domain/errors";
import { type Checkpoint, parseCheckpoint } from "@/server/domain/log/checkpoint";
import { cosign } from "@/server/domain/log/cosignature";
import { EMPTY_ROOT, verifyConsistency } from "@/server/domain/log/merkle";
import {
  isSignatureOf,
  parseNote,
  type SignedNote,
  signatureLine,
  verifyNote,
} from "@/server/domain/log/note";
import {
  type NamedSigner,
  type VerifierKey,
  verifierKeyOf,
} from "@/server/domain/log/verifier-key";
import { ML_DSA_KEY_BYTES } from "@/server/domain/ml-dsa";
import { ed25519Verifier } from "@/server/domain/signature";

/** What a witness says to a request: an answer, or why it gives none. */
export type CoreAnswer =
  | WitnessAnswer
  | {
      readonly kind: "refused";
      /** As C2SP tlog-witness names them: 400 malformed or impossible, 404 another log, 403 not signed, 422 inconsistent. */
      readonly status: 400 | 403 | 404 | 422;
      /** Whether the log signed another tree of the size that the witness holds. */
      readonly isFork: boolean;
      readonly reason: string;
    };

export type WitnessCoreOptions = {
  /** Its keys, at least one; every answer carries a line of each. */
  readonly signers: readonly NamedSigner[];
  /** The keys that may sign for a log; none: it is not watched. */
  readonly logKeysOf: (origin: string) => readonly VerifierKey[];
  /** Where the largest cosigned checkpoint of a log is kept. One witness, one folder, one process. */
  readonly stateFileOf: (origin: string) => string;
  readonly now: () => Date;
};

/** The rules of a witness and its memory, whoever carries the questions. */
export type WitnessCore = {
  readonly keys: readonly VerifierKey[];
  /** @throws BeaconError WITNESS_REFUSED when what it remembers cannot be read. */
  addCheckpoint(request: AddCheckpoint): Promise<CoreAnswer>;
  /** @throws BeaconError WITNESS_REFUSED when what it remembers cannot be read. */
  state(origin: string): Promise<WitnessState>;
};

/** The key under which a signer cosigns, of the type that its length says. @throws BeaconError NOTE_KEY_MALFORMED */
export function cosignerKeyOf({ name, publicKey }: Omit<NamedSigner, "sign">): VerifierKey {
  const isMlDsa = publicKey.length === ML_DSA_KEY_BYTES;
  return verifierKeyOf(name, isMlDsa ? "mldsa-cosignature" : "cosignature", publicKey);
}

/**
 * A witness as C2SP tlog-witness describes it. Of each log it answers one request at a time, so that
 * looking and persisting are one step, and only after what it signs is on disk: a witness that
 * forgets signs forks.
 */
export function createWitnessCore(options: WitnessCoreOptions): WitnessCore {
  const lastOf = new Map<string, Promise<unknown>>();
  const inTurn = <T>(origin: string, step: () => Promise<T>): Promise<T> => {
    const answer = (lastOf.get(origin) ?? Promise.resolve()).then(step);
    lastOf.set(
      origin,
      answer.catch(() => undefined), // its caller hears of it; the next request goes on
    );
    return answer;
  };
  return {
    keys: options.signers.map(cosignerKeyOf),
    state: (origin) => readWitnessState(options.stateFileOf(origin), origin),
    async addCheckpoint(request) {
      const read = readCheckpoint(request.checkpoint);
      if ("kind" in read) return read;
      const { note, checkpoint } = read;
      const logKeys = options.logKeysOf(checkpoint.origin);
      if (logKeys.length === 0) return refused(404, `${checkpoint.origin} is not watched here`);
      const problem = await signatureProblem(note, logKeys);
      if (problem !== null) return refused(403, problem);
      if (request.oldSize > checkpoint.size)
        return refused(400, "the old size is larger than the checkpoint's");
      return inTurn(checkpoint.origin, () =>
        advance(options, request, { note, checkpoint, logKeys }),
      );
    },
  };
}

type Signed = {
  readonly note: SignedNote;
  readonly checkpoint: Checkpoint;
  readonly logKeys: readonly VerifierKey[];
};

/** The steps that must be one: what is known, whether it is extended, what is known from now on. */
async function advance(
  { signers, stateFileOf, now }: WitnessCoreOptions,
  { oldSize, proof }: AddCheckpoint,
  { note, checkpoint, logKeys }: Signed,
): Promise<CoreAnswer> {
  const path = stateFileOf(checkpoint.origin);
  const known = await readWitnessState(path, checkpoint.origin);
  if (oldSize !== known.size) return { kind: "stale", size: known.size };
  const problem = extensionProblem(known, checkpoint, proof);
  if (problem !== null) return refused(422, problem, isAnotherTree(known, checkpoint));

  const atSeconds = Math.floor(now().getTime() / 1_000);
  const lines = signers.map((signer) => cosign(note.text, signer, atSeconds)).join("");
  if (checkpoint.size > 0n) {
    const { origin, size, root } = checkpoint;
    const cosigned = `${note.text}\n${linesOf(note, logKeys)}${lines}`;
    await writeWitnessState(path, { origin, size, root, note: cosigned });
  }
  return { kind: "cosigned", lines };
}

/** Of equal sizes there is one tree only. */
const isAnotherTree = (known: Checkpoint, next: Checkpoint): boolean =>
  known.size > 0n && known.size === next.size && !equalBytes(known.root, next.root);

function readCheckpoint(text: string): Omit<Signed, "logKeys"> | CoreAnswer {
  try {
    const note = parseNote(text);
    return { note, checkpoint: parseCheckpoint(note.text) };
  } catch (error) {
    return refused(400, sentenceOf(error));
  }
}

async function signatureProblem(
  note: SignedNote,
  logKeys: readonly VerifierKey[],
): Promise<string | null> {
  try {
    await verifyNote(note, logKeys, await ed25519Verifier());
    return null;
  } catch (error) {
    return sentenceOf(error);
  }
}

/** Why `next` is not the tree of `known` with more leaves, or none; null when it is. */
function extensionProblem(
  known: Checkpoint,
  next: Checkpoint,
  proof: readonly Uint8Array[],
): string | null {
  if (known.size === 0n) {
    // Every tree begins with the empty one: there is nothing to prove, and nothing may be sent.
    if (proof.length > 0) return "a proof from the empty tree has no hashes";
    const isAnotherEmptyTree = next.size === 0n && !equalBytes(next.root, EMPTY_ROOT);
    return isAnotherEmptyTree ? "the empty tree has another root" : null;
  }
  try {
    const sizes = { oldSize: known.size, newSize: next.size };
    verifyConsistency({ ...sizes, oldRoot: known.root, newRoot: next.root, proof });
    return null;
  } catch (error) {
    return sentenceOf(error);
  }
}

/** The lines of the log's own keys: a witness hands on what it has checked. */
const linesOf = (note: SignedNote, keys: readonly VerifierKey[]): string =>
  note.signatures
    .map((line) => {
      const key = keys.find((known) => isSignatureOf(line, known));
      return key === undefined ? "" : signatureLine(key, line.bytes);
    })
    .join("");

const refused = (status: 400 | 403 | 404 | 422, reason: string, isFork = false): CoreAnswer => ({
  kind: "refused",
  status,
  isFork,
  reason,
});

function sentenceOf(error: unknown): string {
  if (isBeaconError(error)) return error.message;
  throw error;
}
