import { describe, expect, it } from "vitest";
import { loopbackDatabases, loopbackNetworks } from "@/server/adapters/geo/loopback-databases";
import { DISPUTED_SITE, LOOPBACK_SITES } from "@/server/domain/vantage/address-plan";

describe("the loopback address databases", () => {
  it("are two, and say in their names that they are simulated", () => {
    expect(loopbackDatabases).toHaveLength(2);
    for (const { name } of loopbackDatabases) expect(name).toContain("simulated");
  });

  it("disagree on exactly one provider's address", () => {
    const disputed = LOOPBACK_SITES.filter(
      ({ address }) => new Set(loopbackDatabases.map((db) => db.countryOf(address))).size > 1,
    );
    expect(disputed.map(({ address }) => address)).toEqual([DISPUTED_SITE.address]);
  });

  it("know no address outside the plan", () => {
    for (const db of loopbackDatabases) expect(db.countryOf("192.0.2.1")).toBeNull();
  });

  it("know the network of every provider, and each is another one", () => {
    const networks = LOOPBACK_SITES.map(({ address }) => loopbackNetworks.networkOf(address)?.asn);
    expect(new Set(networks).size).toBe(LOOPBACK_SITES.length);
    expect(networks).not.toContain(undefined);
    expect(loopbackNetworks.networkOf("192.0.2.1")).toBeNull();
    expect(loopbackNetworks.name).toContain("simulated");
  });
});
