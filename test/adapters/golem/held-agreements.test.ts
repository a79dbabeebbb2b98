import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import type { VantageRenter } from "@/server/adapters/golem/vantage";
import { aMeddledNetwork } from "./a-meddler";
import { type ABook, aBook, aNetwork, anAllocation, anOrder, aRenter } from "./a-renter";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

/** Activities are created once this resolves: until then a machine is coming up. */
let deployed = Promise.resolve();
let network: LoopbackNetwork;
let renter: VantageRenter;
let book: ABook;
let holds: (readonly string[])[] = [];
beforeAll(async () => {
  network = await aMeddledNetwork(await aNetwork(), {
    reply: ({ method, url }) =>
      method === "POST" && url.pathname.endsWith("/activity") ? deployed.then(() => null) : null,
  });
  book = aBook({ hold: async (ids) => void holds.push(ids) });
  renter = await aRenter(network, { book });
});
afterAll(async () => {
  await renter.close();
  await network.stop();
});

it("an agreement is held while its machine comes up and while it is used, and no longer", async () => {
  const id = await anAllocation(renter);
  let deploy = () => {};
  deployed = new Promise((resolve) => {
    deploy = resolve;
  });
  const renting = renter.rent(anOrder("DE", id));
  await expect.poll(() => holds.length, { timeout: 5_000 }).toBeGreaterThan(1);
  const [agreement] = book.rentals;
  expect(holds.at(-1)).toEqual([agreement?.agreementId]);
  deploy();
  const first = await renting;
  holds = [];
  const second = await renter.rent(anOrder("KE", id));
  const both = [first.agreementId, second.agreementId];
  await expect.poll(() => holds.at(-1), { timeout: 5_000 }).toEqual(both);
  await first.settle(5_000);
  holds = [];
  await expect.poll(() => holds.at(-1), { timeout: 5_000 }).toEqual([second.agreementId]);
  await second.settle(5_000);
});
