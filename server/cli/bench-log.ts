import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { applyMigrations } from "@/prisma/migrate";
import { type BrowserFigures, benchBrowser } from "@/server/cli/bench-log-browser";
import { type Part, startPart } from "@/server/cli/bench-log-process";
import { benchReading, type ReadFigures } from "@/server/cli/bench-log-read";
import { type Quantiles, quantilesOf } from "@/server/cli/quantiles";
import { type Context, contextFor, createKey, openInspection, openWitness } from "@/server/context";
import { openDatabase } from "@/server/database";
import { environmentWith, readEnv } from "@/server/env";
import { appendLeaves } from "@/server/services/append-leaves";
import { groupLeaves } from "@/server/services/group-leaves";
import { registerRunner } from "@/server/services/register-runner";
import { sequenceLog } from "@/server/services/sequence-log";

/** Every figure says its unit; `load_1m` is the machine's load average when it was taken. */
export type LogFigures = {
  readonly machine: {
    readonly cores: number;
    readonly cpu: string;
    readonly node: string;
    readonly postgres: string;
  };
  readonly entry_bytes: number;
  readonly append_in_process: {
    readonly entries: number;
    readonly appends_per_s: number;
    readonly transaction_ms: Quantiles;
    readonly load_1m: number;
  };
  readonly append_over_http: {
    readonly entries: number;
    readonly connections: number;
    readonly generator: string;
    readonly publishing: string;
    readonly appends_per_s: number;
    readonly answer_ms: Quantiles;
    readonly refused: Readonly<Record<string, number>>;
    readonly load_1m: number;
  };
  readonly append_to_cosigned_receipt: {
    readonly entries: number;
    readonly appends_per_s: number;
    readonly witnesses: string;
    readonly receipt_ms: Quantiles;
    readonly checkpoints: number;
    readonly load_1m: number;
  };
  readonly reading: ReadFigures & BrowserFigures & { readonly load_1m: number };
  /** What two cores are to reach, and whether they did. */
  readonly aims: Readonly<Record<string, boolean | null>>;
};

const ENTRY_BYTES = 600;
/** With the runner key's registration before them: a log of 100,000 entries. */
const IN_PROCESS_ENTRIES = 99_999;
const CALLERS = 2_048;
const HTTP_ENTRIES = 40_000;
const CONNECTIONS = 256;
const RECEIPT_RATE = 500;
const RECEIPT_ENTRIES = 5_000;
const GIVE_UP_MS = 300_000;
const WITNESSES = ["first", "second", "third"] as const;

/**
 * Measures the log in an installation of its own that is thrown away afterwards: embedded PostgreSQL
 * with durable settings, three witnesses over HTTP of which two must have cosigned, the door for
 * leaves with a signature check for every request, the log's writer, each in processes of their own.
 *
 * @param chromium the program of a Chromium that audits the log too; null: that is not measured.
 */
export async function benchLog(
  note: (line: string) => void,
  chromium: string | null,
): Promise<LogFigures> {
  const home = mkdtempSync(join(tmpdir(), "beacon-bench-log-"));
  const env = {
    ...readEnv(),
    BEACON_HOME: home,
    LOG_LEVEL: "warn" as const,
    BEACON_POLICY: undefined,
  };
  const database = await openDatabase({ ...env, DATABASE_URL: undefined }, note);
  const parts: Part[] = [];
  const closing: (() => Promise<void>)[] = [];
  try {
    await applyMigrations(database.url);
    const witnesses = await openWitnesses({ ...env, DATABASE_URL: database.url });
    closing.push(witnesses.close);
    const load = await startPart("log-load", {});
    parts.push(load);
    const keyFile = join(home, "submitters");
    writeFileSync(keyFile, load.verifierKey ?? "");
    const installation = {
      NODE_ENV: "production",
      BEACON_HOME: home,
      DATABASE_URL: database.url,
      BEACON_POLICY: witnesses.policyFile,
      BEACON_TLOG_ADD_KEYS: keyFile,
      LOG_LEVEL: "warn",
    };
    const context = contextFor(readEnv(environmentWith(installation)));
    closing.push(context.close);
    await registerRunner(context);
    await sequenceLog(context);
    note("appending in process");
    const inProcess = await appendInProcess(context);
    const door = await startPart("log-door", installation);
    parts.push(door);
    const url = door.url ?? "";
    note("appending over HTTP");
    const http = await appendOverHttp(load, url);
    parts.push(await startPart("log-writer", installation));
    await until(async () => (await context.log.state()).publishedSize >= IN_PROCESS_ENTRIES);
    note("appending, up to the cosigned receipt");
    const receipts = await appendToReceipt(context, load, url);
    note("reading");
    const reading = { ...(await benchReading(context, url)), load_1m: load1m() };
    const browser = await benchBrowser(context, chromium);
    const perHundredThousandS =
      browser.audit_in_browser_s === null
        ? null
        : (browser.audit_in_browser_s * 100_000) / reading.entries;
    return {
      machine: await machine(database.url),
      entry_bytes: ENTRY_BYTES,
      append_in_process: inProcess,
      append_over_http: http,
      append_to_cosigned_receipt: receipts,
      reading: { ...reading, ...browser },
      aims: {
        append_in_process_25000_per_s: inProcess.appends_per_s >= 25_000,
        append_over_http_5000_per_s: http.appends_per_s >= 5_000,
        cosigned_receipt_p99_250_ms: receipts.receipt_ms.p99 <= 250,
        audit_of_100000_in_browser_2_s:
          perHundredThousandS === null ? null : perHundredThousandS <= 2,
        receipt_verify_p50_3_ms: reading.receipt_verify_ms.p50 <= 3,
      },
    };
  } finally {
    for (const { child } of parts) child.disconnect();
    for (const close of closing.reverse()) await close();
    await database.close();
    rmSync(home, { recursive: true, force: true });
  }
}

const load1m = (): number => Number((loadavg()[0] ?? Number.NaN).toFixed(2));

async function machine(databaseUrl: string): Promise<LogFigures["machine"]> {
  const inspection = await openInspection(databaseUrl);
  const postgres = await inspection.serverVersion().finally(() => inspection.close());
  const [cpu] = cpus();
  return { cores: cpus().length, cpu: cpu?.model ?? "unknown", node: process.version, postgres };
}

/** Three witnesses on loopback, and a policy that asks for two of them. */
async function openWitnesses(env: ReturnType<typeof readEnv>) {
  const context = contextFor(env);
  const { logVerifierKey } = context;
  await context.close();
  const opened = await Promise.all(
    WITNESSES.map(async (name) => {
      const keyFile = join(env.BEACON_HOME, `${name}.pem`);
      createKey(keyFile);
      const stateFolder = join(env.BEACON_HOME, `witness-${name}`);
      const asked = { name: `bench.example/${name}`, keyFiles: [keyFile], stateFolder };
      return openWitness({
        ...asked,
        logLines: `log ${logVerifierKey}\n`,
        host: "127.0.0.1",
        port: 0,
      });
    }),
  );
  const policyFile = join(env.BEACON_HOME, "bench-policy.txt");
  const lines = [
    `log ${logVerifierKey}`,
    ...opened.map(
      ({ url, verifierKeys }, i) => `witness ${WITNESSES[i]} ${verifierKeys[0]} ${url}`,
    ),
    `group quorum 2 ${WITNESSES.join(" ")}`,
    "quorum quorum",
  ];
  writeFileSync(policyFile, `${lines.join("\n")}\n`);
  return {
    policyFile,
    close: async () => {
      await Promise.all(opened.map((witness) => witness.close()));
    },
  };
}

async function appendInProcess(context: Context): Promise<LogFigures["append_in_process"]> {
  const transactions: number[] = [];
  const add = groupLeaves({
    append: async (leaves) => {
      const startedAt = performance.now();
      const indices = await appendLeaves(context, leaves);
      transactions.push(performance.now() - startedAt);
      return indices;
    },
  });
  const leaves = Array.from({ length: IN_PROCESS_ENTRIES }, () => randomBytes(ENTRY_BYTES));
  const startedAt = performance.now();
  let next = 0;
  const caller = async () => {
    for (let leaf = leaves[next++]; leaf !== undefined; leaf = leaves[next++]) await add(leaf);
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    entries: leaves.length,
    appends_per_s: Math.round(leaves.length / seconds),
    transaction_ms: quantilesOf(transactions),
    load_1m: load1m(),
  };
}

async function appendOverHttp(load: Part, url: string): Promise<LogFigures["append_over_http"]> {
  const plan = { url, entryBytes: ENTRY_BYTES, connections: CONNECTIONS, perSecond: null };
  const { seconds, answers, refused } = await load.put({ ...plan, requests: HTTP_ENTRIES });
  return {
    entries: answers.length,
    connections: CONNECTIONS,
    generator: "own, in another process on the same cores (server/cli/bench-log-load.ts)",
    publishing: "waits until the requests are answered",
    appends_per_s: Math.round(answers.length / seconds),
    answer_ms: quantilesOf(answers.map(([, tookMs]) => tookMs)),
    refused,
    load_1m: load1m(),
  };
}

/** From writing a request to the announcement of a checkpoint that includes its leaf. */
async function appendToReceipt(
  { bus, log, policy }: Context,
  load: Part,
  url: string,
): Promise<LogFigures["append_to_cosigned_receipt"]> {
  const end = new AbortController();
  const published: { size: number; atMs: number }[] = [];
  const following = (async () => {
    for await (const event of bus.follow(end.signal))
      if (event.kind === "log.published")
        published.push({ size: event.size, atMs: performance.timeOrigin + performance.now() });
  })();
  const plan = { url, entryBytes: ENTRY_BYTES, connections: 64, perSecond: RECEIPT_RATE };
  const { seconds, answers } = await load.put({ ...plan, requests: RECEIPT_ENTRIES });
  const last = Math.max(...answers.map(([, , index]) => index));
  await until(async () => ((await log.published())?.size ?? 0) > last);
  await until(async () => (published.at(-1)?.size ?? 0) > last);
  end.abort();
  await following;
  const receiptMs = answers.map(
    ([sentAtMs, , index]) =>
      (published.find(({ size }) => size > index)?.atMs ?? Number.NaN) - sentAtMs,
  );
  const quorum = policy.groups.find(({ name }) => name === policy.quorum)?.threshold;
  return {
    entries: answers.length,
    appends_per_s: Math.round(answers.length / seconds),
    witnesses: `${quorum} of ${policy.witnesses.length} over HTTP on loopback, Ed25519`,
    receipt_ms: quantilesOf(receiptMs),
    checkpoints: published.length,
    load_1m: load1m(),
  };
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + GIVE_UP_MS; !(await isTrue()); ) {
    if (Date.now() > end) throw new Error("the benchmark did not finish in time");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
