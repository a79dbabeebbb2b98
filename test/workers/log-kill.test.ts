import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyMigrations } from "@/prisma/migrate";
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "@/server/adapters/db/embedded-postgres";
import type { StoredCheckpoint } from "@/server/adapters/db/log-inspection";
import { type Context, contextFor, openInspection } from "@/server/context";
import { type Draws, drawsFrom } from "@/server/domain/job/draws";
import { readEnv } from "@/server/env";
import { auditLog } from "@/server/services/audit-log";
import { fsckLog } from "@/server/services/fsck-log";
import { registerRunner } from "@/server/services/register-runner";
import { writeAll } from "@/test/support/builders";
import { readPublished } from "@/test/support/check-log";
import { logFindings } from "@/test/support/log-findings";
import type { JournalLine } from "@/test/support/log-writer-process";
import { ROOT } from "@/test/support/run-tool";

const SEED = Number(process.env.LOG_KILL_SEED ?? randomInt(2 ** 31));
const KILLS = 200;
/** Of six kills one meets PostgreSQL, whole or one of its processes. */
const DATABASE_SHARE = 0.16;
/** After a victim has begun to do something, it is killed within so long. */
const PAUSE_MS = 150;
const WRITERS = ["writer-1", "writer-2", "publisher"] as const;

describe(`a log whose processes and database are killed at random (LOG_KILL_SEED=${SEED})`, () => {
  const folder = mkdtempSync(join(tmpdir(), "beacon-log-kill-"));
  const cache = join(ROOT, "node_modules/.cache/beacon-log-kill");
  const program = join(cache, `log-writer-process-${process.pid}.mjs`);
  const journalOf = (name: string) => join(folder, `${name}.jsonl`);
  const children = new Map<string, ChildProcess>();
  /** How long each journal was when its process was started. */
  const journalBytes = new Map<string, number>();
  let server: EmbeddedPostgres;
  let isOver = false;
  let damned: string | null = null;

  const env = () => ({
    NODE_ENV: "test" as const,
    DATABASE_URL: server.url,
    BEACON_HOME: join(folder, "home"),
    LOG_LEVEL: "silent",
  });
  const startDatabase = (port?: number) =>
    startEmbeddedPostgres({
      folder: join(folder, "postgres"),
      log: () => {},
      ...(port === undefined ? {} : { port }),
    });
  /** Runs one process, and runs it again whenever it ends. */
  const keepUp = (name: string): void => {
    const role = name.replace(/-\d$/, "");
    const args = [program, role, journalOf(name), server.url, join(folder, "home")];
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      // What a process says that meets no database is no finding.
      stdio: process.env.LOG_KILL_OUTPUT === undefined ? "ignore" : "inherit",
    });
    children.set(name, child);
    journalBytes.set(name, sizeOf(journalOf(name)));
    child.once("exit", (code) => {
      if (code === 3) damned = name;
      if (!isOver) setTimeout(() => keepUp(name), code === null ? 0 : 100);
    });
  };

  beforeAll(async () => {
    mkdirSync(cache, { recursive: true });
    await build({
      entryPoints: [join(ROOT, "test/support/log-writer-process.ts")],
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      logLevel: "error",
    });
    server = await startDatabase();
    await applyMigrations(server.url);
    await withContext(async (context) => {
      writeFileSync(join(folder, "home", "policy.txt"), context.policyText);
      await registerRunner(context);
      await writeAll(context);
    });
  }, 60_000);

  afterAll(async () => {
    isOver = true;
    for (const child of children.values()) child.kill("SIGKILL");
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
    rmSync(program, { force: true });
  }, 30_000);

  async function withContext<T>(use: (context: Context) => Promise<T>): Promise<T> {
    const context = contextFor(readEnv(env()));
    return use(context).finally(() => context.close());
  }

  /** Kills PostgreSQL with all its processes, or one of them; starts it again on the same data. */
  async function killDatabase(draws: Draws): Promise<string> {
    const processes = childrenOf(server.pid);
    const isOne = processes.length > 0 && draws.chance(0.3);
    for (const pid of isOne ? [draws.pick(processes)] : [server.pid, ...processes]) kill(pid);
    // Whoever kills the one process that recovers the data takes the server down with it.
    server = await startDatabase(server.port);
    journalBytes.set("publisher", sizeOf(journalOf("publisher")));
    return isOne ? "a process of PostgreSQL" : "PostgreSQL";
  }

  /** Waits until a process has done something since it was started, or since the database was. */
  async function untilAtWork(name: string, draws: Draws): Promise<ChildProcess> {
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(5)) {
      const child = children.get(name);
      const isRunning = child?.exitCode === null && child.signalCode === null;
      if (!isRunning || sizeOf(journalOf(name)) <= (journalBytes.get(name) ?? 0)) continue;
      await sleep(draws.below(PAUSE_MS));
      return child;
    }
    throw new Error(`${name} did nothing for a minute`);
  }

  async function killOne(draws: Draws): Promise<string> {
    if (draws.chance(DATABASE_SHARE)) {
      await untilAtWork("publisher", draws);
      return killDatabase(draws);
    }
    const name = draws.pick(WRITERS);
    (await untilAtWork(name, draws)).kill("SIGKILL");
    return name;
  }

  it(`loses nothing, doubles nothing and forks nothing in ${KILLS} kills`, async () => {
    const seed = new Uint8Array(16);
    new DataView(seed.buffer).setUint32(0, SEED);
    const draws = drawsFrom(seed);
    for (const name of WRITERS) keepUp(name);
    const killed = new Map<string, number>();
    for (let kills = 0; kills < KILLS; kills++) {
      const victim = await killOne(draws);
      killed.set(victim, (killed.get(victim) ?? 0) + 1);
    }
    isOver = true;
    for (const child of children.values()) child.kill("SIGKILL");
    await Promise.all([...children.values()].map(ended));
    expect(damned).toBeNull();

    const told = WRITERS.flatMap((name) => readJournal(journalOf(name)));
    await withContext(async (context) => {
      await writeAll(context);
      const inspection = await openInspection(server.url);
      const published: StoredCheckpoint[] = [];
      for await (const checkpoint of inspection.checkpoints()) published.push(checkpoint);
      const found = await logFindings(context, told, published);
      process.stdout.write(
        `killed ${KILLS} times (${[...killed].map(([name, n]) => `${name} ${n}`).join(", ")}); ` +
          `${found.told} told to writers, ${found.cosigned} cosigned, ${found.published} published, ${found.size} entries; ` +
          `${found.lost} lost, ${found.doubled} doubled, ${found.forks} forks\n`,
      );
      expect(found).toMatchObject({ lost: 0, doubled: 0, forks: 0 });
      // A test of nothing would pass as well.
      expect(found.told).toBeGreaterThan(KILLS * 5);
      expect(found.cosigned).toBeGreaterThan(20);
      const report = await fsckLog({ ...context, inspection }).finally(() => inspection.close());
      expect(report).toMatchObject({ damages: [], pending: 0, entries: found.size });
      // The jobs that the test announced have no specs: their plans are not looked at.
      const { problems } = await auditLog(context.policy, readPublished(context), null);
      expect(problems).toEqual([]);
    });
  }, 400_000);
});

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has just ended by itself
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once("exit", resolve));
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** The processes that `parent` started, from /proc. */
function childrenOf(parent: number): readonly number[] {
  const statOf = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, "utf8");
    } catch {
      return ""; // it has just ended
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const stat = statOf(pid);
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent;
    })
    .map(Number);
}

/** What a process was told; a last line that it was killed in was never written, so nobody was told. */
function readJournal(path: string): readonly JournalLine[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as JournalLine];
      } catch {
        return [];
      }
    });
}
