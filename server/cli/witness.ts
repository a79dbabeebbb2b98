import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { CommandIo } from "@/server/cli/command";
import { takePidLock } from "@/server/cli/pid-lock";
import { BeaconError } from "@/server/domain/errors";

/** A witness to be run, as the command line names it. */
export type AskedWitness = {
  readonly name: string;
  /** PEM files of its keys, at least one. */
  readonly keyFiles: readonly string[];
  /** `log <vkey>` lines. */
  readonly logLines: string;
  readonly stateFolder: string;
  readonly host: string;
  readonly port: number;
};

/** What `beacon witness` needs of the place where it runs. */
export type WitnessIo = Pick<CommandIo, "out" | "err" | "home"> & {
  open(asked: AskedWitness): Promise<{
    readonly url: string;
    readonly verifierKeys: readonly string[];
    readonly origins: readonly string[];
    close(): Promise<void>;
  }>;
  /** Resolves when the witness is asked to stop. */
  readonly stopped: Promise<void>;
};

export const WITNESS_USAGE =
  "usage: beacon witness --name NAME --key FILE [--key FILE] (--config FILE | --log VKEY ...) [--listen 127.0.0.1:7380] [--state FOLDER]";

/** Where it listens when nothing is said: the port that other witnesses of the protocol have as their default. */
const LISTEN = "127.0.0.1:7380";

/**
 * `beacon witness`: runs a witness (C2SP tlog-witness) until it is asked to stop. It needs neither a
 * database nor a portal. `--config` names a file of `log <vkey>` lines; a log's policy file will do.
 *
 * @returns 0: it ran and has stopped; 2: it did not start.
 */
export async function witnessCommand(args: readonly string[], io: WitnessIo): Promise<0 | 2> {
  const asked = await parse(args, io.home);
  if (asked === null) {
    io.err(WITNESS_USAGE);
    return 2;
  }
  const lock = lockOf(asked.stateFolder);
  try {
    const witness = await io.open(asked);
    for (const key of witness.verifierKeys) io.out(`witness ${key}`);
    for (const origin of witness.origins) io.out(`watches ${origin}`);
    io.out(`listens ${witness.url}`);
    await io.stopped;
    await witness.close();
    return 0;
  } finally {
    lock.release();
  }
}

/** @throws BeaconError ALREADY_RUNNING: two witnesses over one memory would sign forks. */
function lockOf(stateFolder: string): { release(): void } {
  try {
    mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new BeaconError("STATE_FOLDER_BROKEN", `${stateFolder} cannot be a state folder`, {
      cause,
    });
  }
  const lock = takePidLock(join(stateFolder, "lock"));
  if ("heldBy" in lock)
    throw new BeaconError(
      "ALREADY_RUNNING",
      `another witness (process ${lock.heldBy}) works with ${stateFolder}: one state folder, one witness`,
    );
  return lock;
}

async function parse(args: readonly string[], home: string): Promise<AskedWitness | null> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      name: { type: "string" },
      key: { type: "string", multiple: true },
      log: { type: "string", multiple: true },
      config: { type: "string" },
      listen: { type: "string" },
      state: { type: "string" },
    },
  });
  const { name, key: keyFiles, log: logs = [], config } = values;
  const address = addressOf(values.listen ?? LISTEN);
  if (name === undefined || keyFiles === undefined || address === null) return null;
  if ((config === undefined) === (logs.length === 0)) return null;
  const logLines =
    config === undefined ? logs.map((vkey) => `log ${vkey}\n`).join("") : await readConfig(config);
  const stateFolder = resolve(values.state ?? join(home, "stand-alone-witness"));
  return { name, keyFiles, logLines, stateFolder, ...address };
}

function addressOf(text: string): { readonly host: string; readonly port: number } | null {
  const [, host, digits] = /^(\[[0-9a-f:]+\]|[^:\s]+):([0-9]{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  return host === undefined || port > 65_535 ? null : { host: host.replace(/^\[|\]$/g, ""), port };
}

async function readConfig(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new BeaconError("CONFIG_INVALID", `${path} cannot be read`, { cause });
  }
}
