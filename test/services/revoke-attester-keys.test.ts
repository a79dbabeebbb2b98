import { describe, expect, it } from "vitest";
import type { KeyId, UserId } from "@/schemas/primitives";
import type { Context } from "@/server/context";
import { utf8 } from "@/server/domain/bytes";
import { readEntry } from "@/server/domain/log/read-entry";
import { verifyReceipt } from "@/server/domain/verify/verify-receipt";
import { auditLog } from "@/server/services/audit-log";
import { buildReceipt } from "@/server/services/build-receipt";
import { disableAccount } from "@/server/services/disable-account";
import { enrolKey } from "@/server/services/enrol-key";
import { fileAttestation } from "@/server/services/file-attestation";
import { fileLateRevocations, revokeOwnKey } from "@/server/services/revoke-attester-keys";
import { revokeKey } from "@/server/services/revoke-key";
import { setOrganisation } from "@/server/services/set-organisation";
import { setRole } from "@/server/services/set-role";
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

/** What takes the right to attest away, in a process that tells the log of it. */
const changes = [
  ["disabled", (context: Context, id: UserId) => disableAccount(told(context), id)],
  ["a reader", (context: Context, id: UserId) => setRole(told(context), id, "reader")],
  [
    "of another house",
    (context: Context, id: UserId) => setOrganisation(told(context), id, "Other"),
  ],
] as const;
const told = (context: Context) => ({
  ...context,
  fileRevocations: () => fileLateRevocations(context),
});

describe("an account that may not attest any more", () => {
  it.each(changes)(
    "loses every key that it has when it is %s, and only once",
    async (_, change) => {
      const { context } = house;
      const ada = await anEnrolledAttester(context);
      const other = await anEnrolledAttester(context);
      const phone = { ...ada, signer: aNewSigner() };
      await enrolKey(context, ada.account, enrolmentOf(context, phone));
      await writeAll(context);
      expect(await change(context, ada.account)).toEqual({ revokedKeys: 2 });
      expect(await change(context, ada.account)).toEqual({ revokedKeys: 0 });
      await writeAll(context);
      for (const { signer } of [ada, phone])
        expect(await revocationsOf(signer.keyId)).toMatchObject([{ reason: "retired" }]);
      expect(await revocationsOf(other.signer.keyId)).toEqual([]);
    },
  );

  it.each(changes)(
    "has lost them when the process dies as soon as it is %s; the log hears of it later",
    async (_, change) => {
      const { context } = house;
      const jobId = await aFinishedJob(context);
      const ada = await anEnrolledAttester(context);
      const sealed = await signedBy(ada, context, jobId);
      const point = { method: "unrevoked", call: 1, when: "before" as const };
      const dying = { ...context, attesterKeys: dyingAt(context.attesterKeys, point) };
      await expect(change(dying, ada.account)).rejects.toThrow(Crash);
      // What the account lost it does not get back with its rights.
      await context.accounts.enable(ada.account);
      await context.accounts.setRole(ada.account, "attester", context.now());
      await context.accounts.setOrganisation(ada.account, ada.organisation, context.now());
      await expect(fileAttestation(context, sealed)).rejects.toMatchObject({ code: "KEY_REVOKED" });
      expect(await revocationsOf(ada.signer.keyId)).toEqual([]);
      const [key] = await showAttesterKeys(context, ada.account);
      expect(await fileLateRevocations(context)).toBe(1);
      expect(await fileLateRevocations(context)).toBe(0);
      expect(await revocationsOf(ada.signer.keyId)).toMatchObject([
        { reason: "retired", at: key?.revokedAt },
      ]);
      await writeAll(context);
      await checkLog(context);
    },
  );

  it("stays one that attests when it becomes one again", async () => {
    const { context } = house;
    const ada = await anEnrolledAttester(context);
    expect(await setRole(told(context), ada.account, "attester")).toEqual({ revokedKeys: 0 });
    expect((await showAttesterKeys(context, ada.account))[0]?.revokedAt).toBeNull();
  });
});

describe("a key that is taken back before the log has registered it", () => {
  it.each([
    [
      "its owner calls it compromised",
      "compromised",
      (context: Context, account: UserId, key: KeyId) =>
        revokeOwnKey(context, account, { key, reason: "compromised" }),
    ],
    [
      "an admin calls it compromised",
      "compromised",
      (context: Context, _: UserId, key: KeyId) =>
        revokeKey(context, { key, reason: "compromised" }),
    ],
    [
      "its account is disabled",
      "retired",
      (context: Context, account: UserId) => disableAccount(told(context), account),
    ],
  ] as const)("because %s: the log says so, once it has", async (_, reason, takeBack) => {
    const { context } = house;
    const ada = await anAttester(context);
    const key = ada.signer.keyId;
    await enrolKey(context, ada.account, enrolmentOf(context, ada));
    expect(await takeBack(context, ada.account, key)).toBeTruthy();
    // Who takes it back again does not change why.
    expect(await revokeOwnKey(context, ada.account, { key, reason: "superseded" })).toBe(false);
    expect(await fileLateRevocations(context)).toBe(0);
    await writeAll(context);
    expect(await revocationsOf(key)).toEqual([]);
    expect(await fileLateRevocations(context)).toBe(1);
    expect(await fileLateRevocations(context)).toBe(0);
    await writeAll(context);
    expect(await fileLateRevocations(context)).toBe(0);
    const [view] = await showAttesterKeys(context, ada.account);
    expect(await revocationsOf(key)).toMatchObject([
      { registration: view?.registrationIndex, at: view?.revokedAt, reason },
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
    await revokeOwnKey(context, ada.account, { key: ada.signer.keyId, reason: "retired" });
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
