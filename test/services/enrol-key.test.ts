import { describe, expect, it } from "vitest";
import { createThrottle } from "@/server/adapters/keys/throttle";
import type { Context } from "@/server/context";
import { enrolmentMessage } from "@/server/domain/attest/enrolment-message";
import { fromHex } from "@/server/domain/bytes";
import { readEntry } from "@/server/domain/log/read-entry";
import { enrolKey } from "@/server/services/enrol-key";
import { revokeOwnKey } from "@/server/services/revoke-attester-keys";
import { showAttesterKeys } from "@/server/services/show-attester-keys";
import { showKeys } from "@/server/services/show-registry";
import {
  type Attester,
  aNewSigner,
  anAttester,
  anEnrolledAttester,
  enrolmentOf,
} from "@/test/support/an-attester";
import { submitted, writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";
import { Crash, crashPointsOf, dyingAt, traced } from "@/test/support/crash-points";

const house = ownContext();

const enrol = (
  context: Context,
  attester: Attester,
  changes: Parameters<typeof enrolmentOf>[2] = {},
) => enrolKey(context, attester.account, enrolmentOf(context, attester, changes));

describe("a key that is enrolled", () => {
  it("is registered in the log with the organisation that its owner speaks for", async () => {
    const { context } = house;
    const attester = await anAttester(context, "Amnistía Digital");
    const view = await enrol(context, attester);
    expect(view).toMatchObject({
      key: attester.signer.keyId,
      label: "Laptop",
      organisation: "Amnistía Digital",
      registrationIndex: null,
      revokedAt: null,
    });
    await writeAll(context);
    const [mine] = await showAttesterKeys(context, attester.account);
    const leaf = await context.log.entry(mine?.registrationIndex ?? -1);
    expect(readEntry(leaf?.bytes ?? new Uint8Array())).toMatchObject({
      type: "beacon.key/v1",
      role: "attester",
      organisation: "Amnistía Digital",
      key: attester.signer.keyId,
    });
    expect(await showKeys(context)).toContainEqual(
      expect.objectContaining({
        role: "attester",
        organisation: "Amnistía Digital",
        isInUse: false,
      }),
    );
    await checkLog(context);
  });

  it("is enrolled once: whoever asks again hears of the same key", async () => {
    const { context } = house;
    const attester = await anAttester(context);
    const first = await enrol(context, attester);
    expect(await enrol(context, attester, { label: "Phone" })).toEqual(first);
    expect(await showAttesterKeys(context, attester.account)).toHaveLength(1);
  });

  it("is one account's", async () => {
    const { context } = house;
    const owner = await anEnrolledAttester(context);
    const thief = { ...(await anAttester(context)), signer: owner.signer };
    await expect(enrol(context, thief)).rejects.toMatchObject({ code: "KEY_ENROLMENT_REFUSED" });
  });

  it("is one account's also when two enrol it at once", async () => {
    const { context } = house;
    const one = await anAttester(context);
    const two = { ...(await anAttester(context)), signer: one.signer };
    const done = await Promise.allSettled([enrol(context, one), enrol(context, two)]);
    expect(done.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await writeAll(context);
    await checkLog(context);
  });

  it("stays revoked", async () => {
    const { context } = house;
    const attester = await anEnrolledAttester(context);
    const key = attester.signer.keyId;
    await revokeOwnKey(context, attester.account, { key, reason: "compromised" });
    await expect(enrol(context, attester)).rejects.toMatchObject({ code: "KEY_REVOKED" });
  });
});

describe("an enrolment", () => {
  const refuses = async (
    attester: Attester,
    changes: Parameters<typeof enrolmentOf>[2],
    code: string,
  ) => {
    await expect(enrol(house.context, attester, changes)).rejects.toMatchObject({ code });
    expect(await showAttesterKeys(house.context, attester.account)).toEqual([]);
  };

  it("needs a proof that the key is held, for this account, this log and this challenge", async () => {
    const { context } = house;
    const attester = await anAttester(context);
    const { account, signer } = attester;
    const { publicKey } = signer;
    const challenge = context.challenges.make("enrol");
    const right = { origin: context.origin, account, publicKey, challenge };
    const proofs = [
      aNewSigner().sign(enrolmentMessage(right)),
      signer.sign(enrolmentMessage({ ...right, account: "usr-other" })),
      signer.sign(enrolmentMessage({ ...right, origin: "beacon.local/00000000" })),
      signer.sign(enrolmentMessage({ ...right, challenge: context.challenges.make("enrol") })),
      signer.sign(enrolmentMessage({ ...right, publicKey: aNewSigner().publicKey })),
      new Uint8Array(64),
    ];
    for (const proof of proofs)
      await refuses(attester, { challenge, proof }, "KEY_ENROLMENT_REFUSED");
    // None of these spent the challenge.
    expect((await enrol(context, attester, { challenge })).key).toBe(signer.keyId);
  });

  it("takes a challenge once, and only one that was made for this", async () => {
    const { context } = house;
    const attester = await anAttester(context);
    await refuses(attester, { challenge: context.challenges.make("sign-in") }, "CHALLENGE_REFUSED");
    await refuses(attester, { challenge: "made up" }, "CHALLENGE_REFUSED");
    const challenge = context.challenges.make("enrol");
    await enrol(context, await anAttester(context), { challenge });
    await refuses(attester, { challenge }, "CHALLENGE_REFUSED");
  });

  it("takes no key under which anything counts as signed", async () => {
    // The neutral point: a signature of R = B, s = 1 verifies for every message, where nobody looks.
    const publicKey = fromHex(`01${"00".repeat(31)}`);
    const proof = fromHex(`58${"66".repeat(31)}01${"00".repeat(31)}`);
    await refuses(await anAttester(house.context), { publicKey, proof }, "KEY_ENROLMENT_REFUSED");
  });

  it("is for attesters, who speak for somebody and are not disabled", async () => {
    const { context } = house;
    const [reader, admin, nobodys, disabled] = await Promise.all(
      Array.from({ length: 4 }, () => anAttester(context)),
    );
    if (!reader || !admin || !nobodys || !disabled) throw new Error("four attesters");
    await context.accounts.setRole(reader.account, "reader", context.now());
    await context.accounts.setRole(admin.account, "admin", context.now());
    await context.accounts.setOrganisation(nobodys.account, null, context.now());
    await context.accounts.disable(disabled.account, context.now());
    for (const one of [reader, admin, nobodys, disabled])
      await refuses(one, {}, "KEY_ENROLMENT_REFUSED");
  });

  it("is refused when the account changes while it is under way", async () => {
    const { context } = house;
    for (const change of [
      (account: Attester["account"]) =>
        context.accounts.setOrganisation(account, "Others", context.now()),
      (account: Attester["account"]) => context.accounts.setRole(account, "reader", context.now()),
      (account: Attester["account"]) => context.accounts.disable(account, context.now()),
    ]) {
      const attester = await anAttester(context);
      const challenges = {
        ...context.challenges,
        spend: async (...spent: Parameters<Context["challenges"]["spend"]>) => {
          await change(attester.account);
          return context.challenges.spend(...spent);
        },
      };
      await expect(
        enrolKey({ ...context, challenges }, attester.account, enrolmentOf(context, attester)),
      ).rejects.toMatchObject({ code: "KEY_ENROLMENT_REFUSED" });
      expect(await showAttesterKeys(context, attester.account)).toEqual([]);
    }
  });

  it("takes no key that the log knows as a runner's", async () => {
    const { context } = house;
    await submitted(context);
    await writeAll(context);
    const attester = await anAttester(context);
    const { publicKey, keyId, sign } = context.runner;
    const runner = { ...attester, signer: { publicKey, keyId, sign } };
    await refuses(runner, {}, "KEY_ENROLMENT_REFUSED");
    const elsewhere = { ...context, runner: aNewSigner() };
    await expect(
      enrolKey(elsewhere, runner.account, enrolmentOf(context, runner)),
    ).rejects.toMatchObject({ code: "KEY_ENROLMENT_REFUSED" });
  });

  it("is refused beyond ten keys of one account; a revoked one makes room", async () => {
    const { context } = house;
    const attester = await anAttester(context);
    const keys = Array.from({ length: 11 }, aNewSigner);
    for (const signer of keys.slice(0, 10)) await enrol(context, { ...attester, signer });
    const last = { ...attester, signer: keys[10] ?? aNewSigner() };
    await expect(enrol(context, last)).rejects.toMatchObject({ code: "KEY_ENROLMENT_REFUSED" });
    const key = keys[0]?.keyId ?? last.signer.keyId;
    await revokeOwnKey(context, attester.account, { key, reason: "retired" });
    expect((await enrol(context, last)).key).toBe(last.signer.keyId);
  });

  it("is refused beyond ten keys also when many are enrolled at once", async () => {
    const { context } = house;
    const attester = await anAttester(context);
    const done = await Promise.allSettled(
      Array.from({ length: 14 }, () => enrol(context, { ...attester, signer: aNewSigner() })),
    );
    expect(done.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    for (const one of done)
      if (one.status === "rejected")
        expect(one.reason).toMatchObject({ code: "KEY_ENROLMENT_REFUSED" });
    expect(await showAttesterKeys(context, attester.account)).toHaveLength(10);
  });

  it("is refused to an account that enrols and takes back key after key, until a day has passed", async () => {
    const { context } = house;
    const attester = await anAttester(context);
    let passedMs = 0;
    const now = () => new Date(context.now().getTime() + passedMs);
    const enrolmentThrottle = createThrottle(2, 24 * 3_600_000, now);
    const next = (of: Attester = attester) => {
      const owner = { ...of, signer: aNewSigner() };
      return enrolKey({ ...context, enrolmentThrottle }, of.account, enrolmentOf(context, owner));
    };
    for (let n = 0; n < 2; n += 1) {
      const { key } = await next();
      await revokeOwnKey(context, attester.account, { key, reason: "retired" });
    }
    await expect(next()).rejects.toMatchObject({ code: "KEY_ENROLMENT_TOO_MANY" });
    await next(await anAttester(context));
    passedMs = 24 * 3_600_000 + 1;
    await next();
  });

  it("that dies anywhere is done once when it is run again", async () => {
    const { context } = house;
    const run = async (attester: Attester, deps: Partial<Context>) =>
      enrolKey({ ...context, ...deps }, attester.account, enrolmentOf(context, attester));
    const keys = traced(context.attesterKeys);
    const challenges = traced(context.challenges);
    await run(await anAttester(context), {
      attesterKeys: keys.target,
      challenges: challenges.target,
    });
    const points = [
      ...crashPointsOf(keys.calls).map((point) => ({ point, of: "attesterKeys" as const })),
      ...crashPointsOf(challenges.calls.filter((call) => call === "spend")).map((point) => ({
        point,
        of: "challenges" as const,
      })),
    ];
    expect(points.map(({ point }) => point.method)).toContain("enrol");
    for (const { point, of } of points) {
      const attester = await anAttester(context);
      const dying = { [of]: dyingAt<object>(context[of], point) };
      await expect(run(attester, dying)).rejects.toThrow(Crash);
      expect((await run(attester, {})).key).toBe(attester.signer.keyId);
      expect(await showAttesterKeys(context, attester.account)).toHaveLength(1);
    }
    await writeAll(context);
    await checkLog(context);
  });
});
