import { spawn } from "node:child_process";
import {
  chownSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import {
  findPostgresBinaries,
  type PostgresBinaries,
} from "@/server/adapters/db/postgres-binaries";
import {
  broken,
  CHILD_ENV,
  checkData,
  DATA_DESCRIPTOR,
  initialise,
  layFolder,
  messageOf,
  type Place,
  passwordOf,
  USER,
} from "@/server/adapters/db/postgres-data";
import {
  freePort,
  isProcessAlive,
  type RunningPostgres,
  runningPostgresOn,
  stopPostgres,
} from "@/server/adapters/db/postgres-process";
import {
  choosePostgresRunner,
  giveDataTo,
  type PostgresRunner,
  postgresCommand,
} from "@/server/adapters/db/postgres-runner";
import { BeaconError, isBeaconError } from "@/server/domain/errors";

/** How to run the PostgreSQL that comes out of npm. */
export type EmbeddedPostgresOptions = {
  /** Everything of it lies here: data, password, log. Made when missing. */
  readonly folder: string;
  /** Where it listens, on 127.0.0.1 only; unset: any free port. */
  readonly port?: number;
  /** Told in plain words what happens. */
  readonly log: (line: string) => void;
  /** False gives up durability for speed: only for data that is thrown away (tests). */
  readonly isDurable?: boolean;
};

/** A running server of which `url` names the database `beacon`. */
export type EmbeddedPostgres = {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Fast shutdown, bounded; nothing is lost that was committed. */
  stop(): Promise<void>;
};

const DATABASE = "beacon";
/** Recovery after a crash may take long; a server that lives is waited for. */
const START_TIMEOUT_MS = 120_000;
const FAST_STOP_TIMEOUT_MS = 8_000;
const LOG_LIMIT_BYTES = 5_000_000;

const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "64MB",
  max_wal_size: "256MB",
  min_wal_size: "32MB",
  max_parallel_workers_per_gather: "0",
  io_method: "sync",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
} as const;
const DURABLE = { fsync: "on", synchronous_commit: "on", full_page_writes: "on" } as const;
const THROWN_AWAY = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" } as const;

/** Readies the server's log; answers its size. */
function layLog({ folder, logFile }: Place): number {
  if (existsSync(logFile) && statSync(logFile).size > LOG_LIMIT_BYTES) {
    renameSync(logFile, `${logFile}.1`);
  }
  closeSync(openSync(logFile, "a", 0o600));
  // A root that looks in on somebody else's folder leaves nothing there that its owner cannot write.
  const owner = statSync(folder);
  if (process.getuid?.() === 0) chownSync(logFile, owner.uid, owner.gid);
  return statSync(logFile).size;
}

/** Starts the server in a process group of its own: Ctrl-C in our terminal does not reach it. */
function launch(
  place: Place,
  binaries: PostgresBinaries,
  runner: PostgresRunner,
  port: number,
  isDurable: boolean,
): number {
  giveDataTo(runner, place.data);
  const log = openSync(place.logFile, "a", 0o600);
  const data = openSync(place.data, constants.O_RDONLY);
  try {
    const run = postgresCommand(runner, binaries.postgres, place.data, DATA_DESCRIPTOR);
    const settings = Object.entries({ ...SETTINGS, ...(isDurable ? DURABLE : THROWN_AWAY) });
    const child = spawn(
      run.command,
      [
        ...run.args,
        "-D",
        run.dataPath,
        "-p",
        String(port),
        ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      {
        ...run.identity,
        cwd: "/",
        env: CHILD_ENV,
        detached: true,
        stdio: ["ignore", log, log, data],
      },
    );
    child.on("error", () => {});
    child.unref();
    if (child.pid === undefined) {
      throw new BeaconError("NATIVE_PART_MISSING", `${binaries.postgres} could not be started`);
    }
    return child.pid;
  } finally {
    closeSync(log);
    closeSync(data);
  }
}

function urlOf(password: string, port: number, database: string): string {
  return `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`;
}

/** Connects once; the code of PostgreSQL or of the socket when it does not work. */
async function knock(url: string): Promise<{ client: Client } | { code: string; text: string }> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return { client };
  } catch (error) {
    await client.end().catch(() => {});
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return { code, text: messageOf(error) };
  }
}

/**
 * Waits until the server accepts, then sees to the database.
 *
 * @returns null when the server ended before it accepted.
 */
async function accepts(place: Place, { pid, port }: RunningPostgres): Promise<true | null> {
  const stepMs = 25;
  for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS; waitedMs += stepMs) {
    if (!isProcessAlive(pid)) return null;
    const answer = await knock(urlOf(passwordOf(place), port, "postgres"));
    if ("client" in answer) {
      await ensureDatabase(answer.client);
      return true;
    }
    if (answer.code === "28P01") {
      throw broken(`${place.passwordFile} does not hold the password of ${place.data}`);
    }
    await sleep(stepMs);
  }
  throw new BeaconError(
    "DATABASE_UNAVAILABLE",
    `PostgreSQL did not accept within ${START_TIMEOUT_MS / 1_000} s; its log is ${place.logFile}`,
  );
}

async function ensureDatabase(client: Client): Promise<void> {
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE} TEMPLATE template0`);
  } finally {
    await client.end();
  }
}

/** Why the server that wrote its log from byte `from` on has ended. */
function reasonFrom({ logFile }: Place, from: number): string {
  const lines = readFileSync(logFile).subarray(from).toString("utf8").trim().split("\n");
  const line =
    lines.findLast((text) => /FATAL|PANIC/.test(text)) ??
    lines.find((text) => /could not|error/.test(text)) ??
    lines.at(-1) ??
    "";
  return line.replace(/^.*?(FATAL|PANIC|ERROR):\s*/, "").trim() || "it gave no reason";
}

/** A server that an earlier, killed Beacon left behind: taken over when it fits, else stopped. */
async function adopt(
  place: Place,
  options: EmbeddedPostgresOptions,
): Promise<RunningPostgres | null> {
  const orphan = runningPostgresOn(place.data);
  if (orphan === null) return null;
  const hasPort = options.port === undefined || options.port === orphan.port;
  if (orphan.port > 0 && hasPort && (await accepts(place, orphan)) === true) {
    options.log(`took over the PostgreSQL that was still running (process ${orphan.pid})`);
    return orphan;
  }
  options.log(`stopping a PostgreSQL that was still running (process ${orphan.pid})`);
  await stopPostgres(orphan.pid, FAST_STOP_TIMEOUT_MS);
  return null;
}

async function launchUntilItAccepts(
  place: Place,
  binaries: PostgresBinaries,
  runner: PostgresRunner,
  options: EmbeddedPostgresOptions,
): Promise<RunningPostgres> {
  // Nobody runs on this folder (adopt() has looked), so a process id in it has been used again.
  rmSync(join(place.data, "postmaster.pid"), { force: true });
  // A few tries: the free port may be taken meanwhile, and children of a killed server take a moment to end.
  const tries = 8;
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const logFrom = layLog(place);
    const pid = launch(place, binaries, runner, port, options.isDurable ?? true);
    const isUp = await accepts(place, { pid, port }).catch(async (error: unknown) => {
      await stopPostgres(pid, FAST_STOP_TIMEOUT_MS);
      throw error;
    });
    if (isUp === true) return { pid, port };
    const reason = reasonFrom(place, logFrom);
    const isPassing = /shared memory block|Address already in use|could not create any TCP/.test(
      reason,
    );
    if (!isPassing || attempt === tries) {
      throw new BeaconError(
        "DATABASE_UNAVAILABLE",
        `PostgreSQL ended at its start: ${reason}; its log is ${place.logFile}`,
      );
    }
    await sleep(attempt * 150);
  }
}

/**
 * Runs the PostgreSQL that comes out of npm on `folder`, as an ordinary user or as root.
 *
 * The server outlives us when we are killed; the next call takes it over.
 *
 * @throws BeaconError STATE_FOLDER_BROKEN, NATIVE_PART_MISSING, DATABASE_UNAVAILABLE
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const place = layFolder(resolve(options.folder));
  const runner = choosePostgresRunner(place.data);
  const copyRecord = join(place.folder, "programs");
  const binaries = findPostgresBinaries(runner.kind === "dropped", copyRecord);
  try {
    if (!existsSync(place.data)) {
      options.log("laying down a new PostgreSQL data folder");
      initialise(place, binaries, runner, options.isDurable ?? true);
    }
    checkData(place, binaries);
    const server =
      (await adopt(place, options)) ??
      (await launchUntilItAccepts(place, binaries, runner, options));
    return {
      url: urlOf(passwordOf(place), server.port, DATABASE),
      port: server.port,
      pid: server.pid,
      stop: () => stopPostgres(server.pid, FAST_STOP_TIMEOUT_MS),
    };
  } catch (error) {
    if (isBeaconError(error)) throw error;
    throw broken(
      `the database in ${place.folder} could not be started: ${messageOf(error)}`,
      error,
    );
  }
}
