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

it("refuses to start with a payment platform that is none", async () => {
  const network = await aNetwork();
  const payment = { driver: "erc20", network: "holesky", token: "tglm" };
  await expect(aRenter(network, { payment })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  await network.stop();
});

it("tells its owner once when yagna goes away", async () => {
  const network = await aNetwork();
  const reasons: string[] = [];
  const renter = await aRenter(network, { onUnavailable: (reason) => reasons.push(reason) });
  await network.stop();
  await expect.poll(() => reasons.length, { timeout: 12_000 }).toBe(1);
  await renter.close();
}, 20_000);
