/**
 * `npm start`: brings up everything that an installation is, and keeps it up until Ctrl-C.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { applyMigrations } from "@/prisma/migrate";
import type { Halted } from "@/server/adapters/db/log-halt";
import { buildSite } from "@/server/cli/build-site";
import { commitOf } from "@/server/cli/commit";
import { layMetricsTargets, TARGETS_FILE } from "@/server/cli/metrics-targets";
import { type PidLock, takePidLock } from "@/server/cli/pid-lock";
import { checkPort, freePort, keptPort } from "@/server/cli/ports";
import { listenForShutdown, type Shutdown } from "@/server/cli/shutdown";
import { type Steps, stepsOn } from "@/server/cli/steps";
import { createSupervisor, type ProcessPlan, type Supervisor } from "@/server/cli/supervisor";
import { type OpenDatabase, openDatabase } from "@/server/database";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { type Env, readEnv } from "@/server/env";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** The ports of a Beacon that was killed are free again when its processes have noticed. */
const LEAVING_MS = 12_000;

/** Every process of an installation; the names are those of its log files. */
const PROCESSES = {
  loopback: { entry: "workers/loopback.ts", readyTimeoutMs: 30_000, stopTimeoutMs: 2_000 },
  workers: { entry: "workers/main.ts", readyTimeoutMs: 30_000, stopTimeoutMs: 6_000 },
  golem: { entry: "workers/golem.ts", readyTimeoutMs: 60_000, stopTimeoutMs: 14_000 },
  home: { entry: "workers/home.ts", readyTimeoutMs: 30_000, stopTimeoutMs: 6_000 },
  portal: { entry: "server/main.ts", readyTimeoutMs: 60_000, stopTimeoutMs: 3_000 },
} as const;

type Admin = { readonly email: string; readonly password: string | null };

type ProcessName = keyof typeof PROCESSES;

/** What every process is told, and where each serves its metrics. */
type Surroundings = {
  readonly environment: Readonly<Record<string, string>>;
  readonly metricsPorts: Readonly<Record<ProcessName, number>>;
};

function planOf(name: ProcessName, { environment, metricsPorts }: Surroundings): ProcessPlan {
  const own = { BEACON_METRICS_PORT: String(metricsPorts[name]) };
  return { name, environment: { ...environment, ...own }, ...PROCESSES[name] };
}

/** Level by level: Node's own `recursive` never ends where a file system makes no folders, as in /proc. */
function makeFolders(path: string): void {
  if (existsSync(path)) return;
  makeFolders(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

function layStateFolder(home: string): void {
  try {
    makeFolders(join(home, "logs"));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BeaconError(
      "STATE_FOLDER_BROKEN",
      `the state folder ${home} cannot be written: ${reason}`,
      { cause },
    );
  }
}

function lockStateFolder(home: string): PidLock {
  try {
    const lock = takePidLock(join(home, "start.lock"));
    if (!("heldBy" in lock)) return lock;
    throw new BeaconError(
      "ALREADY_RUNNING",
      `Beacon is running on ${home} already, as process ${lock.heldBy}`,
    );
  } catch (cause) {
    if (isBeaconError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BeaconError(
      "STATE_FOLDER_BROKEN",
      `the state folder ${home} cannot be written: ${reason}`,
      { cause },
    );
  }
}

async function bringUpDatabase(env: Env, steps: Steps, shutdown: Shutdown): Promise<OpenDatabase> {
  const database = await steps.run("database", async (say) => {
    const opened = await openDatabase(env, steps.note);
    shutdown.add(
      () => opened.close(),
      () => opened.kill(),
    );
    say(opened.description);
    return opened;
  });
  shutdown.signal.throwIfAborted();
  await steps.run("migrations", async (say) => {
    const applied = await applyMigrations(database.url);
    say(applied.length === 0 ? "nothing new" : `applied: ${applied.join(", ")}`);
  });
  shutdown.signal.throwIfAborted();
  return database;
}

/** The first admin's password is shown once, at the start that made it; the address always. */
async function bringUpKeys(env: Env, databaseUrl: string, steps: Steps): Promise<Admin | null> {
  const noteFile = join(env.BEACON_HOME, "admin-email");
  return steps.run("keys, accounts", async (say) => {
    // Only now: the context brings most of the house with it, and the first lines should not wait.
    const { prepareInstallation } = await import("@/server/cli/prepare-installation");
    const { newAdmin, halted } = await prepareInstallation(databaseUrl);
    if (halted !== null) steps.note(haltedLine(halted));
    say(newAdmin === null ? "as they were" : "a log key and the first admin");
    if (newAdmin !== null) {
      writeFileSync(noteFile, `${newAdmin.email}\n`, { mode: 0o600 });
      return newAdmin;
    }
    if (!existsSync(noteFile)) return null;
    return { email: readFileSync(noteFile, "utf8").trim(), password: null };
  });
}

/** Everything else works; but nothing is published until a person has looked, and that person is here. */
const haltedLine = ({ reason, at }: Halted): string =>
  `THE LOG IS HALTED since ${at.toISOString()}, nothing is signed or published: ${reason} (what to do: docs/operating.md)`;

/** Ports, paths and the commit, chosen once for all processes. */
async function surroundingsOf(env: Env, databaseUrl: string, steps: Steps): Promise<Surroundings> {
  const commit = env.BEACON_COMMIT ?? (await commitOf(ROOT));
  const environment = {
    ...(commit === null ? {} : { BEACON_COMMIT: commit }),
    NODE_ENV: "production",
    BEACON_HOME: env.BEACON_HOME,
    DATABASE_URL: databaseUrl,
    BEACON_LOOPBACK_PORT: String(env.BEACON_LOOPBACK_PORT ?? (await freePort())),
    BEACON_VENDOR_PORT: String(
      env.BEACON_VENDOR_PORT ?? (await keptPort(join(env.BEACON_HOME, "vendor-port"))),
    ),
  };
  const names = (Object.keys(PROCESSES) as ProcessName[]).filter(
    (name) => name !== "loopback" || env.YAGNA_APPKEY === undefined,
  );
  const metricsPorts = await steps.run("metrics", async (say) => {
    say(`of ${names.length} processes: ${fromHere(join(env.BEACON_HOME, TARGETS_FILE))}`);
    return layMetricsTargets(env.BEACON_HOME, env.BEACON_METRICS_HOST, names);
  });
  return { environment, metricsPorts };
}

async function bringUpProcesses(
  env: Env,
  databaseUrl: string,
  steps: Steps,
  shutdown: Shutdown,
): Promise<void> {
  const supervisor: Supervisor = createSupervisor({
    root: ROOT,
    logFolder: join(env.BEACON_HOME, "logs"),
    note: steps.note,
  });
  shutdown.add(
    async () => {
      await supervisor.stop(["portal"]);
      await supervisor.stop(["workers", "golem", "home"]);
      await supervisor.stop(["loopback"]);
    },
    () => supervisor.kill(),
  );
  const around = await surroundingsOf(env, databaseUrl, steps);
  await steps.run("golem network", async (say) => {
    if (env.YAGNA_APPKEY !== undefined) {
      say(`yagna at ${env.YAGNA_API_URL}, paid with ${env.BEACON_PAYMENT ?? "nothing yet"}`);
      return;
    }
    await supervisor.start(planOf("loopback", around));
    say(`loopback (simulated) on 127.0.0.1:${around.environment.BEACON_LOOPBACK_PORT}`);
  });
  shutdown.signal.throwIfAborted();
  await Promise.all([
    steps.run("workers", async (say) => {
      await supervisor.start(planOf("workers", around));
      say("log and jobs");
    }),
    steps.run("golem worker", async (say) => {
      await supervisor.start(planOf("golem", around));
      say("rents providers and runs tasks");
    }),
    steps.run("home worker", async (say) => {
      await supervisor.start(planOf("home", around));
      say("asks from this machine");
    }),
    steps.run("portal", async (say) => {
      await supervisor.start(planOf("portal", around));
      say(siteOf(env));
    }),
  ]);
}

function siteOf(env: Env): string {
  return env.BEACON_URL ?? `http://localhost:${env.PORT}`;
}

/** Rejects as soon as the end is asked for, whatever `work` does. */
function unlessAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
    work.then(resolve, reject);
  });
}

/** A demonstration that fails is said, and takes nothing down: the portal is up. */
async function demonstrate(env: Env, steps: Steps, shutdown: Shutdown): Promise<void> {
  if (!env.BEACON_DEMONSTRATION) return;
  try {
    await steps.run("demonstration", async (say) => {
      const { runDemonstration } = await import("@/server/cli/demonstration");
      const isNew = await unlessAborted(shutdown.signal, runDemonstration(siteOf(env)));
      say(isNew ? "run, logged and compared" : "as it was compared before");
    });
  } catch (error) {
    shutdown.signal.throwIfAborted();
    steps.note(`the demonstration did not finish: ${sentenceOf(error)}`);
  }
}

function lastLine(env: Env, admin: Admin | null): string {
  const password =
    admin?.password == null ? "password as shown at the first start" : `password ${admin.password}`;
  const signIn = admin === null ? "" : ` | sign in as ${admin.email}, ${password}`;
  return `Beacon is on ${siteOf(env)}${signIn} | Ctrl-C stops`;
}

/** A path as somebody in this folder would type it. */
function fromHere(path: string): string {
  const way = relative(process.cwd(), path);
  return way.startsWith("..") ? path : way;
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function bringUp(env: Env, steps: Steps, shutdown: Shutdown): Promise<string> {
  await steps.run("state folder", async (say) => {
    layStateFolder(env.BEACON_HOME);
    const lock = lockStateFolder(env.BEACON_HOME);
    shutdown.add(async () => lock.release(), lock.release);
    await checkPort(env.HOST, env.PORT, lock.wasStale ? LEAVING_MS : 0);
    say(fromHere(env.BEACON_HOME));
  });
  const build = steps.run("site", async (say) => {
    const logFile = join(env.BEACON_HOME, "logs", "build.log");
    const onBuild = () =>
      steps.note("building the site, about a minute; only when its sources change");
    const isNew = await buildSite({ root: ROOT, logFile, signal: shutdown.signal, onBuild });
    say(isNew ? "built: its sources had changed" : "as it was built");
  });
  build.catch(() => {}); // awaited below; the database may fail first
  const database = await bringUpDatabase(env, steps, shutdown);
  const admin = await bringUpKeys(env, database.url, steps);
  await build;
  shutdown.signal.throwIfAborted();
  await bringUpProcesses(env, database.url, steps, shutdown);
  await demonstrate(env, steps, shutdown);
  return lastLine(env, admin);
}

async function main(): Promise<void> {
  process.stdout.on("error", () => {}); // nobody reads any more: go on without words
  const shutdown = listenForShutdown((line) => steps.note(line));
  const steps = stepsOn(
    process.stdout,
    () => performance.now(),
    () => shutdown.signal.aborted,
  );
  process.on("uncaughtException", (error) => {
    if (!shutdown.signal.aborted) steps.note(`unexpected: ${sentenceOf(error)}`);
  });
  try {
    const work = bringUp(readEnv(), steps, shutdown);
    shutdown.watch(work);
    const line = await work;
    steps.note("");
    steps.note(line);
    // The processes hold us: their channels are open until they end.
  } catch (error) {
    if (!shutdown.signal.aborted) process.stderr.write(`\n${sentenceOf(error)}\n`);
    await shutdown.leave(1);
  }
}

await main();
