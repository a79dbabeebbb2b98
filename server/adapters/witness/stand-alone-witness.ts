import { mkdir } from "node:fs/promises";
import { checkStateFolder, stateFileIn } from "@/server/adapters/witness/state-folder";
import { parseWatchedLogs } from "@/server/adapters/witness/watched-logs";
import { createWitnessCore, type WitnessCore } from "@/server/adapters/witness/witness-core";
import { startWitnessServer } from "@/server/adapters/witness/witness-server";
import { BeaconError } from "@/server/domain/errors";
import { formatVerifierKey, type NamedSigner } from "@/server/domain/log/verifier-key";

export type StandAloneWitnessOptions = {
  /** At least one. */
  readonly signers: readonly NamedSigner[];
  /** Whom it watches: `log <vkey>` lines. */
  readonly logLines: string;
  /** Where it remembers what it cosigned. Nobody else may use it meanwhile. */
  readonly stateFolder: string;
  readonly host: string;
  readonly port: number;
  readonly now: () => Date;
  readonly onFailure: (error: unknown) => void;
  /** Told what it answered to every checkpoint, and how long that took. */
  readonly onAnswer?: (answer: AnswerKind, tookMs: number) => void;
};

/** `failed`: for a reason of its own. */
export type AnswerKind = Awaited<ReturnType<WitnessCore["addCheckpoint"]>>["kind"] | "failed";

/** A witness that runs. */
export type StandAloneWitness = {
  readonly url: string;
  /** Its keys in C2SP note format, for the policies of the logs that it watches. */
  readonly verifierKeys: readonly string[];
  readonly origins: readonly string[];
  /** Ends requests under way, then ends. */
  close(): Promise<void>;
};

/** A body of a few kilobytes is there at once, or somebody holds the connection on purpose. */
const REQUEST_LIMIT_MS = 10_000;

/**
 * Starts a witness for any number of logs.
 *
 * @throws BeaconError CONFIG_INVALID without a log, or with a line that names none; NOTE_KEY_MALFORMED;
 *   WITNESS_REFUSED when a file of the state folder is damaged; PORT_IN_USE.
 */
export async function startStandAloneWitness(
  options: StandAloneWitnessOptions,
): Promise<StandAloneWitness> {
  const { signers, logLines, stateFolder, host, port, now, onFailure, onAnswer } = options;
  const logKeys = parseWatchedLogs(logLines);
  const origins = [...new Set(logKeys.map(({ name }) => name))];
  if (origins.length === 0) throw new BeaconError("CONFIG_INVALID", "no log to watch");
  await mkdir(stateFolder, { recursive: true, mode: 0o700 });
  await checkStateFolder(stateFolder, origins);
  const core = createWitnessCore({
    signers,
    logKeysOf: (origin) => logKeys.filter(({ name }) => name === origin),
    stateFileOf: (origin) => stateFileIn(stateFolder, origin),
    now,
  });
  const server = await startWitnessServer({
    core: onAnswer === undefined ? core : telling(core, onAnswer),
    origins,
    host,
    port,
    requestLimitMs: REQUEST_LIMIT_MS,
    onFailure,
  });
  return { ...server, origins, verifierKeys: core.keys.map(formatVerifierKey) };
}

/** The same core, which tells what it answers. */
const telling = (
  core: WitnessCore,
  tell: (answer: AnswerKind, tookMs: number) => void,
): Pick<WitnessCore, "addCheckpoint" | "state"> => ({
  state: core.state,
  async addCheckpoint(request) {
    const startedAt = performance.now();
    let answer: AnswerKind = "failed";
    try {
      const given = await core.addCheckpoint(request);
      answer = given.kind;
      return given;
    } finally {
      tell(answer, performance.now() - startedAt);
    }
  },
});
