import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { loopbackDatabases, loopbackNetworks } from "@/server/adapters/geo/loopback-databases";
import { Claims } from "@/server/adapters/golem/claims";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import type { RentOrder, Vantage, VantageRenter } from "@/server/adapters/golem/vantage";
import { fromBase64, fromUtf8, hex } from "@/server/domain/bytes";
import { digestOfBytes } from "@/server/domain/digest";
import {
  A_JOB,
  type ABook,
  aBook,
  aNetwork,
  anAllocation,
  anOrder,
  aRenter,
  aStanding,
  only,
  providerNamed,
} from "./a-renter";

vi.setConfig({ testTimeout: 25_000, hookTimeout: 25_000 });

/** Bodies of the demands that were put on the market. */
const demands: { properties: Record<string, unknown>; constraints: string }[] = [];
let network: LoopbackNetwork;
let renter: VantageRenter;
let book: ABook;
let allocationId: string;
beforeAll(async () => {
  network = await aNetwork({
    onExchange: ({ method, path, request }) => {
      if (method === "POST" && path === "/market-api/v1/demands")
        demands.push(request as (typeof demands)[number]);
    },
  });
  book = aBook();
  renter = await aRenter(network, { book, echoes: network.echoUrls });
  allocationId = await anAllocation(renter, "10");
});
afterAll(async () => {
  await renter.close();
  await network.stop();
});

/** Rents and ends at once: only who is chosen matters. */
async function chosen(country: string, over: Partial<RentOrder> = {}): Promise<Vantage> {
  const vantage = await renter.rent(anOrder(country, allocationId, over));
  await vantage.settle(8_000);
  return vantage;
}

describe("who is rented", () => {
  it("is never one that is denied, and nobody else than those that are allowed", async () => {
    const [elbe, isar] = ["elbe-compute", "isar-node-7"].map((name) =>
      providerNamed(network, name),
    );
    const denied = new Map([[elbe ?? "", "three failures in a row"]]);
    expect((await chosen("DE", { standing: aStanding({ denied }) })).provider.id).toBe(isar);
    const allowed = new Set([elbe ?? ""]);
    expect((await chosen("DE", { standing: aStanding({ allowed }) })).provider.id).toBe(elbe);
    await expect(chosen("DE", { standing: aStanding({ denied, allowed }) })).rejects.toMatchObject({
      code: "GOLEM_NO_OFFER",
    });
  });

  it("is first one whose exit was verified, then one in a network not used yet", async () => {
    for (const name of ["cascade-rack", "prairie-box-2"]) {
      const id = providerNamed(network, name);
      expect(
        (await chosen("US", { standing: aStanding({ verified: new Set([id]) }) })).provider.id,
      ).toBe(id);
      const { asn } = network.providers.find((provider) => provider.id === id) ?? {};
      const usedAsns = new Set([asn ?? 0]);
      expect((await chosen("US", { standing: aStanding({ usedAsns }) })).provider.id).not.toBe(id);
    }
  });

  it("is placed in the country by at least one source, and first by all of them", async () => {
    // Kenya to one database, South Africa to the other: it may be asked for either, and comes last.
    const disputed = providerNamed(network, "tana-river");
    expect((await chosen("KE")).provider.id).not.toBe(disputed);
    const vantage = await chosen("ZA", { standing: only(network, "tana-river") });
    expect(vantage.claims.map(({ country }) => country)).toEqual(["KE", "ZA"]);
  });

  it("asks no more than the caps, and the book hears who asked more", async () => {
    const own = aBook();
    const maxPrices = { startGlm: 0.0001, cpuHourGlm: 1, envHourGlm: 1 };
    const thrifty = await aRenter(network, { book: own, maxPrices });
    const vantage = await thrifty.rent(anOrder("DE", allocationId));
    expect(vantage.provider.name).toBe("isar-node-7");
    expect(own.contacts).toContainEqual(
      expect.objectContaining({ event: "overpriced", providerName: "elbe-compute", jobId: A_JOB }),
    );
    await vantage.settle(8_000);
    await thrifty.close();
  });
});

describe("a rejection", () => {
  it("is written down with its reason", async () => {
    const id = providerNamed(network, "merlion-edge");
    network.fault(id, "rejects");
    await expect(chosen("SG", { standing: only(network, "merlion-edge") })).rejects.toMatchObject({
      code: "GOLEM_NO_OFFER",
    });
    network.fault(id);
    const news = book.contacts.findLast(({ providerId }) => providerId === id);
    expect(news?.event).toBe("rejected-proposal");
    expect(news?.detail).not.toBe("");
  });

  it("of the services is told from all others when nobody else is left", async () => {
    const { origin } = network.vendor;
    const over = { origins: [origin], standing: only(network, "rift-station") };
    await expect(chosen("ZA", over)).rejects.toMatchObject({ code: "GOLEM_OUTBOUND_REFUSED" });
    expect(book.contacts.at(-1)).toMatchObject({
      event: "outbound-refused",
      providerName: "rift-station",
      detail: expect.stringContaining("Outbound rejected because"),
    });
    // Others in the country do let the machine out.
    expect((await chosen("ZA", { origins: [origin] })).provider.name).not.toBe("rift-station");
  });
});

describe("the demand", () => {
  const manifestOf = (properties: Record<string, unknown>) =>
    fromBase64(String(properties["golem.srv.comp.payload"])) ?? new Uint8Array();

  it("carries a manifest that opens the order's services and the echoes, and its hash is the vantage's", async () => {
    const image = { url: "https://images.example/exit.gvmi", sha3_224: "b".repeat(56) };
    const { origin } = network.vendor;
    const vantage = await chosen("DE", { origins: [origin], image });
    const { properties, constraints } = demands.at(-1) ?? { properties: {}, constraints: "" };
    const bytes = manifestOf(properties);
    expect(vantage.image).toEqual(image);
    expect(`sha256:${hex(vantage.manifestSha256 ?? new Uint8Array())}`).toBe(digestOfBytes(bytes));
    const { compManifest, payload } = JSON.parse(fromUtf8(bytes) ?? "");
    const echoes = network.echoUrls.map((url) => new URL(url).origin);
    expect(compManifest.net.inet.out.urls).toEqual([...echoes, origin].sort());
    expect(compManifest.script).toEqual({ commands: [], match: "strict" });
    expect(payload[0]).toMatchObject({ urls: [image.url], hash: `sha3:${image.sha3_224}` });
    for (const capability of ["vpn", "inet", "manifest-support"])
      expect(constraints).toContain(`(golem.runtime.capabilities=${capability})`);
  });

  it("opens nothing where nothing is to be reached", async () => {
    const closed = await aRenter(network);
    const vantage = await closed.rent(anOrder("DE", allocationId));
    const { properties, constraints } = demands.at(-1) ?? { properties: {}, constraints: "" };
    expect(vantage.manifestSha256).toBeNull();
    expect(properties).not.toHaveProperty("golem.srv.comp.payload");
    expect(constraints).not.toContain("inet");
    await vantage.settle(8_000);
    await closed.close();
  });

  it("lasts for the work at hand, however late an offer comes", async () => {
    const before = Date.now();
    await chosen("DE", { rentMs: 1_800_000 });
    const ends = Number(demands.at(-1)?.properties["golem.srv.comp.expiration"]);
    // 30 min of work, half a minute's margin, one second of waiting for offers.
    expect(ends - before).toBeGreaterThanOrEqual(1_831_000);
    expect(ends - Date.now()).toBeLessThanOrEqual(1_831_000);
  });

  it("carries a job's scripted faults, which the network heeds", async () => {
    const simulation = {
      providers: [
        { fault: "rejects" as const, moment: "at-start" as const, countries: [], share: 1 },
      ],
      yagna: [],
    };
    await expect(chosen("DE", { simulation })).rejects.toMatchObject({ code: "GOLEM_NO_OFFER" });
    const carried = demands.at(-1)?.properties["golem.!exp.beacon.simulation"];
    expect(JSON.parse(String(carried))).toEqual({ job: A_JOB, ...simulation });
  });
});

describe("claims", () => {
  const claims = (over: { relayUrl?: string } = {}) =>
    new Claims({
      relayUrl: network.relayUrl,
      databases: loopbackDatabases,
      networks: loopbackNetworks,
      now: () => new Date("2026-11-22T12:00:00.000Z"),
      ...over,
    });

  it("hold what the offer says of itself, beside all others", async () => {
    const id = providerNamed(network, "elbe-compute");
    const where = await claims().of(id, { "golem.node.geo.country_code": "FR" });
    expect(where.claims.map(({ country }) => country)).toEqual(["DE", "DE", "FR"]);
    const strange = await claims().of(id, { "golem.node.geo.country_code": "Germany" });
    expect(strange.claims.at(-1)?.country).toBeNull();
    expect(where.asn).toBe(network.providers.find((provider) => provider.id === id)?.asn);
  });

  it("say so when the relay knows nothing or does not answer", async () => {
    const at = "2026-11-22T12:00:00.000Z";
    expect(await claims().of(`0x${"0".repeat(40)}`, {})).toEqual({
      claims: [{ country: null, source: "the relay does not know the node", at }],
      asn: null,
    });
    const deaf = claims({ relayUrl: "http://127.0.0.1:1" });
    expect((await deaf.of(`0x${"0".repeat(40)}`, {})).claims).toEqual([
      { country: null, source: "the relay did not answer", at },
    ]);
  });
});
