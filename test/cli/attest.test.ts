import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cid, JobId } from "@/schemas/primitives";
import { createKeyFile, readKeyFile } from "@/server/adapters/keys/key-file";
import { appRouter } from "@/server/api/root";
import { attestCommand } from "@/server/cli/attest";
import { utf8 } from "@/server/domain/bytes";
import { buildReceipt } from "@/server/services/build-receipt";
import { pythonOrSkip } from "@/test/cli/public-verifiers/find-python";
import { judgedInBatch, run as runProgram } from "@/test/cli/public-verifiers/run-verifiers";
import { aCase } from "@/test/cli/public-verifiers/verdict-case";
import { aFinishedJob } from "@/test/support/a-finished-job";
import { type Attester, anAttester } from "@/test/support/an-attester";
import { writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";
import { ROOT } from "@/test/support/run-tool";

const house = ownContext();
const { BEACON_HOME } = process.env;
const folder = mkdtempSync(join(tmpdir(), "beacon-attest-"));
let server: Server;
let url = "";
/** What the portal serves in the place of a receipt or a block, when a test has it lie. */
let lies: ReadonlyMap<string, Uint8Array | string> = new Map();
let jobId: JobId;
let ada: Attester;
const keyFile = join(folder, "ada.pem");

/** A portal: its API, receipts and blocks over HTTP. */
beforeAll(async () => {
  const { context } = house;
  const api = createHTTPHandler({
    router: appRouter,
    basePath: "/api/trpc/",
    createContext: ({ req }) => ({
      ...context,
      actor:
        req.headers.authorization === `Bearer ${context.operatorToken}`
          ? { id: "usr-operator", name: "Operator", role: "admin" as const }
          : null,
    }),
  });
  server = createServer((request, response) => void served(request, response, api));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.BEACON_HOME = context.env.BEACON_HOME;
  writeFileSync(join(folder, "policy.txt"), context.policyText);
  jobId = await aFinishedJob(context, { title: "What happened at Vell?" });
  ada = await anAttester(context, "Zürich \u202ePress");
  createKeyFile(keyFile);
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
  if (BEACON_HOME === undefined) delete process.env.BEACON_HOME;
  else process.env.BEACON_HOME = BEACON_HOME;
});

async function served(
  request: IncomingMessage,
  response: ServerResponse,
  api: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<void> {
  const path = request.url?.split("?")[0] ?? "";
  const [, index] = /^\/tlog\/proof\/(\d+)$/.exec(path) ?? [];
  const [, cid] = /^\/ipfs\/(.+)$/.exec(path) ?? [];
  if (index === undefined && cid === undefined) return api(request, response);
  const body =
    lies.get(path) ??
    (index === undefined
      ? await house.context.content.get((cid ?? "") as Cid)
      : (await buildReceipt(house.context, Number(index))).text);
  if (body === null) response.statusCode = 404;
  response.end(body ?? "");
}

/** What a command says and how it ends. */
async function run(...args: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const io = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    home: folder,
    readKey: readKeyFile,
  };
  const exit = await attestCommand(args.includes("--url") ? args : [...args, "--url", url], io);
  return { exit, out, err, said: [...out, ...err].join("\n") };
}

const sign = (...args: readonly string[]) => run("sign", jobId, keyFile, ...args);
const contest = ["--verdict", "contest", "--reason", "country-doubtful"] as const;

describe("beacon attest", () => {
  it("refuses to sign with a key that the log has not registered", async () => {
    const { exit, said } = await sign(...contest);
    expect([exit, said]).toEqual([2, expect.stringMatching(/^KEY_NOT_READY: /)]);
  });

  it("enrols the key of a file for an attester, and signs when the log has registered it", async () => {
    const { context } = house;
    const enrolled = await run("enrol", keyFile, "--account", ada.email);
    expect(enrolled.exit).toBe(0);
    expect(enrolled.said).toContain(`${readKeyFile(keyFile)?.keyId} is enrolled for Zürich`);
    expect(enrolled.said).not.toContain("\u202e");
    expect((await run("enrol", keyFile, "--account", ada.email)).exit).toBe(0);
    await writeAll(context);

    const { exit, said } = await sign(
      ...contest,
      "--reason",
      "answers-misclassified",
      "--statement",
      "Two refusals\u0007 are counted as answers.",
      "--interest",
      "We are funded by X.",
    );
    expect([exit, said]).toEqual([
      0,
      expect.stringMatching(/^att-[a-z2-7]{26} is signed and filed/),
    ]);
    const [stored] = await context.attestations.ofJob(jobId);
    expect(stored?.report).toMatchObject({
      verdict: "contest",
      reasons: ["answers-misclassified", "country-doubtful"],
      interest: "We are funded by X.",
      organisation: "Zürich \u202ePress",
    });
    expect(stored?.report.checklist[0]).toMatchObject({
      check: "receipt-verifies",
      outcome: "holds",
    });
    await writeAll(context);
    await checkLog(context);
  });

  it("lists what attesters say, and lets no stranger's text steer the terminal", async () => {
    const { exit, said } = await run("list", jobId);
    expect(exit).toBe(0);
    expect(said).toContain("0 confirm, 1 contest, 0 inconclusive");
    expect(said).toContain("contest: answers-misclassified, country-doubtful");
    expect(said).toContain("Two refusals  are counted as answers.");
    expect(said).toContain("Interest: We are funded by X.");
    expect(said).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });

  it("reviews: every question of the checklist, the first answered by its own verifier", async () => {
    const { exit, out } = await run("review", jobId);
    expect(exit).toBe(0);
    expect(out[0]).toBe("What happened at Vell?");
    expect(out[1]).toMatch(
      /^cmp-[a-z2-7]{26}, entry \d+ in beacon\.local\/[0-9a-f]{8}, SIMULATED$/,
    );
    expect(out.slice(2)).toHaveLength(9);
    expect(out[2]).toMatch(/^ {2}receipt-verifies: holds\. /);
    expect(out.at(-1)).toMatch(/^ {2}not-simulated: FAILS\. /);
  });

  it("confirms no comparison whose receipt is not sound, and may contest it", async () => {
    const { context } = house;
    const job = await context.jobs.byId(jobId);
    const cid = (await context.comparisons.byJob(jobId))?.cid ?? "";
    const other = await aFinishedJob(context);
    const otherIndex = (await context.jobs.byId(other))?.comparisonIndex ?? -1;
    const proof = `/tlog/proof/${job?.comparisonIndex}`;
    const confirm = ["--verdict", "confirm", "--reason", "receipts-checked"] as const;
    for (const [path, lie] of [
      [`/ipfs/${cid}`, utf8("another report")],
      [proof, (await buildReceipt(context, otherIndex)).text],
      [proof, "no receipt"],
    ] as const) {
      lies = new Map([[path, lie]]);
      expect((await run("review", jobId)).exit).toBe(1);
      const before = (await context.attestations.ofJob(jobId)).length;
      const { exit, said } = await sign(...confirm);
      expect([exit, said]).toEqual([1, expect.stringMatching(/^Not signed: /)]);
      expect(await context.attestations.ofJob(jobId)).toHaveLength(before);
      expect((await sign(...contest)).exit).toBe(0);
    }
    const last = (await context.attestations.ofJob(jobId)).at(-1);
    expect(last?.report.checklist[0]).toMatchObject({
      check: "receipt-verifies",
      outcome: "fails",
    });
    lies = new Map();
    expect((await sign(...confirm)).exit).toBe(0);
    await writeAll(context);
    expect((await run("list", jobId)).said).toContain("1 confirm, 0 contest, 0 inconclusive");
    await checkLog(context);
  });

  it("signs nothing by a policy that does not know this log", async () => {
    writeFileSync(join(folder, "other.txt"), "quorum none\n");
    const policy = join(folder, "other.txt");
    const { exit } = await sign(
      "--verdict",
      "confirm",
      "--reason",
      "answers-read",
      "--policy",
      policy,
    );
    expect(exit).toBe(1);
  });

  it("takes a key back once, after which nothing is signed with it", async () => {
    const { context } = house;
    const key = readKeyFile(keyFile)?.keyId ?? "";
    expect((await run("revoke", key, "--reason", "compromised")).said).toContain("is revoked");
    expect((await run("revoke", key)).said).toContain("was revoked before");
    // The log has not published it yet; the portal knows.
    const early = await sign(...contest);
    expect([early.exit, early.said]).toEqual([1, expect.stringMatching(/^KEY_REVOKED: /)]);
    await writeAll(context);
    const late = await sign(...contest);
    expect([late.exit, late.said]).toEqual([2, expect.stringMatching(/^KEY_REVOKED: /)]);
    expect((await run("list", jobId)).said).toContain("its key was taken back at");
    await checkLog(context);
  });

  it("refuses who is no attester", async () => {
    const { exit, said } = await run("enrol", keyFile, "--account", "nobody@example.org");
    expect([exit, said]).toEqual([1, expect.stringMatching(/^ACCOUNT_NOT_FOUND: /)]);
  });

  it("says that nobody answers when there is no portal", async () => {
    const nobody = ["--url", "http://127.0.0.1:1"];
    const { exit, said } = await run("list", jobId, ...nobody);
    expect([exit, said]).toEqual([2, expect.stringContaining("PORTAL_UNREACHABLE")]);
  });

  it.each([
    [[]],
    [["list"]],
    [["list", "job-x"]],
    [["list", "JOB", "more"]],
    [["list", "JOB", "--reason", "x"]],
    [["review", "JOB", "--verdict", "confirm"]],
    [["sign", "JOB"]],
    [["sign", "JOB", "KEY", "--verdict", "praise", "--reason", "answers-read"]],
    [["sign", "JOB", "KEY", "--verdict", "confirm"]],
    [["sign", "JOB", "KEY", "--verdict", "confirm", "--reason", "country-doubtful"]],
    [["enrol", "KEY"]],
    [["enrol", "KEY", "--account", "a@example.org", "--label", " "]],
    [["revoke", "key-x"]],
    [["toString", "JOB"]],
  ])("says how it is used when it is asked %j", async (args) => {
    const { exit, said } = await run(
      ...args.map((arg) => ({ JOB: jobId as string, KEY: keyFile })[arg] ?? arg),
    );
    expect(exit).toBe(2);
    expect(said).toContain("usage: beacon attest");
  });

  it("says when a file cannot be used", async () => {
    const missing = join(folder, "none");
    expect((await run("sign", jobId, missing, ...contest)).said).toMatch(/^KEY_FILE_INVALID: /);
    expect((await run("review", jobId, "--policy", missing)).said).toMatch(/^CONFIG_INVALID: /);
  });
});

/** The first attestation's receipt and report, as the portal serves them. */
async function theReal() {
  const { context } = house;
  const [stored] = await context.attestations.ofJob(jobId);
  const { text } = await buildReceipt(context, stored?.index ?? -1);
  const block = await context.content.get((stored?.cid ?? "") as Cid);
  if (block === null) throw new Error("the report is held");
  return { receipt: utf8(text), block, policy: utf8(context.policyText) };
}
const flip = (bytes: Uint8Array, at: number) =>
  bytes.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte));

describe.each([
  { script: "verify.mjs", programOf: () => process.execPath, step: 1 },
  // It asks openssl for every signature.
  { script: "verify.py", programOf: pythonOrSkip, step: 9 },
])("a stranger's own $script", ({ script, programOf, step }) => {
  const path = join(ROOT, "public/verify", script);

  it("accepts an attestation that was filed, and refuses it with any one byte flipped", async (context) => {
    const program = programOf(context);
    const real = await theReal();
    const some = (length: number) =>
      Array.from({ length: Math.ceil(length / step) }, (_, i) => i * step);
    const cases = [
      aCase({ name: "as it was served", ...real }),
      ...some(real.receipt.length).map((at) =>
        aCase({ name: `receipt ${at}`, ...real, receipt: flip(real.receipt, at) }),
      ),
      ...some(real.block.length).map((at) =>
        aCase({ name: `report ${at}`, ...real, block: flip(real.block, at) }),
      ),
    ];
    const [first, ...flipped] = await judgedInBatch(program, path, cases);
    expect(first?.verdict).toBe("sound");
    expect(first?.checks.filter((check) => !check.endsWith(": holds"))).toEqual([
      "consistent-with-last-seen: not-applicable",
    ]);
    const accepted = flipped.flatMap(({ verdict }, i) =>
      verdict === "sound" ? [cases[i + 1]?.name] : [],
    );
    expect(accepted).toEqual([]);
    expect(flipped.length).toBeGreaterThan(4_000 / step);
  }, 120_000);

  it("reads the report out of a file, however long the file is", async (context) => {
    const program = programOf(context);
    const real = await theReal();
    const put = (name: string, bytes: Uint8Array) => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    };
    const policy = put("real-policy", real.policy);
    const args = [path, put("receipt", real.receipt), "--policy", policy, "--block"];
    const sound = await runProgram(program, [...args, put("block", real.block)]);
    expect([sound.exit, sound.err]).toEqual([0, ""]);
    expect(sound.out).toContain("the report says what");
    const long = new Uint8Array(3_000_000).fill(0x20);
    long.set(real.block);
    const other = await runProgram(program, [...args, put("long", long)]);
    expect([other.exit, other.err]).toEqual([1, ""]);
    expect(other.out).toContain("receipt-binds-bytes: FAILS.");
  });
});
