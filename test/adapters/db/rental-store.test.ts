import { describe, expect, it } from "vitest";
import type { JobId } from "@/schemas/primitives";
import { addAmounts } from "@/server/domain/job/amount";
import { aJobId, DE, KE, NOON } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const later = (ms: number) => new Date(NOON.getTime() + ms);

const rental = (agreementId: string, jobId: JobId, country = DE) => ({
  agreementId,
  jobId,
  allocationId: "allocation",
  providerId: `0x${"ab".repeat(20)}`,
  providerName: "a\0name",
  country,
  asn: 64_500,
  activityId: null,
});
const bill = (agreementId: string, documentId: string, amountGlm: string, over = {}) => ({
  document: "invoice" as const,
  documentId,
  agreementId,
  amountGlm,
  decision: "accepted" as const,
  reason: "fair",
  at: NOON,
  ...over,
});

describe("the ledger of a job", () => {
  it("counts the invoice, and while there is none the largest debit note", async () => {
    const { rentals } = house.context;
    const job = aJobId(1);
    await rentals.record(rental("a1", job), NOON);
    await rentals.record(rental("a2", job, KE), later(1));
    const note = { document: "debit-note" as const };
    await rentals.recordBill(bill("a1", "n1", "0.1", note));
    await rentals.recordBill(bill("a1", "n2", "0.25", note));
    await rentals.recordBill(bill("a2", "n3", "0.000000000000000001", note));
    expect((await rentals.spentBy([job])).get(job)).toBe("0.250000000000000001");
    await rentals.recordBill(bill("a1", "i1", "0.2"));
    const ledger = await rentals.ledgerOf(job);
    expect(
      ledger.map(({ agreementId, acceptedGlm, country }) => [agreementId, acceptedGlm, country]),
    ).toEqual([
      ["a1", "0.2", "DE"],
      ["a2", "0.000000000000000001", "KE"],
    ]);
    const sum = addAmounts(...ledger.map(({ acceptedGlm }) => acceptedGlm));
    expect((await rentals.spentBy([job])).get(job)).toBe(sum);
  });

  it("shows what was refused, whatever a provider wrote, and counts none of it", async () => {
    const { rentals } = house.context;
    const job = aJobId(2);
    await rentals.record(rental("b1", job), NOON);
    const refused = { decision: "rejected" as const, reason: "more than is fair" };
    await rentals.recordBill(bill("b1", "i2", "1e9", refused));
    const [line] = await rentals.ledgerOf(job);
    expect(line).toMatchObject({
      acceptedGlm: "0",
      refused: [{ amountGlm: "1e9", reason: "more than is fair" }],
    });
    expect((await rentals.spentBy([job])).get(job)).toBeUndefined();
  });

  it("counts a bill that was accepted after all, and no longer shows it as refused", async () => {
    const { rentals } = house.context;
    const job = aJobId(5);
    await rentals.record(rental("e1", job), NOON);
    const refused = { decision: "rejected" as const, reason: "Not enough funds" };
    const note = { document: "debit-note" as const };
    await rentals.recordBill(bill("e1", "n5", "0.4", { ...note, ...refused }));
    await rentals.recordBill(bill("e1", "n5", "0.4", { ...note, at: later(60_000) }));
    await rentals.recordBill(bill("e1", "n6", "0.7", { ...note, ...refused }));
    expect(await rentals.ledgerOf(job)).toMatchObject([
      { acceptedGlm: "0.4", refused: [{ amountGlm: "0.7", reason: "Not enough funds" }] },
    ]);
    expect((await rentals.spentBy([job])).get(job)).toBe("0.4");
  });

  it("stays as it was decided first, and cannot be rewritten", async () => {
    const { rentals } = house.context;
    const job = aJobId(3);
    await rentals.record(rental("c1", job), NOON);
    await rentals.recordBill(bill("c1", "i3", "0.3"));
    await rentals.recordBill(bill("c1", "i3", "0.9"));
    expect((await rentals.spentBy([job])).get(job)).toBe("0.3");
  });
});

describe("an agreement", () => {
  it("is known until it has ended, and for its last bills a while longer", async () => {
    const { rentals } = house.context;
    const job = aJobId(4);
    await rentals.record(rental("d1", job), NOON);
    await rentals.record({ ...rental("d1", job), activityId: "activity" }, later(5));
    const known = async (since: Date) =>
      (await rentals.known(since)).filter(({ jobId }) => jobId === job);
    expect(await known(later(1_000))).toMatchObject([{ endedAt: null, heldAt: later(5) }]);
    await rentals.end("d1", "settled", later(10));
    await rentals.end("d1", "again", later(20));
    expect(await known(later(5))).toMatchObject([{ endedAt: later(10) }]);
    expect(await known(later(11))).toEqual([]);
  });
});
