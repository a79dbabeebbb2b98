import { expect, it } from "vitest";
import { microsOf } from "@/server/adapters/golem/micros";
import { listBills } from "@/server/adapters/golem/orphan-bills";
import type { Yagna } from "@/server/adapters/golem/yagna-events";

const SINCE = new Date("2026-11-23T00:00:00.000Z");
const anInvoice = (n: number, timestamp: string) => ({
  invoiceId: `invoice-${n}`,
  agreementId: "agreement",
  amount: "1",
  status: "RECEIVED",
  timestamp,
});

/** A yagna that shows at most three bills at a time, oldest first, strictly newer than it is asked for. */
const aStingyYagna = (invoices: readonly ReturnType<typeof anInvoice>[]) =>
  ({
    payment: {
      getInvoices: async (after: string) =>
        invoices.filter(({ timestamp }) => microsOf(timestamp) > microsOf(after)).slice(0, 3),
      getDebitNotes: async () => [],
    },
  }) as unknown as Yagna;

const known = new Map([["agreement", { allocationId: "allocation", since: SINCE, isEnded: true }]]);

it("finds every bill of one millisecond, however few are shown at a time", async () => {
  const invoices = Array.from({ length: 8 }, (_, n) =>
    anInvoice(n, `2026-11-23T00:00:01.00000${n}Z`),
  );
  const problems: string[] = [];
  const { byAgreement, isWhole } = await listBills(aStingyYagna(invoices), known, problems);
  expect(byAgreement.get("agreement")?.map(({ id }) => id)).toEqual(
    invoices.map(({ invoiceId }) => invoiceId),
  );
  expect([isWhole, problems]).toEqual([true, []]);
});

it("reads instants with another zone, or with none of the decimals", async () => {
  const invoices = [
    anInvoice(0, "2026-11-23T00:00:01Z"),
    anInvoice(1, "2026-11-23T01:00:01.5+01:00"),
  ];
  const { byAgreement } = await listBills(aStingyYagna(invoices), known, []);
  expect(byAgreement.get("agreement")).toHaveLength(2);
});
