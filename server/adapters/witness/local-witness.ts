import type { Witness, WitnessAnswer } from "@/server/adapters/witness/witness";
import { type CoreAnswer, createWitnessCore } from "@/server/adapters/witness/witness-core";
import { BeaconError } from "@/server/domain/errors";
import { type NamedSigner, parseVerifierKey } from "@/server/domain/log/verifier-key";

export type LocalWitnessOptions = {
  /** Its key; the name is the one on its signature lines. */
  readonly signer: NamedSigner;
  /** The one log that it watches, as a C2SP verifier key; the key's name is the log's origin. */
  readonly logVerifierKey: string;
  /** Where it remembers the largest checkpoint that it cosigned. One witness, one file, one process. */
  readonly stateFile: string;
  readonly now: () => Date;
};

/**
 * A witness in this process, with the rules of every other (`createWitnessCore`). It is asked by
 * calling it, and goes to its end once asked: it is as near as the disk.
 *
 * @throws BeaconError NOTE_KEY_MALFORMED
 */
export function createLocalWitness(options: LocalWitnessOptions): Witness {
  const { name } = options.signer;
  const logKey = parseVerifierKey(options.logVerifierKey);
  const core = createWitnessCore({
    signers: [options.signer],
    logKeysOf: (origin) => (origin === logKey.name ? [logKey] : []),
    stateFileOf: () => options.stateFile,
    now: options.now,
  });
  return {
    name,
    keys: core.keys,
    operator: "local",
    addCheckpoint: async (request) => answerOf(name, await core.addCheckpoint(request)),
    async latest(origin) {
      const state = await core.state(origin);
      return state.size === 0n ? null : state;
    },
  };
}

function answerOf(name: string, answer: CoreAnswer): WitnessAnswer {
  if (answer.kind !== "refused") return answer;
  const { status, isFork, reason } = answer;
  throw new BeaconError(isFork ? "LOG_FORKED" : "WITNESS_REFUSED", `${name}: ${reason}`, {
    details: { status },
  });
}
