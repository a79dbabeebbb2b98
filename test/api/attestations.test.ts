import { beforeAll, describe, expect, it } from "vitest";
import type { JobId } from "@/schemas/primitives";
import { createCaller } from "@/server/api/root";
import type { Actor } from "@/server/auth";
import { enrolmentMessage } from "@/server/domain/attest/enrolment-message";
import { base64 } from "@/server/domain/bytes";
import { aFinishedJob } from "@/test/support/a-finished-job";
import { type Attester, anAttester, signedBy } from "@/test/support/an-attester";
import { writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";

const house = ownContext();
let jobId: JobId;
beforeAll(async () => {
  jobId = await aFinishedJob(house.context);
});

const callerOf = (actor: Actor | null) => createCaller({ ...house.context, actor });
const asAttester = ({ account }: Attester) =>
  callerOf({ id: account, name: "Ada", role: "attester" });
const operator = () => callerOf({ id: "operator", name: "Command line", role: "admin" });

/** What an attester's own browser or command line brings. */
function proofOf(
  { signer }: Attester,
  asked: { challenge: string; account: string; origin: string },
) {
  const { publicKey } = signer;
  const { challenge } = asked;
  const proof = base64(signer.sign(enrolmentMessage({ ...asked, publicKey })));
  return { publicKey: base64(publicKey), label: "Laptop", challenge, proof };
}

describe("attestations over the API", () => {
  it("go from a new key to a report that everybody reads", async () => {
    const { context } = house;
    const ada = await anAttester(context);
    const mine = asAttester(ada);
    const asked = await mine.attestations.challenge();
    expect(asked).toMatchObject({ account: ada.account, origin: context.origin });
    const enrolled = await mine.attestations.enrol(proofOf(ada, asked));
    expect(enrolled).toMatchObject({ key: ada.signer.keyId, registrationIndex: null });
    await writeAll(context);
    expect((await mine.attestations.myKeys())[0]?.registrationIndex).not.toBeNull();

    const everyone = callerOf(null);
    const { subject, checks } = await everyone.attestations.review({ jobId });
    const sealed = await signedBy(ada, context, jobId, { subject, checklist: checks });
    const filed = await everyone.attestations.file(sealed);
    expect(filed).toEqual({ id: sealed.report.id, isNew: true });
    expect(await everyone.attestations.file(sealed)).toEqual({ ...filed, isNew: false });
    await writeAll(context);
    const { tally, reports } = await everyone.attestations.ofJob({ jobId });
    expect(tally.organisations).toEqual([
      { name: ada.organisation, verdict: "contest", isDivided: false },
    ]);
    expect(reports).toHaveLength(1);
    expect(await everyone.attestations.byId({ id: filed.id })).toEqual(reports[0]);

    const wanted = { key: ada.signer.keyId, reason: "retired" } as const;
    expect(await mine.attestations.revokeMyKey(wanted)).toEqual({ isNew: true });
    expect(await operator().log.revokeKey(wanted)).toEqual({ isNew: false });
    await writeAll(context);
    await checkLog(context);
  });

  it("enrol a key that lies in a file for somebody else, who is an attester", async () => {
    const { context } = house;
    const ada = await anAttester(context);
    const { email } = ada;
    const asked = await operator().attestations.challengeFor({ email: email.toUpperCase() });
    const proof = proofOf(ada, asked);
    const enrolled = await operator().attestations.enrolFor({ email, ...proof });
    expect(enrolled.key).toBe(ada.signer.keyId);
    await context.accounts.setRole(ada.account, "reader", context.now());
    const again = await operator().attestations.challengeFor({ email });
    await expect(
      operator().attestations.enrolFor({ email, ...proofOf(ada, again) }),
    ).rejects.toMatchObject({ code: "CONFLICT", cause: { code: "KEY_ENROLMENT_REFUSED" } });
    await expect(
      operator().attestations.challengeFor({ email: "nobody@example.org" }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("refuse what has not the form, and say which code refuses what has", async () => {
    const { context } = house;
    const ada = await anAttester(context);
    const sealed = await signedBy(ada, context, jobId);
    const { file } = callerOf(null).attestations;
    await expect(file(sealed)).rejects.toMatchObject({
      code: "NOT_FOUND",
      cause: { code: "KEY_NOT_FOUND" },
    });
    const { report, ...rest } = sealed;
    for (const bad of [
      { ...rest, report: { ...report, statement: "x".repeat(2_001) } },
      { ...rest, report: { ...report, more: 1 } },
      { ...rest, report: { ...report, reasons: [] } },
      { report, ...rest, more: 1 },
    ])
      await expect(file(bad)).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });

  it("take an account's keys when its organisation changes", async () => {
    const { context } = house;
    const ada = await anAttester(context);
    const mine = asAttester(ada);
    await mine.attestations.enrol(proofOf(ada, await mine.attestations.challenge()));
    await writeAll(context);
    const { revokedKeys } = await operator().accounts.setOrganisation({
      id: ada.account,
      organisation: "Others",
    });
    expect(revokedKeys).toBe(1);
    expect((await mine.attestations.myKeys())[0]?.revokedAt).not.toBeNull();
    await writeAll(context);
    await checkLog(context);
  });
});
