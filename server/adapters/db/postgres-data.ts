import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  accessSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { PostgresBinaries } from "@/server/adapters/db/postgres-binaries";
import {
  giveDataTo,
  type PostgresRunner,
  postgresCommand,
} from "@/server/adapters/db/postgres-runner";
import { BeaconError } from "@/server/domain/errors";

/** Where an embedded PostgreSQL keeps what. */
export type Place = {
  readonly folder: string;
  readonly data: string;
  readonly logFile: string;
  readonly passwordFile: string;
};

/** The superuser's name; it has a generated password. */
export const USER = "beacon";
/** The number under which PostgreSQL's programs get the data folder as an open descriptor. */
export const DATA_DESCRIPTOR = 3;

/** C.UTF-8 is PostgreSQL's own (since 17): the same order on every machine, whatever its libc. */
const INITDB = [
  `--username=${USER}`,
  "--auth=scram-sha-256",
  "--encoding=UTF8",
  "--locale=C",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
] as const;

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A state folder that cannot be used, in one sentence. */
export function broken(sentence: string, cause?: unknown): BeaconError {
  return new BeaconError("STATE_FOLDER_BROKEN", sentence, { cause });
}

/**
 * Makes the folder and sees that it can be written.
 *
 * @throws BeaconError STATE_FOLDER_BROKEN
 */
export function layFolder(folder: string): Place {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const probe = join(folder, `.probe-${process.pid}`);
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (cause) {
    throw broken(`the state folder ${folder} cannot be written: ${messageOf(cause)}`, cause);
  }
  return {
    folder,
    data: join(folder, "data"),
    logFile: join(folder, "server.log"),
    passwordFile: join(folder, "password"),
  };
}

/**
 * Whether the data folder is one that these programs can serve.
 *
 * @throws BeaconError STATE_FOLDER_BROKEN
 */
export function checkData({ data, passwordFile }: Place, binaries: PostgresBinaries): void {
  const found = statSync(data);
  if (!found.isDirectory()) throw broken(`${data} is in the way: it is not a folder`);
  try {
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const sentence = `${data} belongs to user ${found.uid}: start Beacon as the user who started it first`;
    throw broken(sentence, cause);
  }
  const versionFile = join(data, "PG_VERSION");
  if (!existsSync(versionFile)) throw broken(`${data} is not a PostgreSQL data folder`);
  const version = readFileSync(versionFile, "utf8").trim();
  if (version !== String(binaries.major)) {
    throw broken(
      `${data} was written by PostgreSQL ${version}, this Beacon brings PostgreSQL ${binaries.major}: export with the older Beacon, or move the folder away`,
    );
  }
  if (!existsSync(passwordFile)) throw broken(`${passwordFile} is missing, ${data} needs it`);
}

/** What PostgreSQL's programs see of our environment: nothing of ours. */
export const CHILD_ENV: NodeJS.ProcessEnv = {
  NODE_ENV: "production",
  PATH: "/usr/bin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
};

/**
 * Makes the data folder beside its final place and renames it: a crash leaves no half of one.
 *
 * @throws BeaconError STATE_FOLDER_BROKEN, NATIVE_PART_MISSING
 */
export function initialise(
  place: Place,
  binaries: PostgresBinaries,
  runner: PostgresRunner,
  isDurable: boolean,
): void {
  const fresh = join(place.folder, `data.new-${process.pid}`);
  const pwfile = join(fresh, "..", `pwfile-${process.pid}`);
  const password = randomBytes(24).toString("hex");
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(pwfile, `${password}\n`, { mode: 0o600 });
  const descriptor = openSync(fresh, constants.O_RDONLY);
  const pwDescriptor = openSync(pwfile, constants.O_RDONLY);
  try {
    giveDataTo(runner, fresh);
    if (runner.kind === "dropped") chownSync(pwfile, runner.uid, runner.gid);
    const run = postgresCommand(runner, binaries.initdb, fresh, DATA_DESCRIPTOR);
    const pwPath = runner.kind === "dropped" ? `/proc/self/fd/${DATA_DESCRIPTOR + 1}` : pwfile;
    const { status, stderr, error } = spawnSync(
      run.command,
      [
        ...run.args,
        "-D",
        run.dataPath,
        `--pwfile=${pwPath}`,
        ...INITDB,
        ...(isDurable ? [] : ["--no-sync"]),
      ],
      {
        ...run.identity,
        cwd: "/",
        env: CHILD_ENV,
        stdio: ["ignore", "ignore", "pipe", descriptor, pwDescriptor],
        encoding: "utf8",
      },
    );
    if (status !== 0) throw initFailure(binaries, stderr ?? "", error);
    writeFileSync(place.passwordFile, `${password}\n`, { mode: 0o600 });
    renameSync(fresh, place.data);
  } finally {
    closeSync(descriptor);
    closeSync(pwDescriptor);
    rmSync(pwfile, { force: true });
    rmSync(fresh, { recursive: true, force: true });
  }
}

function initFailure(binaries: PostgresBinaries, stderr: string, error?: Error): BeaconError {
  const line = stderr.split("\n").find((text) => /error|fatal|cannot|not found/i.test(text));
  const reason = line?.trim() ?? error?.message ?? "no reason given";
  // A program that the loader cannot start (another libc, a missing library) is not the folder's fault.
  if (error !== undefined || /shared librar|GLIBC|required file not found/i.test(reason)) {
    return new BeaconError(
      "NATIVE_PART_MISSING",
      `PostgreSQL's programs in ${binaries.native} do not run on this system: ${reason}`,
    );
  }
  return broken(`PostgreSQL could not lay down its data folder: ${reason}`);
}

/** The superuser's password. */
export function passwordOf({ passwordFile }: Place): string {
  return readFileSync(passwordFile, "utf8").trim();
}
