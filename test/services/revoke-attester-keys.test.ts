import { describe, expect, it } from "vitest";
import type { KeyId } from "@/schemas/primitives";
import { utf8 } from "@/server/domain/bytes";
import { readEntry } from "@/server/domain/log/read-entry";
import { verifyReceipt } from "@/server/domain/verify/verify-receipt";
import { auditLog } from "@/server/services/audit-log";
import { buildReceipt } from "@/server/services/build-receipt";
import { enrolKey } from "@/server/services/enrol-key";
import { fileAttestation } from "@/server/services/file-attestation";
import {
  fileLateRevocations,
  revokeKeysOfAccount,
  revokeOwnKey,
} from "@/server/services/revoke-attester-keys";
import { revokeKey } from "@/server/services/revoke-key";
import { showAttestation } from "@/server/services/show-attestations";
import { showAttesterKeys } from "@/server/services/show-attester-keys";
import { aFinishedJob } from "@/test/support/a-finished-job";
import {
  aNewSigner,
  anAttester,
  anEnrolledAttester,
  enrolmentOf,
  signedBy,
} from "@/test/support/an-attester";
import { writeAll } from "@/test/support/builders";
import { checkLog, readPublished } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";
import { Crash, dyingAt } from "@/test/support/crash-points";

const house = ownContext();

/** The revocations of a key, as the log and those who wait for it say. */
async function revocationsOf(key: KeyId) {
  const { log } = house.context;
  const all = [...(await log.ofKind("beacon.revocation/v1", null)), ...(await log.pending(1_000))];
  return all.flatMap(({ bytes }) => {
    const entry = readEntry(bytes);
    return entry?.type === "beacon.revocation/v1" && entry.key === key ? [entry] : [];
  });
}

describe("a key that its owner takes back", () => {
  it("is revoked once, and no other takes its place", async () => {
    const { context } = house;
    const { account, signer } = await anEnrolledAttester(context);
    const [key] = await showAttesterKeys(context, account);
    const wanted = { key: signer.keyId, reason: "compromised" } as const;
    expect(await revokeOwnKey(context, account, wanted)).toBe(true);
    expect(await revokeOwnKey(context, account, wanted)).toBe(false);
    await writeAll(context);
    expect(await revokeOwnKey(context, account, wanted)).toBe(false);
    await writeAll(context);
    expect(await revocationsOf(signer.keyId)).toMatchObject([
      { registration: key?.registrationIndex, reason: "compromised", replaced_by: null },
    ]);
    await checkLog(context);
  });

  it("is their own", async () => {
    const { context } = house;
    const ada = await anEnrolledAttester(context);
    const eve = await anEnrolledAttester(context);
    const reason = "retired" as const;
    for (const key of [ada.signer.keyId, aNewSigner().keyId])
      await expect(revokeOwnKey(context, eve.account, { key, reason })).rejects.toMatchObject({
        code: "KEY_NOT_FOUND",
      });
    expect((await showAttesterKeys(context, ada.account))[0]?.revokedAt).toBeNull();
  });

  it("is revoked once when the process dies in between and it is run again", async () => {
    const { context } = house;
    for (const when of ["before", "after"] as const) {
      const { account, signer } = await anEnrolledAttester(context);
      const point = { method: "revoke", call: 1, when };
      const dying = { ...context, attesterKeys: dyingAt(context.attesterKeys, point) };
      const wanted = { key: signer.keyId, reason: "retired" } as const;
      await expect(revokeOwnKey(dying, account, wanted)).rejects.toThrow(Crash);
      expect(await revokeOwnKey(context, account, wanted)).toBe(when === "before");
      expect(await revocationsOf(signer.keyId)).toHaveLength(1);
    }
    await writeAll(context);
    await checkLog(context);
  });

  it("is revoked once by eight that do it at once", async () => {
    const { context } = house;
    const { account, signer } = await anEnrolledAttester(context);
    const wanted = { key: signer.keyId, reason: "retired" } as const;
    const done = await Promise.all([
      ...Array.from({ length: 4 }, () => revokeOwnKey(context, account, wanted)),
      ...Array.from({ length: 4 }, () => revokeKey(context, wanted)),
    ]);
    expect(done.filter(Boolean)).toHaveLength(1);
    expect(await revocationsOf(signer.keyId)).toHaveLength(1);
  });
});

describe("an admin", () => {
  it("takes an attester's key back like any other; no other takes its place", async () => {
    const { context } = house;
    const { account, signer } = await anEnrolledAttester(context);
    expect(await revokeKey(context, { key: signer.keyId, reason: "compromised" })).toBe(true);
    expect((await showAttesterKeys(context, account))[0]?.revokedAt).not.toBeNull();
    await writeAll(context);
    expect(await revocationsOf(signer.keyId)).toMatchObject([{ replaced_by: null }]);
    expect(await revokeKey(context, { key: signer.keyId, reason: "retired" })).toBe(false);
  });
});

describe("an account that may not attest any more", () => {
  it("loses every key that it has, and those only once", async () => {
    const { context } = house;
    const ada = await anEnrolledAttester(context);
    const phone = { ...ada, signer: aNewSigner() };
    await enrolKey(context, ada.account, enrolmentOf(context, phone));
    await writeAll(context);
    expect(await revokeKeysOfAccount(context, ada.account)).toBe(2);
    expect(await revokeKeysOfAccount(context, ada.account)).toBe(0);
    await writeAll(context);
    for (const { signer } of [ada, phone])
      expect(await revocationsOf(signer.keyId)).toHaveLength(1);
    expect(await revokeKeysOfAccount(context, "usr-nobody")).toBe(0);
  });

  it("loses a key that the log has not registered yet; its revocation follows its registration", async () => {
    const { context } = house;
    const ada = await anAttester(context);
    await enrolKey(context, ada.account, enrolmentOf(context, ada));
    expect(await revokeKeysOfAccount(context, ada.account)).toBe(1);
    expect(await fileLateRevocations(context)).toBe(0);
    await writeAll(context);
    expect(await revocationsOf(ada.signer.keyId)).toEqual([]);
    expect(await fileLateRevocations(context)).toBe(1);
    expect(await fileLateRevocations(context)).toBe(0);
    await writeAll(context);
    expect(await fileLateRevocations(context)).toBe(0);
    const [key] = await showAttesterKeys(context, ada.account);
    expect(await revocationsOf(ada.signer.keyId)).toMatchObject([
      { registration: key?.registrationIndex, at: key?.revokedAt },
    ]);
    await checkLog(context);
  });
});

describe("what a key signed", () => {
  it("before it was taken back stays valid, and says since when the key counts for nothing", async () => {
    const { context } = house;
    const jobId = await aFinishedJob(context);
    const ada = await anEnrolledAttester(context);
    const { report } = await signedBy(ada, context, jobId);
    const sealed = await signedBy(ada, context, jobId);
    await fileAttestation(context, sealed);
    // Filed and then revoked before the log took either in.
    await revokeKeysOfAccount(context, ada.account);
    await writeAll(context);
    const view = await showAttestation(context, sealed.report.id);
    expect(view.keyRevokedAt).not.toBeNull();
    const receipt = utf8((await buildReceipt(context, view.leafIndex ?? -1)).text);
    const block = await context.content.get(view.cid);
    const { policy } = context;
    const given = { receipt, block, policy, lastSeen: null, consistency: null };
    const judged = await verifyReceipt(given);
    expect(judged.verdict).toBe("sound");
    expect(judged.checks.map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 7 }, () => "holds"),
      "not-applicable",
      "holds",
    ]);
    expect(report.id).not.toBe(sealed.report.id);
    const { problems } = await auditLog(context.policy, readPublished(context), null);
    expect(problems).toEqual([]);
  });
});
