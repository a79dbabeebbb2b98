import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import type { VantageRenter } from "@/server/adapters/golem/vantage";
import { compareAmounts } from "@/server/domain/job/amount";
import { aMeddledNetwork } from "./a-meddler";
import {
  A_JOB,
  type ABook,
  aBook,
  aNetwork,
  anAllocation,
  anOrder,
  aRenter,
  ask,
  only,
  providerNamed,
} from "./a-renter";

vi.setConfig({ testTimeout: 25_000, hookTimeout: 25_000 });

let network: LoopbackNetwork;
let renter: VantageRenter;
let book: ABook;
beforeAll(async () => {
  network = await aNetwork();
  book = aBook();
  renter = await aRenter(network, { book, echoes: network.echoUrls });
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
    for (const echo of network.echoUrls) {
      const probes = await Promise.all(
        vantages.map((vantage) => vantage.probeExit(echo, AbortSignal.timeout(5_000))),
      );
      const expected = vantages.map(
        ({ provider }) => network.providers.find(({ id }) => id === provider.id)?.address,
      );
      expect(probes.map(({ address }) => address)).toEqual(expected);
    }
    const settlements = await Promise.all(vantages.map((vantage) => vantage.settle(8_000)));
    for (const { costGlm, problem } of settlements) {
      expect(problem).toBeNull();
      expect(compareAmounts(costGlm ?? "0", "0")).toBe(1);
    }
  });

  it("keeps every source's word on where a provider is", async () => {
    const allocationId = await anAllocation(renter);
    const standing = only(network, "tana-river");
    const vantage = await renter.rent(anOrder("KE", allocationId, { standing }));
    expect(vantage.simulated).toBe(true);
    expect(vantage.claims.map(({ country, source }) => [country, source])).toEqual([
      ["KE", "relay address 127.0.254.2, loopback-a (simulated)"],
      ["ZA", "relay address 127.0.254.2, loopback-b (simulated)"],
    ]);
    await vantage.settle(8_000);
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

  it("finds no offer in a country where nobody is", async () => {
    const allocationId = await anAllocation(renter);
    await expect(renter.rent(anOrder("IS", allocationId))).rejects.toMatchObject({
      code: "GOLEM_NO_OFFER",
    });
  });

  it("takes the next provider when the first rejects, never signs, or brings up no machine", async () => {
    const allocationId = await anAllocation(renter);
    const good = providerNamed(network, "cerrado-01");
    const bad = providerNamed(network, "ipanema-vm");
    for (const fault of ["rejects", "agreement-timeout", "deploy-failure"] as const) {
      network.fault(bad, fault);
      const [vantage, other] = await Promise.all([
        renter.rent(anOrder("BR", allocationId)),
        renter.rent(anOrder("BR", allocationId)),
      ]);
      expect([vantage.provider.id, other.provider.id]).toEqual([good, good]);
      await Promise.all([vantage.settle(8_000), other.settle(8_000)]);
    }
    network.fault(bad);
  });

  it("says when nobody signed, and when no machine came up", async () => {
    const allocationId = await anAllocation(renter);
    const id = providerNamed(network, "elbe-compute");
    const order = () => anOrder("DE", allocationId, { standing: only(network, "elbe-compute") });
    for (const [fault, code, event] of [
      ["agreement-timeout", "GOLEM_AGREEMENT_FAILED", "agreement-failed"],
      ["deploy-failure", "GOLEM_ACTIVITY_FAILED", "activity-failed"],
    ] as const) {
      network.fault(id, fault);
      await expect(renter.rent(order())).rejects.toMatchObject({ code });
      expect(book.contacts.findLast(({ providerId }) => providerId === id)).toMatchObject({
        event,
        country: "DE",
        jobId: A_JOB,
      });
      const { agreementId } = book.rentals.findLast(({ providerId }) => providerId === id) ?? {};
      expect(book.ended.map((end) => end.agreementId)).toContain(agreementId);
    }
    network.fault(id);
  });
});

describe("the book", () => {
  it("hears of an agreement before its provider does, and of its activity before anything is run", async () => {
    const seen: string[] = [];
    const own = await aNetwork({ onExchange: ({ path }) => seen.push(path) });
    const written = aBook();
    const rental: ABook["rental"] = async (news) => {
      // Whoever writes slowly must not be overtaken.
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`book ${news.activityId === null ? "agreement" : "activity"}`);
      await written.rental(news);
    };
    const careful = await aRenter(own, { book: { ...written, rental } });
    const allocationId = await anAllocation(careful);
    const vantage = await careful.rent(anOrder("DE", allocationId));
    const at = (part: string) => seen.findIndex((line) => line.includes(part));
    expect(at("book agreement")).toBeGreaterThan(-1);
    expect(at("book agreement")).toBeLessThan(at("/confirm"));
    expect(at("book activity")).toBeLessThan(at("/exec"));
    expect(written.rentals.map(({ activityId }) => activityId)).toEqual([null, vantage.activityId]);
    expect(written.rentals[0]).toMatchObject({ agreementId: vantage.agreementId, allocationId });
    await vantage.settle(8_000);
    expect(written.ended).toEqual([{ agreementId: vantage.agreementId, reason: "settled" }]);
    await careful.close();
    await own.stop();
  });

  it("that cannot be written in ends the renting: nothing is confirmed", async () => {
    const seen: string[] = [];
    const own = await aNetwork({ onExchange: ({ path }) => seen.push(path) });
    const refusing = aBook({ rental: () => Promise.reject(new Error("no database")) });
    const careful = await aRenter(own, { book: refusing });
    const allocationId = await anAllocation(careful);
    await expect(careful.rent(anOrder("DE", allocationId))).rejects.toMatchObject({
      code: "GOLEM_UNAVAILABLE",
    });
    expect(refusing.contacts).toEqual([]);
    expect(seen.some((path) => path.includes("/confirm"))).toBe(false);
    await careful.close();
    await own.stop();
  });
});

describe("a lost provider", () => {
  const lossOf = async (allocationId: string) => {
    const vantage = await renter.rent(anOrder("US", allocationId));
    const lost = new Promise((resolve) => vantage.lost.addEventListener("abort", resolve));
    return { vantage, lost };
  };

  it("aborts `lost` when it vanishes without a word, and settling ends soon", async () => {
    const { vantage, lost } = await lossOf(await anAllocation(renter));
    network.vanish(vantage.provider.id, "silent");
    await lost;
    const { problem } = await vantage.settle(4_000);
    expect(problem).toContain("stays open");
    // Nobody knows it to be over: it is the reaper's.
    expect(book.ended.map(({ agreementId }) => agreementId)).not.toContain(vantage.agreementId);
    network.fault(vantage.provider.id);
  });

  it("aborts `lost` when it terminates the agreement, and its invoice is still paid", async () => {
    const { vantage, lost } = await lossOf(await anAllocation(renter));
    network.terminate(vantage.provider.id, "machine needed elsewhere");
    await lost;
    expect(vantage.lost.reason).toMatchObject({
      message: expect.stringContaining("machine needed elsewhere"),
    });
    expect((await vantage.settle(8_000)).problem).toBeNull();
  });

  it("keeps `lost` quiet when we end the rental ourselves", async () => {
    const { vantage } = await lossOf(await anAllocation(renter));
    const [first, again] = await Promise.all([vantage.settle(8_000), vantage.settle(8_000)]);
    expect(again).toEqual(first);
    expect(vantage.lost.aborted).toBe(false);
  });

  it("keeps `lost` quiet while it is yagna that fails", async () => {
    let isSick = false;
    let unanswered = 0;
    const own = await aMeddledNetwork(await aNetwork(), {
      refuse: (_method, { pathname }) => {
        if (isSick && pathname.endsWith("/state")) unanswered += 1;
        return isSick ? 500 : null;
      },
    });
    const patient = await aRenter(own, { patience: { yagnaMs: 60_000 } });
    const vantage = await patient.rent(anOrder("US", await anAllocation(patient)));
    isSick = true;
    // Two of them would be the end if yagna answered for itself.
    await expect.poll(() => unanswered, { timeout: 10_000 }).toBeGreaterThan(3);
    isSick = false;
    expect(vantage.lost.aborted).toBe(false);
    expect((await vantage.settle(8_000)).problem).toBeNull();
    await patient.close();
    await own.stop();
  });
});
