import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Readiness } from "@/schemas/health";
import { withDeadline } from "@/server/adapters/clock/deadline";
import { createKeyFile } from "@/server/adapters/keys/key-file";
import { createMlDsaKeyFile } from "@/server/adapters/keys/mldsa-key-file";
import { formatAddCheckpoint } from "@/server/adapters/witness/add-checkpoint-body";
import { createHttpWitness } from "@/server/adapters/witness/http-witness";
import { stateFileIn } from "@/server/adapters/witness/state-folder";
import { freePort } from "@/server/cli/ports";
import { WITNESS_USAGE, witnessCommand } from "@/server/cli/witness";
import { openWitness } from "@/server/context";
import { cosignersOf } from "@/server/domain/log/cosignature";
import { parseNote } from "@/server/domain/log/note";
import {
  formatVerifierKey,
  parseVerifierKey,
  type VerifierKey,
} from "@/server/domain/log/verifier-key";
import { ed25519Verifier } from "@/server/domain/signature";
import { aRequest, checkpointOf, LOG_KEY, ORIGIN } from "@/test/adapters/witness/a-log";
import { eventually } from "@/test/support/fakes";
import { promtool, runPromtool } from "@/test/support/promtool";
import { ROOT } from "@/test/support/run-tool";
import { skipBecause } from "@/test/support/skip";

const NAME = "witness.example/w";
const LOG = formatVerifierKey(LOG_KEY);

let home = "";
let children: ChildProcess[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "beacon-witness-cli-"));
  createKeyFile(join(home, "w.pem"));
  createMlDsaKeyFile(join(home, "pq.pem"));
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
  surroundings = {};
  rmSync(home, { recursive: true, force: true });
});
const state = () => join(home, "state");
const args = (...more: readonly string[]) => [
  ...["--name", NAME, "--key", join(home, "w.pem"), "--key", join(home, "pq.pem")],
  ...["--listen", "127.0.0.1:0", "--state", state()],
  ...more,
];

/** What daemons are told by their environment. */
let surroundings: Record<string, string> = {};

/** `beacon witness`, as a process of its own, until it says where it listens or ends. */
async function aDaemon(...more: readonly string[]) {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "server/cli/beacon.ts", "witness", ...args(...more)],
    { cwd: ROOT, env: { ...process.env, BEACON_HOME: home, DATABASE_URL: "", ...surroundings } },
  );
  children.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => {
      said += part;
    });
  const ended = once(child, "exit");
  await eventually(() => child.exitCode !== null || /^listens /m.test(said), 25_000);
  const url = /^listens (.+)$/m.exec(said)?.[1] ?? "";
  const keys = [...said.matchAll(/^witness (.+)$/gm)].map(([, key]) => parseVerifierKey(key ?? ""));
  return { child, ended, url, keys, said: () => said };
}
const post = (url: string, request: Parameters<typeof aRequest>) =>
  fetch(`${url}/add-checkpoint`, {
    method: "POST",
    body: formatAddCheckpoint(aRequest(...request)),
  });

const askable = (url: string, keys: readonly VerifierKey[] = [LOG_KEY]) =>
  createHttpWitness({ url, keys, logKey: LOG_KEY, withDeadline, limitMs: 5_000 });

/** The size that a witness shows to monitors; 0 before its first cosignature. */
async function heldBy(url: string): Promise<number> {
  const latest = await askable(url).latest(ORIGIN);
  return Number(latest?.size ?? 0n);
}

/** Has the log grow leaf by leaf until the witness is killed. @returns the last size that was answered. */
async function growUntilKilled(
  { url, child, ended }: Awaited<ReturnType<typeof aDaemon>>,
  from: number,
  livesMs: number,
): Promise<number> {
  setTimeout(() => child.kill("SIGKILL"), livesMs);
  let answered = from;
  const grow = async () => (await post(url, [answered, answered + 1])).status === 200;
  while (answered < 39 && (await grow().catch(() => false))) answered += 1;
  await ended;
  return answered;
}

/** The command in this process. */
async function run(asked: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const exit = await witnessCommand(asked, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    home,
    open: openWitness,
    stopped: Promise.resolve(),
  }).catch((error: { code?: string }) => error.code);
  return { exit, out, err };
}

describe("beacon witness", () => {
  it("cosigns for a log with both of its keys, and ends in order when it is asked to", async () => {
    const daemon = await aDaemon("--log", LOG);
    expect(daemon.keys.map(({ name, use }) => [name, use])).toEqual([
      [NAME, "cosignature"],
      [NAME, "mldsa-cosignature"],
    ]);
    const witness = askable(daemon.url, daemon.keys);
    const answer = await witness.addCheckpoint(aRequest(0, 8));
    if (answer.kind !== "cosigned") return expect.fail("the witness is new");
    const note = parseNote(checkpointOf(8) + answer.lines);
    const known = daemon.keys.map((key) => ({ key }));
    expect(await cosignersOf(note, known, await ed25519Verifier())).toHaveLength(2);
    expect((await witness.latest(ORIGIN))?.size).toBe(8n);
    daemon.child.kill("SIGTERM");
    expect(await daemon.ended).toEqual([0, null]);
  }, 60_000);

  it("remembers over kill -9 whatever it answered, at whatever moment it dies", async () => {
    let answered = 0;
    for (const livesMs of [25, 60, 110]) {
      const daemon = await aDaemon("--log", LOG);
      const held = await heldBy(daemon.url);
      expect(held).toBeGreaterThanOrEqual(answered);
      answered = Math.max(held, await growUntilKilled(daemon, held, livesMs));
    }
    const { url } = await aDaemon("--log", LOG);
    const held = await heldBy(url);
    expect(held).toBeGreaterThanOrEqual(answered);
    expect((await post(url, [held, 40])).status).toBe(200);
  }, 90_000);

  it("runs once over a state folder, and takes the folder over from a dead process", async () => {
    const first = await aDaemon("--log", LOG);
    const second = await aDaemon("--log", LOG);
    await second.ended;
    expect(second.child.exitCode).toBe(2);
    expect(second.said()).toContain(
      `ALREADY_RUNNING: another witness (process ${first.child.pid})`,
    );
    expect((await post(first.url, [0, 3])).status).toBe(200);
    first.child.kill("SIGKILL");
    await first.ended;
    const third = await aDaemon("--log", LOG);
    expect(await (await post(third.url, [0, 8])).text()).toBe("3\n");
  }, 90_000);

  it("watches the logs of a file, which may be a log's own policy", async () => {
    const config = join(home, "logs.txt");
    writeFileSync(config, `# watched\nlog ${LOG} https://a.example\nquorum none\n`);
    const { exit, out } = await run(args("--config", config));
    expect(exit).toBe(0);
    expect(out[0]).toMatch(`witness ${NAME}+`);
    expect(out.at(-2)).toBe(`watches ${ORIGIN}`);
  });

  it("removes the drafts that a killed witness left in its state folder, and its lock", async () => {
    mkdirSync(state());
    const draft = `${stateFileIn(state(), ORIGIN)}.${randomUUID()}.tmp`;
    writeFileSync(draft, "half");
    writeFileSync(join(state(), "notes.txt"), "not ours");
    expect((await run(args("--log", LOG))).exit).toBe(0);
    expect(readdirSync(state())).toEqual(["notes.txt"]);
  });

  it("serves its metrics and its readiness where it is told to, and nothing of them elsewhere", async (context) => {
    const port = await freePort();
    surroundings = { BEACON_METRICS_PORT: String(port) };
    const daemon = await aDaemon("--log", LOG);
    expect((await post(daemon.url, [0, 3])).status).toBe(200);
    expect((await post(daemon.url, [0, 3])).status).toBe(409);
    const watched = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    const ready = await watched("/readyz");
    expect(ready.status).toBe(200);
    expect(Readiness.parse(await ready.json())).toMatchObject({
      process: "witness",
      ready: true,
      checks: [
        { name: "process" },
        { name: "metrics-address" },
        { name: "cosigning", level: "ok" },
      ],
    });
    const metrics = await (await watched("/metrics")).text();
    expect(metrics).toContain('beacon_cosigning_requests_total{outcome="cosigned"} 1');
    expect(metrics).toContain('beacon_cosigning_requests_total{outcome="stale"} 1');
    expect((await fetch(`${daemon.url}/metrics`)).status).toBe(404);
    daemon.child.kill("SIGTERM");
    await daemon.ended;
    await expect(watched("/healthz")).rejects.toThrow();
    const tool = await promtool();
    if ("missing" in tool) skipBecause(context, tool.missing);
    expect(await runPromtool(tool, ["check", "metrics"], { input: metrics })).toEqual({
      code: 0,
      said: "",
    });
  }, 180_000);

  it("does not start when it is asked wrongly", async () => {
    const withoutKey = ["--name", NAME, "--log", LOG];
    for (const wrong of [
      [],
      withoutKey,
      args(),
      args("--log", LOG, "--config", "x"),
      args("--log", LOG, "--listen", "7380"),
      args("--log", LOG, "--listen", "127.0.0.1:65536"),
    ])
      expect(await run(wrong)).toEqual({ exit: 2, out: [], err: [WITNESS_USAGE] });
    expect(await run(args("--log", "nonsense"))).toMatchObject({ exit: "CONFIG_INVALID" });
    expect(await run(args("--config", join(home, "none")))).toMatchObject({
      exit: "CONFIG_INVALID",
    });
    expect(await run([...args("--log", LOG), "--name", "a b"])).toMatchObject({
      exit: "NOTE_KEY_MALFORMED",
    });
  });

  it("does not start with a key that others can read", async () => {
    chmodSync(join(home, "w.pem"), 0o644);
    expect(await run(args("--log", LOG))).toMatchObject({ exit: "KEY_FILE_INVALID", out: [] });
  });

  it.each([
    ["half written", '{"origin":"a.example/log","size":8,"ro'],
    ["of another log", JSON.stringify({ origin: "b", size: 3, root: `${"A".repeat(43)}=` })],
  ])("does not start over a state file that is %s", async (_, content) => {
    mkdirSync(state());
    writeFileSync(stateFileIn(state(), ORIGIN), content);
    expect(await run(args("--log", LOG))).toMatchObject({ exit: "WITNESS_REFUSED", out: [] });
  });
});
