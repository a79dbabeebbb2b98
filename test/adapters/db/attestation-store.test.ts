import { beforeAll, describe, expect, it } from "vitest";
import type { JobId } from "@/schemas/primitives";
import { createPrisma } from "@/server/adapters/db/client";
import { fileEntry } from "@/server/domain/log/filing";
import { revocationEntry } from "@/server/domain/log/revocation";
import { fileAttestation } from "@/server/services/file-attestation";
import { aFinishedJob } from "@/test/support/a-finished-job";
import { anEnrolledAttester, signedBy } from "@/test/support/an-attester";
import { writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";

const house = ownContext();
let jobId: JobId;
beforeAll(async () => {
  jobId = await aFinishedJob(house.context);
});

/** A connection that does one thing in a transaction and then waits before it ends it. */
async function holding(
  work: (sql: (text: string, ...values: unknown[]) => Promise<number>) => Promise<unknown>,
) {
  const prisma = createPrisma(house.context.env.DATABASE_URL ?? "", 1);
  let release = () => {};
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  let hold = () => {};
  const isHeld = new Promise<void>((resolve) => {
    hold = resolve;
  });
  const done = prisma
    .$transaction(async (tx) => {
      await work((text, ...values) => tx.$executeRawUnsafe(text, ...values));
      hold();
      await isReleased;
    })
    .finally(() => prisma.$disconnect());
  await isHeld;
  return { release, done };
}
const settledSoon = (promise: Promise<unknown>) =>
  Promise.race([
    promise.then(() => true),
    new Promise<false>((resolve) => setTimeout(() => resolve(false), 200)),
  ]);

describe("attestations", () => {
  it("are never rewritten, and never deleted", async () => {
    const { context } = house;
    const ada = await anEnrolledAttester(context);
    const sealed = await signedBy(ada, context, jobId);
    await fileAttestation(context, sealed);
    const prisma = createPrisma(context.env.DATABASE_URL ?? "", 1);
    const { id } = sealed.report;
    for (const statement of [
      `UPDATE attestations SET verdict = 'confirm' WHERE id = '${id}'`,
      `DELETE FROM attestations WHERE id = '${id}'`,
      "TRUNCATE attestations",
    ])
      await expect(prisma.$executeRawUnsafe(statement)).rejects.toThrow();
    await prisma.$disconnect();
    expect((await context.attestations.byId(id))?.report).toEqual(sealed.report);
  });

  it("stand in the order of the log, what waits for it last", async () => {
    const { context } = house;
    const job = await aFinishedJob(context);
    const ada = await anEnrolledAttester(context);
    const all = await Promise.all(Array.from({ length: 4 }, () => signedBy(ada, context, job)));
    for (const sealed of all.slice(0, 2)) await fileAttestation(context, sealed);
    const before = (await context.log.state()).size;
    await writeAll(context);
    for (const sealed of all.slice(2)) await fileAttestation(context, sealed);
    const stored = await context.attestations.ofJob(job);
    expect(stored.map(({ report }) => report.id)).toEqual(all.map(({ report }) => report.id));
    expect(stored.map(({ index }) => index === null)).toEqual([false, false, true, true]);
    const { size } = await context.log.state();
    expect(await context.attestations.jobsBetween(before, size)).toEqual([job]);
    expect(await context.attestations.jobsBetween(size, size + 9)).toEqual([]);
  });

  it("wait for a revocation that is under way, and are then not filed", async () => {
    const { context } = house;
    const ada = await anEnrolledAttester(context);
    const key = ada.signer.keyId;
    const revoking = await holding((sql) =>
      sql(`UPDATE attester_keys SET "revokedAt" = now() WHERE "keyId" = $1`, key),
    );
    // It has seen the key as it was; it stands in line all the same.
    const filing = fileAttestation(context, await signedBy(ada, context, jobId));
    filing.catch(() => undefined);
    expect(await settledSoon(filing.catch(() => undefined))).toBe(false);
    revoking.release();
    await revoking.done;
    await expect(filing).rejects.toMatchObject({ code: "KEY_REVOKED" });
  });

  it("that are being filed hold a revocation up, which then stands behind them", async () => {
    const { context } = house;
    const ada = await anEnrolledAttester(context);
    const key = ada.signer.keyId;
    const filing = await holding((sql) =>
      sql(`SELECT 1 FROM attester_keys WHERE "keyId" = $1 FOR SHARE`, key),
    );
    const at = context.now();
    const revoking = context.attesterKeys.revoke(key, { at, reason: "retired" }, (registration) =>
      fileEntry(
        revocationEntry({ key, reason: "retired", replacedBy: null, at }, registration),
        context.origin,
        {
          keyId: context.origin,
          sign: context.logKey.sign,
        },
      ),
    );
    expect(await settledSoon(revoking)).toBe(false);
    // Others who file do not stand in each other's way.
    await fileAttestation(context, await signedBy(ada, context, jobId));
    expect(await settledSoon(revoking)).toBe(false);
    filing.release();
    await filing.done;
    expect(await revoking).toBe(true);
    await writeAll(context);
    await checkLog(context);
  });
});

describe("keys of attesters", () => {
  it("are nobody's that nobody enrolled", async () => {
    const { attesterKeys, now } = house.context;
    const none = "key-aaaaaaaaaaaaaaaaaaaaaaaaaa" as never;
    const never = () => {
      throw new Error("there is nothing to take back");
    };
    expect(await attesterKeys.byId(none)).toBeNull();
    expect(await attesterKeys.ofAccount("usr-nobody")).toEqual([]);
    expect(await attesterKeys.revoke(none, { at: now(), reason: "retired" }, never)).toBe(false);
    expect(await attesterKeys.revokedAt([none])).toEqual(new Map());
  });
});
