import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import type { VantageRenter } from "@/server/adapters/golem/vantage";
import { compareAmounts } from "@/server/domain/job/amount";
import { allBut, aNetwork, anAllocation, anOrder, aRenter, ask, providerNamed } from "./a-renter";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

let network: LoopbackNetwork;
let renter: VantageRenter;
beforeAll(async () => {
  network = await aNetwork();
  renter = await aRenter(network);
});
afterAll(async () => {
  await renter.close();
  await network.stop();
});

describe("renting", () => {
  it("rents in every country at once, asks each model and sees each exit's own address", async () => {
    const allocationId = await anAllocation(renter);
    const countries = ["DE", "US", "KE", "BR", "SG"];
    const vantages = await Promise.all(
      countries.map((country) => renter.rent(anOrder(country, allocationId))),
    );
    const answers = await Promise.all(vantages.map((vantage) => ask(vantage, "hello")));
    expect(answers).toEqual(countries.map((country) => `${country}: hello`));
    const probes = await Promise.all(
      vantages.map((vantage) => vantage.probeExit(AbortSignal.timeout(3_000))),
    );
    const expected = vantages.map(
      ({ provider }) => network.providers.find(({ id }) => id === provider.id)?.address,
    );
    expect(probes.map(({ observedAddress }) => observedAddress)).toEqual(expected);
    for (const { simulated, claimSource } of vantages) {
      expect(simulated).toBe(true);
      expect(claimSource).toContain("loopback-a (simulated)");
    }
    const settlements = await Promise.all(vantages.map((vantage) => vantage.settle(8_000)));
    for (const { costGlm, problem } of settlements) {
      expect(problem).toBeNull();
      expect(compareAmounts(costGlm ?? "0", "0")).toBe(1);
    }
  });

  it("prefers a provider that is not in use, and shares one when none is left", async () => {
    const allocationId = await anAllocation(renter);
    const rent = () => renter.rent(anOrder("SG", allocationId));
    const first = await rent();
    const second = await rent();
    const third = await rent();
    expect(second.provider.id).not.toBe(first.provider.id);
    expect(third.country).toBe("SG");
    expect(await ask(third, "hi")).toBe("SG: hi");
    await Promise.all([first, second, third].map((vantage) => vantage.settle(8_000)));
  });

  it("never rents a provider that is to be avoided", async () => {
    const allocationId = await anAllocation(renter);
    const avoid = allBut(network, "tana-river");
    const vantage = await renter.rent(anOrder("KE", allocationId, { avoid }));
    expect(vantage.provider.name).toBe("tana-river");
    await vantage.settle(8_000);
  });

  it("finds no offer in a country where nobody is", async () => {
    const allocationId = await anAllocation(renter);
    await expect(renter.rent(anOrder("IS", allocationId))).rejects.toMatchObject({
      code: "GOLEM_NO_OFFER",
    });
  });

  it("gives up at once when the order is aborted", async () => {
    const allocationId = await anAllocation(renter);
    const signal = AbortSignal.timeout(300);
    const startedAt = performance.now();
    await expect(renter.rent(anOrder("IS", allocationId, { signal }))).rejects.toMatchObject({
      code: "GOLEM_NO_OFFER",
    });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it("takes the next provider when the first rejects, never signs, or brings up no machine", async () => {
    const allocationId = await anAllocation(renter);
    const good = providerNamed(network, "cerrado-01");
    const bad = providerNamed(network, "ipanema-vm");
    for (const fault of [
      { rejectsCounter: true },
      { neverApproves: true },
      { failsActivity: true },
    ]) {
      network.fault(bad, fault);
      const [vantage, other] = await Promise.all([
        renter.rent(anOrder("BR", allocationId)),
        renter.rent(anOrder("BR", allocationId)),
      ]);
      expect([vantage.provider.id, other.provider.id]).toEqual([good, good]);
      await Promise.all([vantage.settle(8_000), other.settle(8_000)]);
    }
    network.fault(bad, {});
  });

  it("waits for a signature no longer than its own deadline", async () => {
    const allocationId = await anAllocation(renter);
    const id = providerNamed(network, "elbe-compute");
    network.fault(id, { neverApproves: true });
    const startedAt = performance.now();
    const avoid = allBut(network, "elbe-compute");
    await expect(renter.rent(anOrder("DE", allocationId, { avoid }))).rejects.toMatchObject({
      code: "GOLEM_AGREEMENT_FAILED",
    });
    expect(performance.now() - startedAt).toBeLessThan(6_000);
    network.fault(id, {});
  });

  it("says when no machine came up", async () => {
    const allocationId = await anAllocation(renter);
    const id = providerNamed(network, "elbe-compute");
    network.fault(id, { failsActivity: true });
    const avoid = allBut(network, "elbe-compute");
    await expect(renter.rent(anOrder("DE", allocationId, { avoid }))).rejects.toMatchObject({
      code: "GOLEM_ACTIVITY_FAILED",
    });
    network.fault(id, {});
  });
});

describe("a lost provider", () => {
  it("aborts `lost` when it vanishes without a word, and settling ends soon", async () => {
    const allocationId = await anAllocation(renter);
    const vantage = await renter.rent(anOrder("US", allocationId));
    const lost = new Promise((resolve) => vantage.lost.addEventListener("abort", resolve));
    network.vanish(vantage.provider.id);
    await lost;
    expect(await vantage.settle(4_000)).toMatchObject({ costGlm: null });
    network.fault(vantage.provider.id, {});
  });

  it("aborts `lost` when it terminates the agreement, and its invoice is still paid", async () => {
    const allocationId = await anAllocation(renter);
    const vantage = await renter.rent(anOrder("US", allocationId));
    const lost = new Promise((resolve) => vantage.lost.addEventListener("abort", resolve));
    network.terminate(vantage.provider.id, "machine needed elsewhere");
    await lost;
    expect((await vantage.settle(8_000)).problem).toBeNull();
  });

  it("keeps `lost` quiet when we end the rental ourselves", async () => {
    const allocationId = await anAllocation(renter);
    const vantage = await renter.rent(anOrder("US", allocationId));
    const [first, again] = await Promise.all([vantage.settle(8_000), vantage.settle(8_000)]);
    expect(again).toEqual(first);
    expect(vantage.lost.aborted).toBe(false);
  });
});
