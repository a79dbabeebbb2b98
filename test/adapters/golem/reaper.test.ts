import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import type {
  KnownAgreement,
  RentOrder,
  Vantage,
  VantageRenter,
} from "@/server/adapters/golem/vantage";
import { addAmounts } from "@/server/domain/job/amount";
import { aMeddledNetwork } from "./a-meddler";
import {
  type ABook,
  aBook,
  aNetwork,
  anAllocation,
  anOrder,
  aRenter,
  only,
  providerNamed,
} from "./a-renter";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 25_000 });

const NOBODY: ReadonlySet<string> = new Set();

let network: LoopbackNetwork;
/** The process that came after. */
let renter: VantageRenter;
let book: ABook;
beforeAll(async () => {
  network = await aNetwork({ debitNoteMs: 300 });
  book = aBook();
  renter = await aRenter(network, { book });
});
afterAll(async () => {
  await renter.close();
  await network.stop();
});

/** Vantages of a process that is gone without settling. */
async function leftBehind(orders: readonly RentOrder[]): Promise<readonly Vantage[]> {
  const earlier = await aRenter(network);
  const vantages = await Promise.all(orders.map((order) => earlier.rent(order)));
  await earlier.close();
  return vantages;
}

const aKnown = (allocationId: string, over: Partial<KnownAgreement> = {}): KnownAgreement => ({
  allocationId,
  since: new Date(),
  isEnded: false,
  ...over,
});
const knownOf = (vantages: readonly Vantage[], allocationId: string) =>
  new Map(vantages.map(({ agreementId }) => [agreementId, aKnown(allocationId)]));
const billsOf = ({ agreementId }: Vantage) =>
  book.bills.filter((bill) => bill.agreementId === agreementId);
const invoicesOf = (vantage: Vantage) =>
  billsOf(vantage).filter(({ document }) => document === "invoice");

it("ends what an earlier process left behind, and pays what was due, to the last unit", async () => {
  const allocationId = await anAllocation(renter);
  // More than yagna lists unless it is asked for more.
  const orders = Array.from({ length: 12 }, (_, i) =>
    anOrder(["DE", "US", "KE", "BR"][i % 4] ?? "", allocationId),
  );
  const vantages = await leftBehind(orders);
  const known = knownOf(vantages, allocationId);
  const first = await renter.reap(known, NOBODY);
  expect([...first.ended].sort()).toEqual([...known.keys()].sort());
  expect(first.problems).toEqual([]);
  expect(book.ended.map(({ agreementId }) => agreementId)).toEqual(
    expect.arrayContaining([...known.keys()]),
  );
  await expect
    .poll(
      async () => {
        await renter.reap(known, NOBODY);
        return vantages.filter((vantage) => invoicesOf(vantage).length > 0).length;
      },
      { timeout: 10_000 },
    )
    .toBe(12);
  const paid = vantages.map((vantage) => invoicesOf(vantage)[0]?.amountGlm ?? "0");
  expect(await renter.allocation(allocationId)).toMatchObject({ spent: addAmounts(...paid) });
  const again = await renter.reap(known, NOBODY);
  expect(again).toMatchObject({ ended: [], bills: 0, problems: [] });
});

it("leaves alone what is held, and what is not ours to know", async () => {
  const allocationId = await anAllocation(renter);
  const [held, unknown] = await leftBehind(
    ["DE", "US"].map((country) => anOrder(country, allocationId)),
  );
  if (held === undefined || unknown === undefined) throw new Error("two were rented");
  const known = knownOf([held], allocationId);
  expect(await renter.reap(known, new Set([held.agreementId]))).toEqual({
    ended: [],
    bills: 0,
    problems: [],
  });
  expect(await renter.reap(known, NOBODY)).toMatchObject({ ended: [held.agreementId] });
  // The other one was running all the time.
  expect(await renter.reap(knownOf([unknown], allocationId), NOBODY)).toMatchObject({
    ended: [unknown.agreementId],
  });
});

it("refuses an orphan's bill by the same rules, and keeps the reason", async () => {
  const allocationId = await anAllocation(renter);
  const provider = providerNamed(network, "mara-cloud");
  network.fault(provider, { fault: "overprices", moment: "at-end" });
  const [vantage] = await leftBehind([
    anOrder("KE", allocationId, { standing: only(network, "mara-cloud") }),
  ]);
  if (vantage === undefined) throw new Error("one was rented");
  const known = knownOf([vantage], allocationId);
  await expect
    .poll(
      async () => {
        await renter.reap(known, NOBODY);
        return invoicesOf(vantage);
      },
      { timeout: 8_000 },
    )
    .toEqual([
      expect.objectContaining({
        decision: "rejected",
        reason: expect.stringContaining("at most"),
      }),
    ]);
  network.fault(provider);
});

it("accepts the highest debit note of one that sends no invoice", async () => {
  const allocationId = await anAllocation(renter);
  const provider = providerNamed(network, "ipanema-vm");
  network.fault(provider, "never-invoices");
  const earlier = await aRenter(network);
  const vantage = await earlier.rent(
    anOrder("BR", allocationId, { standing: only(network, "ipanema-vm") }),
  );
  await earlier.close();
  const known = knownOf([vantage], allocationId);
  await expect
    .poll(
      async () => {
        await renter.reap(known, NOBODY);
        return billsOf(vantage).filter(({ decision }) => decision === "accepted").length;
      },
      { timeout: 8_000 },
    )
    .toBeGreaterThan(0);
  network.fault(provider);
  // On a slow machine the earlier process accepted a lower one itself, and the book hears of that one too.
  const [highest] = billsOf(vantage)
    .map(({ amountGlm }) => amountGlm)
    .sort((a, b) => Number(b) - Number(a));
  expect(billsOf(vantage).every(({ document }) => document === "debit-note")).toBe(true);
  expect(await renter.allocation(allocationId)).toMatchObject({ spent: highest });
});

it("reports what it cannot end, and ends it once it can", async () => {
  const allocationId = await anAllocation(renter);
  const [vantage] = await leftBehind([
    anOrder("SG", allocationId, { standing: only(network, "straits-host") }),
  ]);
  if (vantage === undefined) throw new Error("one was rented");
  const known = knownOf([vantage], allocationId);
  network.vanish(vantage.provider.id, "silent");
  const before = await renter.reap(known, NOBODY);
  expect(before.ended).toEqual([]);
  expect(before.problems).toEqual([expect.stringContaining(vantage.agreementId)]);
  // Said once: it is tried every half minute.
  expect((await renter.reap(known, NOBODY)).problems).toEqual([]);
  network.fault(vantage.provider.id);
  expect(await renter.reap(known, NOBODY)).toMatchObject({ ended: [vantage.agreementId] });
});

it("tells of an agreement that had ended by itself, and of one that the network does not know", async () => {
  const allocationId = await anAllocation(renter);
  const [vantage] = await leftBehind([anOrder("SG", allocationId)]);
  if (vantage === undefined) throw new Error("one was rented");
  network.terminate(vantage.provider.id, "machine needed elsewhere");
  const unknown = "f".repeat(64);
  const known = knownOf([vantage], allocationId).set(unknown, aKnown(allocationId));
  expect((await renter.reap(known, NOBODY)).ended).toEqual([]);
  expect(book.ended).toEqual(
    expect.arrayContaining(
      [vantage.agreementId, unknown].map((agreementId) => ({ agreementId, reason: "found ended" })),
    ),
  );
});

it("says what is wrong while yagna fails, and throws nothing", async () => {
  network.faultYagna("errors");
  const { ended, bills, problems } = await renter.reap(new Map([["a", aKnown("b")]]), NOBODY);
  network.faultYagna(null);
  expect([ended, bills]).toEqual([[], 0]);
  expect(problems).toEqual([
    expect.stringContaining("lists no agreements"),
    expect.stringContaining("lists no bills"),
  ]);
});

it("reads all bills, however few yagna shows at a time, and asks nothing twice of what has ended", async () => {
  const asked: string[] = [];
  const own = await aMeddledNetwork(await aNetwork(), {
    reply: ({ method, url, status, body }) => {
      if (method !== "GET") return null;
      asked.push(url.pathname);
      const isList = /\/(invoices|debitNotes)$/.test(url.pathname) && Array.isArray(body);
      return isList ? { status, body: body.slice(0, 3) } : null;
    },
  });
  const words = aBook();
  const later = await aRenter(own, { book: words });
  const allocationId = await anAllocation(later);
  const earlier = await aRenter(own);
  const vantages = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      earlier.rent(anOrder(["DE", "US", "KE", "BR"][i % 4] ?? "", allocationId)),
    ),
  );
  await earlier.close();
  const isEnded = new Set<string>();
  const reap = () =>
    later.reap(
      new Map(
        vantages.map(({ agreementId }) => [
          agreementId,
          aKnown(allocationId, { isEnded: isEnded.has(agreementId) }),
        ]),
      ),
      NOBODY,
    );
  const first = await reap();
  for (const id of first.ended) isEnded.add(id);
  expect(isEnded.size).toBe(8);
  const invoices = () => words.bills.filter(({ document }) => document === "invoice");
  await expect
    .poll(
      async () => {
        await reap();
        return new Set(invoices().map(({ agreementId }) => agreementId)).size;
      },
      { timeout: 10_000 },
    )
    .toBe(8);
  // yagna's own word on what was accepted is told to the book, once.
  await reap();
  const [bills, ends] = [words.bills.length, words.ended.length];
  asked.length = 0;
  expect(await reap()).toEqual({ ended: [], bills: 0, problems: [] });
  expect([words.bills.length, words.ended.length]).toEqual([bills, ends]);
  expect(asked.filter((path) => path.includes("/agreements"))).toEqual([]);
  await later.close();
  await own.stop();
});
