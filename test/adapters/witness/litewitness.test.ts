import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { openKeys } from "@/server/adapters/keys/file-keys";
import { witnessesOf } from "@/server/adapters/witness/policy-witnesses";
import { freePort } from "@/server/cli/ports";
import type { Context } from "@/server/context";
import { BeaconError } from "@/server/domain/errors";
import { cosignersOf } from "@/server/domain/log/cosignature";
import { EMPTY_ROOT } from "@/server/domain/log/merkle";
import { parseNote } from "@/server/domain/log/note";
import { parsePolicy } from "@/server/domain/log/policy";
import {
  formatVerifierKey,
  parseVerifierKey,
  verifierKeyOf,
} from "@/server/domain/log/verifier-key";
import { ed25519Verifier } from "@/server/domain/signature";
import { publishCheckpoint } from "@/server/services/publish-checkpoint";
import { aSigner } from "@/test/domain/log/a-signer";
import { submitted, writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";
import { eventually } from "@/test/support/fakes";
import { type GoTool, goTool } from "@/test/support/go-tool";
import { skipBecause } from "@/test/support/skip";
import { fingerprintOf, startSshAgent } from "@/test/support/ssh-agent";

/** Another project's witness (BSD licence); the newest release that Go 1.24 to 1.26 build. */
const LITEWITNESS = {
  module: "filippo.io/torchwood",
  version: "v0.9.0",
  command: "filippo.io/torchwood/cmd/litewitness",
};
const NAME = "litewitness.example/w";
const KEY = aSigner(0x33);

/** Its table of logs as it makes it itself: the tool that fills it needs modules that are not always to be had. */
const ADD_LOG = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("CREATE TABLE log (origin TEXT PRIMARY KEY, tree_size INTEGER NOT NULL, tree_hash TEXT NOT NULL)")
db.execute("CREATE TABLE key (origin TEXT NOT NULL, key TEXT NOT NULL, FOREIGN KEY(origin) REFERENCES log(origin))")
db.execute("INSERT INTO log VALUES (?, 0, ?)", (sys.argv[2], sys.argv[3]))
db.execute("INSERT INTO key VALUES (?, ?)", (sys.argv[2], sys.argv[4]))
db.commit()
`;

const house = ownContext();
let home = "";
let tool: GoTool = { missing: "not built yet" };
let agent: { close(): void } | undefined;
let child: ChildProcess | undefined;
let context: Context;
let port = 0;

beforeAll(async () => {
  tool = await goTool(LITEWITNESS);
  if ("missing" in tool) return;
  home = mkdtempSync(join(tmpdir(), "beacon-litewitness-"));
  agent = await startSshAgent(join(home, "agent"), KEY);
  port = await freePort();
  const { origin, logVerifierKey } = house.context;
  const emptyRoot = Buffer.from(EMPTY_ROOT).toString("base64");
  try {
    execFileSync("python3", ["-c", ADD_LOG, join(home, "db"), origin, emptyRoot, logVerifierKey]);
  } catch {
    tool = { missing: "litewitness's table of logs needs Python with sqlite3" };
    return;
  }
  context = demanding(house.context);
  await start();
}, 900_000);
afterAll(async () => {
  await stop();
  agent?.close();
  if (home !== "") rmSync(home, { recursive: true });
});

async function start(): Promise<void> {
  if ("missing" in tool) return;
  const args = ["-name", NAME, "-key", fingerprintOf(KEY), "-db", join(home, "db")];
  const listen = ["-ssh-agent", join(home, "agent"), "-listen", `127.0.0.1:${port}`];
  child = spawn(tool.path, [...args, ...listen], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (part: string) => {
    said += part;
  });
  const isUp = () =>
    fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => child?.exitCode !== null,
    );
  await eventually(isUp, 20_000);
  if (child.exitCode !== null) throw new Error(`litewitness has ended: ${said}`);
}

async function stop(): Promise<void> {
  if (child === undefined || child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** The installation with a policy that asks for its own witness and for litewitness. */
function demanding(base: Context): Context {
  const own = base.policy.witnesses[0]?.key;
  if (own === undefined) throw new Error("an installation has a local witness");
  const their = formatVerifierKey(verifierKeyOf(NAME, "cosignature", KEY.publicKey));
  const policy = parsePolicy(`log ${base.logVerifierKey}
witness own ${formatVerifierKey(own)}
witness lite ${their} http://127.0.0.1:${port}
group both all own lite
quorum both
`);
  const { withDeadline, now, env } = base;
  const witnesses = witnessesOf(policy, {
    logKey: parseVerifierKey(base.logVerifierKey),
    ownSigner: openKeys(join(env.BEACON_HOME, "keys")).witness,
    stateFile: join(env.BEACON_HOME, "witness", "state.json"),
    withDeadline,
    now,
  });
  return { ...base, policy, witnesses };
}

const needsTool = (test: TestContext) => {
  if ("missing" in tool) skipBecause(test, `a third party's witness: ${tool.missing}`);
};
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error: unknown) => (error instanceof BeaconError ? error.code : error),
  );
const their = (note: string) => note.split("\n").filter((line) => line.includes(NAME));

describe("litewitness, a witness of another project", () => {
  it("cosigns our checkpoints as they grow, under a policy that asks for it", async (test) => {
    needsTool(test);
    for (let i = 0; i < 5; i++) {
      await submitted(context);
      await writeAll(context);
      const published = await context.log.published();
      const note = published?.note ?? "";
      expect(their(note)).toHaveLength(1);
      const cosigners = await cosignersOf(
        parseNote(note),
        context.policy.witnesses,
        await ed25519Verifier(),
      );
      expect(cosigners.map(({ witness }) => witness.name)).toEqual(["own", "lite"]);
    }
    const outcomes = await context.witnessStore.all();
    expect(outcomes.find(({ name }) => name === NAME)).toMatchObject({
      code: null,
      size: (await context.log.published())?.size,
    });
    await checkLog(context);
  });

  it("is waited for: nothing is published while it is away, and all that waited when it is back", async (test) => {
    needsTool(test);
    await stop();
    await submitted(context);
    expect(await codeOf(writeAll(context))).toBe("QUORUM_NOT_MET");
    const before = (await context.log.published())?.size ?? 0;
    expect((await context.log.state()).size).toBeGreaterThan(before);
    await start();
    await submitted(context);
    await writeAll(context);
    expect((await context.log.published())?.size).toBe((await context.log.state()).size);
    await checkLog(context);
  });

  it("says what it holds when it is asked from elsewhere", async (test) => {
    needsTool(test);
    const size = (await context.log.published())?.size ?? 0;
    const lite = context.witnesses.find(({ name }) => name === NAME);
    const checkpoint = (await context.log.published())?.note.split("\u2014 ").slice(0, 2) ?? [];
    const request = { oldSize: 0n, proof: [], checkpoint: checkpoint.join("\u2014 ") };
    expect(await lite?.addCheckpoint(request)).toEqual({ kind: "stale", size: BigInt(size) });
    expect(await lite?.addCheckpoint({ ...request, oldSize: BigInt(size) })).toMatchObject({
      kind: "cosigned",
    });
    expect(await lite?.latest(context.origin)).toBeNull();
  });

  it("stops a log that lost what it cosigned, and one that changed it", async (test) => {
    needsTool(test);
    const state = await context.log.state();
    const lite = context.witnesses.filter(({ name }) => name === NAME);
    const first = await context.tree.rootOf(1, context.log.tileReader(1));
    const shrunk = {
      ...context.log,
      state: async () => ({ ...state, size: 1, root: first, publishedSize: 0 }),
    };
    const witnessStore = { ...context.witnessStore, all: async () => [] };
    const old = { ...context, log: shrunk, witnesses: lite, witnessStore };
    expect(await codeOf(publishCheckpoint(old))).toBe("LOG_ROLLED_BACK");

    const root = new Uint8Array(32).fill(9);
    const forked = { ...context.log, state: async () => ({ ...state, root, publishedSize: 0 }) };
    const tree = { ...context.tree, rootOf: async () => root };
    const other = { ...context, log: forked, tree, witnesses: lite };
    expect(await codeOf(publishCheckpoint(other))).toBe("LOG_FORKED");
    await checkLog(context);
  });
});
