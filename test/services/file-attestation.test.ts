import { beforeAll, describe, expect, it } from "vitest";
import type { JobId } from "@/schemas/primitives";
import { createThrottle } from "@/server/adapters/keys/throttle";
import type { Context } from "@/server/context";
import type { SealedAttestation } from "@/server/domain/attest/draft-attestation";
import { fromUtf8, utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { enrolKey } from "@/server/services/enrol-key";
import { fileAttestation } from "@/server/services/file-attestation";
import { revokeOwnKey } from "@/server/services/revoke-attester-keys";
import { showAttestation, showAttestations } from "@/server/services/show-attestations";
import { aFinishedJob } from "@/test/support/a-finished-job";
import {
  type Attester,
  aNewSigner,
  anAttester,
  anEnrolledAttester,
  enrolmentOf,
  signedBy,
} from "@/test/support/an-attester";
import { announced, submitted, writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";
import { Crash, crashPointsOf, dyingAt, traced } from "@/test/support/crash-points";
import { fakeBus } from "@/test/support/fakes";

const house = ownContext();
let jobId: JobId;
let ada: Attester;
beforeAll(async () => {
  jobId = await aFinishedJob(house.context);
  ada = await anEnrolledAttester(house.context);
});

const codeOf = (done: Promise<unknown>): Promise<string> =>
  done.then(
    () => "OK",
    (error: { code?: string }) => error.code ?? String(error),
  );
const file = (given: SealedAttestation, deps: Partial<Context> = {}) =>
  fileAttestation({ ...house.context, ...deps }, given);

describe("an attestation that is filed", () => {
  it("is a leaf of the log, its report a block, and everybody is told", async () => {
    const { context } = house;
    const bus = fakeBus();
    const sealed = await signedBy(ada, context, jobId);
    const { id } = sealed.report;
    expect(await file(sealed, { bus: { ...context.bus, ...bus } })).toEqual({ id, isNew: true });
    expect(bus.announced).toEqual([
      { kind: "job.changed", jobId },
      { kind: "attestation.filed", jobId, attestationId: id },
    ]);
    expect(await showAttestation(context, id)).toMatchObject({ leafIndex: null });
    await writeAll(context);
    const view = await showAttestation(context, id);
    expect(view).toMatchObject({
      id,
      job: jobId,
      key: ada.signer.keyId,
      organisation: ada.organisation,
      verdict: "contest",
      isSuperseded: false,
      keyRevokedAt: null,
      isSimulated: true,
    });
    const leaf = await context.log.entry(view.leafIndex ?? -1);
    expect(JSON.parse(fromUtf8(leaf?.bytes ?? utf8("")) ?? "")).toEqual(sealed.entry);
    const block = await context.content.get(view.cid);
    expect(JSON.parse(fromUtf8(block ?? utf8("")) ?? "")).toEqual(sealed.report);
    await checkLog(context);
  });

  it("is filed once: again it has the same id, also when it is old or its key was taken back", async () => {
    const { context } = house;
    const eve = await anEnrolledAttester(context);
    const sealed = await signedBy(eve, context, jobId);
    await file(sealed);
    const { id } = sealed.report;
    expect(await file(sealed)).toEqual({ id, isNew: false });
    await writeAll(context);
    const { size } = await context.log.state();
    await revokeOwnKey(context, eve.account, { key: eve.signer.keyId, reason: "retired" });
    const later = new Date(Date.now() + 3_600_000);
    expect(await file(sealed, { now: () => later })).toEqual({ id, isNew: false });
    await writeAll(context);
    expect((await context.log.state()).size).toBe(size + 1);
    await checkLog(context);
  });

  it("is filed once by eight that hand it in at once", async () => {
    const { context } = house;
    const sealed = await signedBy(ada, context, jobId);
    const done = await Promise.all(Array.from({ length: 8 }, () => file(sealed)));
    expect(done.filter(({ isNew }) => isNew)).toHaveLength(1);
    await writeAll(context);
    await checkLog(context);
  });

  it("supersedes what the same key said before, and another organisation's counts beside it", async () => {
    const { context } = house;
    const job = await aFinishedJob(context);
    const two = await anEnrolledAttester(context, "Two");
    const first = await signedBy(two, context, job);
    const confirms = { verdict: "confirm", reasons: ["answers-read"] } as const;
    const second = await signedBy(two, context, job, confirms);
    for (const sealed of [first, second]) {
      await file(sealed);
      await writeAll(context);
    }
    await file(await signedBy(ada, context, job));
    await writeAll(context);
    const { tally, reports } = await showAttestations(context, job);
    expect(reports.map(({ isSuperseded }) => isSuperseded)).toEqual([true, false, false]);
    expect(tally).toMatchObject({ confirm: 1, contest: 1, inconclusive: 0 });
  });

  it("is counted when a published checkpoint includes it, and not before", async () => {
    const { context } = house;
    const job = await aFinishedJob(context);
    await file(await signedBy(ada, context, job));
    const before = await showAttestations(context, job);
    expect([before.tally.contest, before.reports.length]).toEqual([0, 1]);
    await writeAll(context);
    expect((await showAttestations(context, job)).tally.contest).toBe(1);
  });
});

describe("an attestation is refused", () => {
  it("when nobody enrolled its key here", async () => {
    const stranger = { organisation: ada.organisation, signer: aNewSigner() };
    expect(await codeOf(file(await signedBy(stranger, house.context, jobId)))).toBe(
      "KEY_NOT_FOUND",
    );
  });

  it("until the log has registered its key", async () => {
    const { context } = house;
    const eve = await anAttester(context);
    await enrolKey(context, eve.account, enrolmentOf(context, eve));
    const sealed = await signedBy(eve, context, jobId);
    expect(await codeOf(file(sealed))).toBe("KEY_NOT_READY");
    await writeAll(context);
    expect(await codeOf(file(sealed))).toBe("OK");
    await writeAll(context);
    await checkLog(context);
  });

  it("when its key was taken back", async () => {
    const { context } = house;
    const eve = await anEnrolledAttester(context);
    const key = eve.signer.keyId;
    await revokeOwnKey(context, eve.account, { key, reason: "retired" });
    expect(await codeOf(file(await signedBy(eve, context, jobId)))).toBe("KEY_REVOKED");
  });

  it("when its owner is disabled, or is no attester any more, before any key is taken back", async () => {
    const { context } = house;
    for (const change of [
      (id: Attester["account"]) => context.accounts.disable(id, context.now()),
      (id: Attester["account"]) => context.accounts.setRole(id, "admin", context.now()),
    ]) {
      const eve = await anEnrolledAttester(context);
      await change(eve.account);
      expect(await codeOf(file(await signedBy(eve, context, jobId)))).toBe("KEY_REVOKED");
    }
  });

  it("when the job has no comparison in the published log", async () => {
    const { context } = house;
    const open = await announced(context);
    const sealed = await signedBy(ada, context, jobId);
    const about = (job: JobId) => ({ ...sealed, entry: { ...sealed.entry, job } });
    expect(await codeOf(file(about(open.id)))).toBe("COMPARISON_NOT_FOUND");
    const log = {
      ...context.log,
      state: async () => ({ ...(await context.log.state()), publishedSize: 1 }),
    };
    expect(await codeOf(file(sealed, { log }))).toBe("COMPARISON_NOT_FOUND");
    const none = (await submitted(context)).replace(/.$/, (last) => (last === "a" ? "e" : "a"));
    expect(await codeOf(file(about(none as JobId)))).toBe("JOB_NOT_FOUND");
  });

  it("when it is about other bytes than those that stand here", async () => {
    const { context } = house;
    const job = await context.jobs.byId(jobId);
    const sealed = await signedBy(ada, context, jobId, {
      subject: {
        log: context.origin,
        job: jobId,
        intent: job?.intentIndex ?? -1,
        simulated: true,
        comparison: (await context.comparisons.byJob(jobId))?.document.id ?? ("" as never),
        comparisonCid: cidOf(utf8("another report")),
        comparisonIndex: job?.comparisonIndex ?? -1,
      },
    });
    expect(await codeOf(file(sealed))).toBe("ATTESTATION_FOREIGN");
  });

  it("when somebody else's signature stands under it, and leaves nothing behind", async () => {
    const { context } = house;
    const before = await context.log.pending(100);
    const sealed = await signedBy(ada, context, jobId, { key: ada.signer.keyId });
    const forged = await signedBy({ ...ada, signer: aNewSigner() }, context, jobId, {
      key: ada.signer.keyId,
    });
    expect(await codeOf(file({ ...sealed, dsse: forged.dsse }))).toBe(
      "ATTESTATION_SIGNATURE_INVALID",
    );
    expect(await context.content.get(sealed.entry.cid)).toBeNull();
    expect(await context.log.pending(100)).toEqual(before);
  });

  it("when it has the id of another", async () => {
    const { context } = house;
    const random16 = new Uint8Array(16).fill(77);
    expect(await codeOf(file(await signedBy(ada, context, jobId, { random16 })))).toBe("OK");
    const again = { random16, statement: "Something else." };
    expect(await codeOf(file(await signedBy(ada, context, jobId, again)))).toBe(
      "ATTESTATION_MALFORMED",
    );
  });

  it("when its key files too many; what others sign in its name does not count", async () => {
    const { context } = house;
    const filingThrottle = createThrottle(2, 60_000, context.now);
    const eve = await anEnrolledAttester(context);
    const forge = { ...eve, signer: { ...aNewSigner(), keyId: eve.signer.keyId } };
    for (let i = 0; i < 3; i++)
      expect(await codeOf(file(await signedBy(forge, context, jobId), { filingThrottle }))).toBe(
        "ATTESTATION_SIGNATURE_INVALID",
      );
    const sign = () => signedBy(eve, context, jobId);
    for (const code of ["OK", "OK", "ATTESTATION_TOO_MANY"])
      expect(await codeOf(file(await sign(), { filingThrottle }))).toBe(code);
  });
});

describe("filing", () => {
  it("that dies before or after any write is done once when it is run again", async () => {
    const { context } = house;
    const parts = ["content", "attestations", "bus"] as const;
    const tracing = parts.map((part) => ({ part, ...traced<object>(context[part]) }));
    const all = Object.fromEntries(tracing.map(({ part, target }) => [part, target]));
    await file(await signedBy(ada, context, jobId), all);
    const points = tracing.flatMap(({ part, calls }) =>
      crashPointsOf(calls).map((point) => ({ part, point })),
    );
    expect(points.length).toBeGreaterThanOrEqual(2 * 5);
    const forty = createThrottle(40, 60_000, context.now);
    for (const { part, point } of points) {
      const sealed = await signedBy(ada, context, jobId);
      const dying = { [part]: dyingAt<object>(context[part], point), filingThrottle: forty };
      await expect(file(sealed, dying)).rejects.toThrow(Crash);
      const { id } = await file(sealed, { filingThrottle: forty });
      await writeAll(context);
      const view = await showAttestation(context, id);
      expect(view.leafIndex).not.toBeNull();
      expect(await context.content.get(view.cid)).not.toBeNull();
    }
    await checkLog(context);
  });

  it("and taking the key back at once leaves nothing behind the revocation", async () => {
    const { context } = house;
    const filingThrottle = createThrottle(1_000, 60_000, context.now);
    for (let round = 0; round < 6; round++) {
      const eve = await anEnrolledAttester(context);
      const sealed = await Promise.all(
        Array.from({ length: 8 }, () => signedBy(eve, context, jobId)),
      );
      const filing = sealed.map((one) => codeOf(file(one, { filingThrottle })));
      const revoking = revokeOwnKey(context, eve.account, {
        key: eve.signer.keyId,
        reason: "compromised",
      });
      const codes = new Set(await Promise.all(filing));
      expect(await revoking).toBe(true);
      for (const code of codes) expect(["OK", "KEY_REVOKED"]).toContain(code);
    }
    await writeAll(context);
    // Audits that no key signed after it was taken back.
    await checkLog(context);
  });
});
