import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { KeyId } from "@/schemas/primitives";
import { openKeys } from "@/server/adapters/keys/file-keys";
import { retiredKeys, retireRunnerKey } from "@/server/adapters/keys/retired-keys";
import type { Context } from "@/server/context";
import { utf8 } from "@/server/domain/bytes";
import { verifyReceipt } from "@/server/domain/verify/verify-receipt";
import { auditLog } from "@/server/services/audit-log";
import { buildReceipt } from "@/server/services/build-receipt";
import { registerRunner } from "@/server/services/register-runner";
import { registerVerifiers } from "@/server/services/register-verifiers";
import { revokeKey } from "@/server/services/revoke-key";
import { showKeys, showVerifiers } from "@/server/services/show-registry";
import { aJobId, submitted, writeAll } from "@/test/support/builders";
import { readPublished } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";

const house = ownContext();

/** The house as its processes find it after the runner's key was put aside and they were started again. */
function restarted(context: Context): Context {
  const folder = join(context.env.BEACON_HOME, "keys");
  return { ...context, runner: openKeys(folder).runner, retiredKeys: retiredKeys(folder) };
}

async function reportOf(context: Context, index: number) {
  const receipt = utf8((await buildReceipt(context, index)).text);
  const { policy } = context;
  return verifyReceipt({ receipt, block: null, policy, lastSeen: null, consistency: null });
}

const findingOf = async (context: Context, index: number) =>
  (await reportOf(context, index)).checks.find(({ name }) => name === "runner-key-registered");

async function lastIndex(context: Context): Promise<number> {
  return (await context.log.state()).size - 1;
}

describe("a runner's key", () => {
  it("is not revoked while it signs, nor when the log never registered it", async () => {
    const { context } = house;
    await writeAll(context);
    await expect(
      revokeKey(context, { key: context.runner.keyId, reason: "retired" }),
    ).rejects.toMatchObject({ code: "KEY_IN_USE" });
    const unknown = aJobId().replace("job-", "key-") as KeyId;
    await expect(revokeKey(context, { key: unknown, reason: "retired" })).rejects.toMatchObject({
      code: "KEY_NOT_FOUND",
    });
  });

  it("that was rotated keeps what it signed before, and counts for nothing after", async () => {
    const { context } = house;
    await submitted(context);
    await writeAll(context);
    const before = await lastIndex(context);
    const folder = join(context.env.BEACON_HOME, "keys");
    const pem = readFileSync(join(folder, "runner.pem"), "utf8");
    const old = retireRunnerKey(folder, "compromised");
    expect(old).toBe(context.runner.keyId);
    expect(readFileSync(join(folder, "retired", `${old}.compromised.pem`), "utf8")).toBe(pem);

    const after = restarted(context);
    expect(after.runner.keyId).not.toBe(old);
    expect(after.retiredKeys).toEqual([{ key: old, reason: "compromised" }]);
    await registerRunner(after);
    for (const retired of after.retiredKeys) expect(await revokeKey(after, retired)).toBe(true);
    // Asked for again while it waits, and when it stands in the log: one revocation.
    for (const retired of after.retiredKeys) expect(await revokeKey(after, retired)).toBe(false);
    await writeAll(after);
    for (const retired of after.retiredKeys) expect(await revokeKey(after, retired)).toBe(false);

    expect((await reportOf(after, before)).verdict).toBe("sound");
    expect(await findingOf(after, before)).toMatchObject({ outcome: "holds" });
    await submitted(after);
    await writeAll(after);
    expect((await reportOf(after, await lastIndex(after))).verdict).toBe("sound");

    // Whoever has the old key still has it, and the writer of the log lets it in: no reader does.
    await submitted(context);
    await writeAll(after);
    const stolen = await lastIndex(after);
    expect((await reportOf(after, stolen)).verdict).toBe("unsound");
    expect(await findingOf(after, stolen)).toMatchObject({ outcome: "fails", code: "KEY_REVOKED" });

    expect(await showKeys(after)).toMatchObject([
      { key: old, isInUse: false, revocation: { reason: "compromised" } },
      { key: after.runner.keyId, isInUse: true, revocation: null },
    ]);
  });

  it("cannot be put aside when there is none, and other files beside the retired say nothing", () => {
    const { context } = house;
    const folder = join(context.env.BEACON_HOME, "no-keys");
    mkdirSync(join(folder, "retired", "notes.txt"), { recursive: true });
    expect(() => retireRunnerKey(folder, "retired")).toThrow(
      expect.objectContaining({ code: "KEY_NOT_FOUND" }),
    );
    expect(retiredKeys(folder)).toEqual([]);
  });
});

describe("a verification program", () => {
  const served = (byte: number) => [
    { file: "verify.mjs", sha256: new Uint8Array(32).fill(byte), sizeBytes: byte },
  ];

  it("is committed to once for the same bytes, and again when they change or change back", async () => {
    const { context } = house;
    for (const [byte, filed] of [
      [1, 1],
      [1, 0],
      [2, 1],
      [1, 1],
    ] as const) {
      expect(await registerVerifiers(context, served(byte))).toBe(filed);
      expect(await registerVerifiers(context, served(byte))).toBe(0);
      await writeAll(context);
    }
    const [verifier] = await showVerifiers(context);
    expect(verifier).toMatchObject({ file: "verify.mjs", sha256: "01".repeat(32), sizeBytes: 1 });
    expect((await reportOf(context, verifier?.leafIndex ?? -1)).verdict).toBe("sound");
  });

  it("leaves a log that audits clean but for the entry of the revoked key", async () => {
    const { context } = house;
    const { problems } = await auditLog(context.policy, readPublished(context), null);
    expect(problems).toEqual([expect.stringContaining("is signed by a key that entry")]);
  });
});
