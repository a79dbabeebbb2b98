import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import type { VantageRenter } from "@/server/adapters/golem/vantage";
import { addAmounts, compareAmounts } from "@/server/domain/job/amount";
import { allBut, aNetwork, anAllocation, anOrder, aRenter, ask, providerNamed } from "./a-renter";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

let network: LoopbackNetwork;
let renter: VantageRenter;
beforeAll(async () => {
  network = await aNetwork({ fundsGlm: "10", debitNoteMs: 300 });
  renter = await aRenter(network);
});
afterAll(async () => {
  await renter.close();
  await network.stop();
});

describe("allocations", () => {
  it("are exact to the last digit", async () => {
    const made = await renter.createAllocation(
      "0.100000000000000001",
      new Date(Date.now() + 60_000),
    );
    expect(made).toMatchObject({ total: "0.100000000000000001", spent: "0" });
    expect(await renter.allocation(made.id)).toEqual(made);
    await renter.releaseAllocation(made.id);
  });

  it("cannot be larger than what the account holds", async () => {
    await expect(anAllocation(renter, "11")).rejects.toMatchObject({ code: "GOLEM_BUDGET_SPENT" });
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
    const { id } = await renter.createAllocation("1", new Date(Date.now() + 400));
    await expect.poll(() => renter.allocation(id), { timeout: 2_000 }).toBeNull();
  });

  it("are unknown to another network", async () => {
    expect(await renter.allocation("00000000-0000-4000-8000-000000000000")).toBeNull();
  });
});

describe("what is paid", () => {
  it("comes out of the allocation, digit by digit", async () => {
    const id = await anAllocation(renter);
    const avoid = allBut(network, "elbe-compute");
    const vantage = await renter.rent(anOrder("DE", id, { avoid }));
    await ask(vantage, "hello");
    const { costGlm, problem } = await vantage.settle(8_000);
    expect(problem).toBeNull();
    const after = await renter.allocation(id);
    expect(after?.spent).toBe(costGlm);
    expect(addAmounts(after?.spent ?? "0", after?.remaining ?? "0")).toBe("1");
  });

  it("is nothing when the allocation could not pay for the shortest rental", async () => {
    const id = await anAllocation(renter, "0.0009");
    const avoid = allBut(network, "elbe-compute");
    await expect(renter.rent(anOrder("DE", id, { avoid }))).rejects.toMatchObject({
      code: "GOLEM_BUDGET_SPENT",
    });
    expect(await renter.allocation(id)).toMatchObject({ spent: "0" });
  });

  it("is never more than the allocation holds, however many rent under it", async () => {
    const id = await anAllocation(renter, "0.0035");
    const order = anOrder("DE", id, { avoid: allBut(network, "elbe-compute") });
    const vantages = await Promise.all([1, 2, 3, 4].map(() => renter.rent(order)));
    const settlements = await Promise.all(vantages.map((vantage) => vantage.settle(8_000)));
    const refused = settlements.filter(({ costGlm }) => costGlm === null);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.problem).toContain("Not enough funds");
    const paid = settlements.map(({ costGlm }) => costGlm ?? "0");
    expect(await renter.allocation(id)).toMatchObject({ spent: addAmounts(...paid) });
  });

  it("is not what a provider asks beyond its own prices", async () => {
    const id = await anAllocation(renter);
    const provider = providerNamed(network, "elbe-compute");
    network.fault(provider, { overcharges: 100 });
    const avoid = allBut(network, "elbe-compute");
    const vantage = await renter.rent(anOrder("DE", id, { avoid }));
    const { costGlm, problem } = await vantage.settle(8_000);
    expect(costGlm).toBeNull();
    expect(problem).toContain("rejected");
    const after = await renter.allocation(id);
    expect(compareAmounts(after?.spent ?? "1", "0.01")).toBe(-1);
    network.fault(provider, {});
  });
});
