import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import type { VantageRenter } from "@/server/adapters/golem/vantage";
import { addAmounts, compareAmounts } from "@/server/domain/job/amount";
import {
  type ABook,
  aBook,
  aNetwork,
  anAllocation,
  anOrder,
  aRenter,
  aStanding,
  ask,
  only,
  providerNamed,
} from "./a-renter";

vi.setConfig({ testTimeout: 25_000, hookTimeout: 25_000 });

let network: LoopbackNetwork;
let renter: VantageRenter;
let book: ABook;
beforeAll(async () => {
  network = await aNetwork({ fundsGlm: "10", debitNoteMs: 300 });
  book = aBook();
  renter = await aRenter(network, { book });
});
afterAll(async () => {
  await renter.close();
  await network.stop();
});

const later = (ms = 60_000) => new Date(Date.now() + ms);
const inHamburg = (allocationId: string) =>
  anOrder("DE", allocationId, { standing: only(network, "elbe-compute") });
const billsOf = (agreementId: string) =>
  book.bills.filter((bill) => bill.agreementId === agreementId);

describe("allocations", () => {
  it("are exact to the last digit", async () => {
    const made = await renter.createAllocation("0.100000000000000001", later());
    expect(made).toMatchObject({ total: "0.100000000000000001", spent: "0" });
    expect(await renter.allocation(made.id)).toEqual(made);
    await renter.releaseAllocation(made.id);
  });

  it("cannot be larger than what the account holds", async () => {
    await expect(anAllocation(renter, "11")).rejects.toMatchObject({ code: "GOLEM_BUDGET_SPENT" });
  });

  it("are not called too large when something else is wrong with them", async () => {
    await expect(renter.createAllocation("1", new Date(0))).rejects.toMatchObject({
      code: "GOLEM_UNAVAILABLE",
    });
  });

  it("can be topped up, lowered and given more time, and keep what was spent", async () => {
    const { id } = await renter.createAllocation("1", later(2_000));
    const vantage = await renter.rent(inHamburg(id));
    const { costGlm } = await vantage.settle(8_000);
    const more = await renter.amendAllocation(id, "2.5", later());
    expect(more).toMatchObject({ id, total: "2.5", spent: costGlm });
    expect(addAmounts(more.spent, more.remaining)).toBe("2.5");
    const less = await renter.amendAllocation(id, "0.5", later());
    expect(less).toMatchObject({ total: "0.5", spent: costGlm });
    expect(await renter.allocation(id)).toEqual(less);
    await renter.releaseAllocation(id);
  });

  it("cannot be topped up beyond the account, nor once they are gone", async () => {
    const id = await anAllocation(renter);
    await expect(renter.amendAllocation(id, "11", later())).rejects.toMatchObject({
      code: "GOLEM_BUDGET_SPENT",
    });
    expect(await renter.allocation(id)).toMatchObject({ total: "1" });
    await renter.releaseAllocation(id);
    await expect(renter.amendAllocation(id, "2", later())).rejects.toMatchObject({
      code: "GOLEM_UNAVAILABLE",
    });
  });

  it("are gone once released, and may be released twice", async () => {
    const id = await anAllocation(renter);
    await renter.releaseAllocation(id);
    await renter.releaseAllocation(id);
    expect(await renter.allocation(id)).toBeNull();
    // Not GOLEM_BUDGET_SPENT: a network that was started anew does not know it either.
    await expect(renter.rent(anOrder("DE", id))).rejects.toMatchObject({
      code: "GOLEM_UNAVAILABLE",
    });
  });

  it("end by themselves at their time", async () => {
    const { id } = await renter.createAllocation("1", later(400));
    await expect.poll(() => renter.allocation(id), { timeout: 2_000 }).toBeNull();
  });

  it("are unknown to another network", async () => {
    expect(await renter.allocation("00000000-0000-4000-8000-000000000000")).toBeNull();
  });
});

describe("what is paid", () => {
  it("comes out of the allocation, digit by digit, and stands in the book with its reason", async () => {
    const id = await anAllocation(renter);
    const vantage = await renter.rent(inHamburg(id));
    await ask(vantage, "hello");
    const { costGlm, problem } = await vantage.settle(8_000);
    expect(problem).toBeNull();
    const after = await renter.allocation(id);
    expect(after?.spent).toBe(costGlm);
    expect(addAmounts(after?.spent ?? "0", after?.remaining ?? "0")).toBe("1");
    const last = billsOf(vantage.agreementId).at(-1);
    expect(last).toMatchObject({ document: "invoice", decision: "accepted", amountGlm: costGlm });
    expect(last?.reason).toContain("its prices come to at most");
  });

  it("is nothing when the allocation could not pay for the shortest rental", async () => {
    const id = await anAllocation(renter, "0.0009");
    await expect(renter.rent(inHamburg(id))).rejects.toMatchObject({ code: "GOLEM_BUDGET_SPENT" });
    expect(await renter.allocation(id)).toMatchObject({ spent: "0" });
  });

  it("is never promised beyond what the allocation holds, however many rent under it", async () => {
    // Two of them at 0.003 GLM for the shortest rental, and some seconds.
    const id = await anAllocation(renter, "0.0065");
    const rentals = await Promise.allSettled([1, 2, 3, 4].map(() => renter.rent(inHamburg(id))));
    const vantages = rentals.flatMap((rental) =>
      rental.status === "fulfilled" ? [rental.value] : [],
    );
    const refused = rentals.flatMap((rental) =>
      rental.status === "rejected" ? [rental.reason] : [],
    );
    expect(vantages).toHaveLength(2);
    // Not GOLEM_BUDGET_SPENT: what those two do not need is free again once they are settled.
    expect(refused).toMatchObject([{ code: "GOLEM_NO_OFFER" }, { code: "GOLEM_NO_OFFER" }]);
    const settlements = await Promise.all(vantages.map((vantage) => vantage.settle(8_000)));
    expect(settlements.map(({ problem }) => problem)).toEqual([null, null]);
    const paid = settlements.map(({ costGlm }) => costGlm ?? "0");
    expect(await renter.allocation(id)).toMatchObject({ spent: addAmounts(...paid) });
    const again = await renter.rent(inHamburg(id));
    expect((await again.settle(8_000)).problem).toBeNull();
  });

  it("ends a session before what it has come to is more than the allocation holds", async () => {
    const id = await anAllocation(renter, "0.0031");
    const vantage = await renter.rent(inHamburg(id));
    // All its threads busy for five seconds alone are more than this.
    await renter.amendAllocation(id, "0.0011", later());
    await expect.poll(() => vantage.lost.aborted, { timeout: 5_000 }).toBe(true);
    expect(vantage.lost.reason).toMatchObject({ code: "GOLEM_BUDGET_SPENT" });
    await vantage.settle(8_000);
  });

  it("is no reason to call a budget spent while a provider that it pays for is only left alone", async () => {
    // elbe-compute asks 0.003 GLM for the shortest rental; the other one in Germany 0.0025.
    const id = await anAllocation(renter, "0.0027");
    const others = network.providers.filter(
      ({ country, name }) => country === "DE" && name !== "elbe-compute",
    );
    const denied = new Map(others.map((other) => [other.id, "backing off"]));
    await expect(
      renter.rent(anOrder("DE", id, { standing: aStanding({ denied }) })),
    ).rejects.toMatchObject({ code: "GOLEM_NO_OFFER" });
  });

  it("is not what a provider asks beyond its own prices", async () => {
    const id = await anAllocation(renter);
    const provider = providerNamed(network, "elbe-compute");
    network.fault(provider, "overprices");
    const vantage = await renter.rent(inHamburg(id));
    const { costGlm, problem } = await vantage.settle(8_000);
    network.fault(provider);
    expect(problem).toContain("rejected");
    expect(compareAmounts(costGlm ?? "0", "0.01")).toBe(-1);
    expect(await renter.allocation(id)).toMatchObject({ spent: costGlm ?? "0" });
    const invoice = billsOf(vantage.agreementId).find(({ document }) => document === "invoice");
    expect(invoice).toMatchObject({ decision: "rejected" });
    expect(invoice?.reason).toContain("at most");
    expect(book.contacts).toContainEqual(
      expect.objectContaining({ providerId: provider, event: "bill-rejected" }),
    );
  });

  it("is what was accepted of its debit notes when a provider sends no invoice", async () => {
    const id = await anAllocation(renter);
    const provider = providerNamed(network, "elbe-compute");
    network.fault(provider, "never-invoices");
    const vantage = await renter.rent(inHamburg(id));
    const accepted = () =>
      billsOf(vantage.agreementId).filter(({ decision }) => decision === "accepted");
    await expect.poll(accepted, { timeout: 5_000 }).not.toHaveLength(0);
    const { costGlm, problem, isInvoiceMissing } = await vantage.settle(1_500);
    network.fault(provider);
    expect(problem).toContain("no invoice");
    expect(isInvoiceMissing).toBe(true);
    expect(costGlm).toBe(accepted().at(-1)?.amountGlm);
    expect(await renter.allocation(id)).toMatchObject({ spent: costGlm });
  });
});
