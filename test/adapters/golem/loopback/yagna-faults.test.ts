import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { YagnaFault } from "@/schemas/simulation";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import { jobIdFrom } from "@/server/domain/identity";
import {
  aLoopbackNetwork,
  aRestRental,
  ask,
  idOf,
  negotiate,
  rest,
  simulationProperty,
} from "./a-rest-rental";

const job = jobIdFrom(new Uint8Array(16));

let network: LoopbackNetwork;
beforeEach(async () => {
  network = await aLoopbackNetwork({ yagnaSlowMs: 150 });
});
afterEach(() => network.stop());

const me = () => rest(network, "GET", "/me");

describe("yagna", () => {
  it("answers 500 to everything, until it is well again", async () => {
    network.faultYagna("errors");
    expect(await me()).toMatchObject({ status: 500 });
    network.faultYagna(null);
    expect(await me()).toMatchObject({ status: 200 });
  });

  it("is down: connections are reset, long polls and tunnels break, the rest of the world goes on", async () => {
    const rental = await aRestRental(network, idOf(network, "elbe-compute"));
    const tunnel = await rental.connect(8081);
    const poll = rest(network, "GET", "/payment-api/v1/invoiceEvents?timeout=30");
    const broken = expect(poll).rejects.toThrow();
    await me();
    network.faultYagna("down");
    await broken;
    expect(await ask(tunnel)).toMatchObject({ end: "broken" });
    await expect(me()).rejects.toThrow();
    await expect(rental.connect(8081)).rejects.toThrow();
    expect((await fetch(network.echoUrl)).status).toBe(200);
    network.faultYagna(null);
    expect(await ask(await rental.connect(8081))).toMatchObject({ status: 200 });
  });

  it("is started anew: what its database holds stays, demands and VPN networks are forgotten", async () => {
    const rental = await aRestRental(network, idOf(network, "elbe-compute"));
    const demand = { properties: {}, constraints: "(&)" };
    const { body: open } = await rest(network, "POST", "/market-api/v1/demands", demand);
    network.faultYagna("restart");
    await expect.poll(() => me().catch(() => null)).toMatchObject({ status: 200 });
    const events = `/market-api/v1/demands/${open}/events?timeout=0`;
    expect(await rest(network, "GET", events)).toMatchObject({ status: 404 });
    await expect(rental.connect(8081)).rejects.toThrow("504");
    expect(await rental.agreementState()).toBe("Approved");
    expect(
      await rest(network, "GET", `/activity-api/v1/activity/${rental.activityId}/state`),
    ).toMatchObject({ body: { state: ["Ready", null] } });
    await rental.end();
    // Events belong to the session that confirmed the agreement: a new one hears of none.
    const poll = "/payment-api/v1/invoiceEvents?timeout=0&appSessionId";
    expect((await rest(network, "GET", `${poll}=session`)).body).toHaveLength(1);
    expect((await rest(network, "GET", `${poll}=another`)).body).toEqual([]);
  });

  it("is slow", async () => {
    network.faultYagna("slow");
    const startedAt = performance.now();
    expect(await me()).toMatchObject({ status: 200 });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(140);
  });

  it.each(["errors", "down"] satisfies YagnaFault[])(
    "has %s at the time that a job's script names, once, and is well again after it",
    async (fault) => {
      const properties = simulationProperty(job, { yagna: [{ fault, after_s: 0, for_s: 0.3 }] });
      const talk = () =>
        negotiate(network, idOf(network, "elbe-compute"), properties).catch(() => null);
      await talk();
      const isWell = () =>
        me().then(
          ({ status }) => status === 200,
          () => false,
        );
      await expect.poll(isWell).toBe(true);
      // The same job's next demand arms nothing again.
      expect(await talk()).toHaveProperty("draft");
      expect(await isWell()).toBe(true);
    },
  );
});
