import { expect, it } from "vitest";
import { aNetwork, aRenter } from "./a-renter";

it("refuses to start without a yagna, and with a wrong key", async () => {
  const network = await aNetwork();
  await expect(aRenter({ ...network, appKey: "wrong" })).rejects.toMatchObject({
    code: "GOLEM_UNAVAILABLE",
  });
  await network.stop();
  await expect(aRenter(network)).rejects.toMatchObject({ code: "GOLEM_UNAVAILABLE" });
});

it("tells its owner once when yagna goes away", async () => {
  const network = await aNetwork();
  const reasons: string[] = [];
  const renter = await aRenter(network, {}, (reason) => reasons.push(reason));
  await network.stop();
  await expect.poll(() => reasons.length, { timeout: 9_000 }).toBe(1);
  await renter.close();
}, 15_000);
