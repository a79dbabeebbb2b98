import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { verifyCommand } from "@/server/cli/verify";
import { base64 } from "@/server/domain/bytes";
import { CHECKS, reportJson } from "@/server/domain/verify/report";
import { verifyReceipt } from "@/server/domain/verify/verify-receipt";
import { aBlock, aLog, entriesOfAllKinds } from "@/test/domain/verify/a-log";

const log = aLog();
const SIZE = entriesOfAllKinds().length;
let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "beacon-verify-"));
  put("policy.txt", log.policyText);
  put("result.tlog-proof", log.receiptOf(2));
  put("block", aBlock());
});
afterEach(() => rmSync(home, { recursive: true }));

const at = (name: string) => join(home, name);
const put = (name: string, content: string | Uint8Array) => writeFileSync(at(name), content);

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (line: string) => out.push(line), err: (line: string) => err.push(line), home };
  const exit = await verifyCommand(args, io);
  return { exit, out, err };
}
const verify = (...args: string[]) => run(at("result.tlog-proof"), ...args);
const rowOf = (out: readonly string[], check: string) =>
  out.find((line) => line.startsWith(`  ${check}: `)) ?? expect.fail(`no line for ${check}`);

describe("beacon verify", () => {
  it("answers 0 for a sound receipt and shows every check, with its reason", async () => {
    const { exit, out, err } = await verify("--block", at("block"));
    expect([exit, err]).toEqual([0, []]);
    expect(out[0]).toMatch(/^SOUND/);
    expect(out[1]).toBe(`beacon.result/v1, entry 2 of ${SIZE} in ${log.origin}`);
    for (const check of CHECKS)
      expect(rowOf(out, check)).toMatch(/: (holds|FAILS|not applicable)\. [A-Z].*\.$/);
    expect(rowOf(out, "bytes-match-cid")).toMatch(/: holds\./);
  });

  it("answers 1 for a receipt that is not sound", async () => {
    put("block", "other");
    const { exit, out } = await verify("--block", at("block"));
    expect(exit).toBe(1);
    expect(out[0]).toMatch(/^NOT SOUND/);
    expect(rowOf(out, "bytes-match-cid")).toMatch(/: FAILS\./);
  });

  it("answers 1 under a policy that knows another log", async () => {
    put("other.txt", "quorum none\n");
    expect((await verify("--policy", at("other.txt"))).exit).toBe(1);
  });

  it("prints the verifier's own report as JSON", async () => {
    const { exit, out } = await verify("--json", "--block", at("block"));
    const report = await verifyReceipt({
      receipt: log.receiptOf(2),
      block: aBlock(),
      policy: log.policy,
      lastSeen: null,
      consistency: null,
    });
    expect(exit).toBe(0);
    expect(out.join("\n")).toBe(reportJson(report));
  });

  it("answers 2 for a file that is no receipt, and says so", async () => {
    put("result.tlog-proof", "hello");
    const { exit, out } = await verify();
    expect(exit).toBe(2);
    expect(out).toEqual([
      expect.stringMatching(/^UNUSABLE.*\(PROOF_MALFORMED\)$/),
      expect.stringMatching(/^What was wrong: .+\.$/),
    ]);
  });

  it("answers 2 with one sentence when something cannot be used", async () => {
    put("bad-policy.txt", "quorum\n");
    put("latin1", Uint8Array.of(0xe9));
    for (const args of [
      ["--policy", at("missing.txt")],
      ["--policy", at("bad-policy.txt")],
      ["--policy", at("latin1")],
      ["--block", at("missing")],
      ["--since", at("missing")],
      ["--since", at("block")],
    ]) {
      const { exit, out, err } = await verify(...args);
      expect([args, exit, out, err.length]).toEqual([args, 2, [], 1]);
      expect(err[0]).toMatch(/\.$/);
    }
    rmSync(at("policy.txt"));
    expect(await verify()).toMatchObject({ exit: 2, out: [] });
  });

  it("answers 2 for arguments that it does not know", async () => {
    for (const args of [[], ["a", "b"], ["a", "--nonsense"], ["a", "--consistency", "c"]]) {
      const { exit, err } = await run(...args);
      expect([args, exit, err]).toEqual([args, 2, [expect.stringMatching(/^usage: /)]]);
    }
  });
});

describe("beacon verify --since", () => {
  const since = (size: number) => {
    put("earlier", log.noteAt(size));
    return ["--since", at("earlier")];
  };
  const consistency = (size: number) => {
    put("hashes", `${log.consistency(size).map(base64).join("\n")}\n`);
    return ["--consistency", at("hashes")];
  };
  const rowFor = async (...args: string[]) =>
    rowOf((await verify(...args)).out, "consistent-with-last-seen");

  it("holds the receipt against a checkpoint seen earlier", async () => {
    expect(await rowFor(...since(3), ...consistency(3))).toMatch(/: holds\./);
    expect(await rowFor(...since(SIZE))).toMatch(/: holds\./);
  });

  it("says that it does not apply without a proof between the two", async () => {
    expect(await rowFor(...since(3))).toMatch(/: not applicable\. No proof/);
    expect((await verify(...since(3))).exit).toBe(0);
  });

  it("fails for a wrong proof", async () => {
    const { exit, out } = await verify(...since(3), ...consistency(4));
    expect(exit).toBe(1);
    expect(rowOf(out, "consistent-with-last-seen")).toMatch(/: FAILS\./);
  });

  it("takes no checkpoint that the log did not sign, none of another log, and no list of other things", async () => {
    put("earlier", log.noteAt(3).replace("\n3\n", "\n4\n"));
    expect((await verify("--since", at("earlier"))).exit).toBe(2);
    put("hashes", "hello\n");
    expect((await verify(...since(3), "--consistency", at("hashes"))).exit).toBe(2);
  });
});
