import { describe, expect, it } from "vitest";
import type { AddressDatabase } from "@/server/adapters/geo/address-database";
import { BeaconError } from "@/server/domain/errors";
import { lookAtExit } from "@/server/services/look-at-exit";
import { aVantage, DE, KE } from "@/test/support/builders";

const database = (name: string, country: typeof DE | null): AddressDatabase => ({
  name,
  countryOf: () => country,
});
const both = (one: typeof DE | null, other: typeof DE | null) => ({
  databases: [database("one", one), database("other", other)],
});

describe("lookAtExit", () => {
  it("keeps what every database says of every look, and judges all looks together", async () => {
    const first = await lookAtExit(both(DE, DE), aVantage(), [], 1);
    expect(first).toMatchObject({ verdict: "observed-only", claimed: { country: DE } });
    const second = await lookAtExit(both(DE, DE), aVantage(), first.probes, 1);
    expect(second.verdict).toBe("verified");
    expect(second.probes).toHaveLength(2);
    expect(second.probes[0]?.databases).toEqual([
      { name: "one", country: DE },
      { name: "other", country: DE },
    ]);
  });

  it.each([
    ["mismatch", both(KE, KE)],
    ["observed-only", both(DE, KE)],
    ["observed-only", both(DE, null)],
  ])("says %s and hides no disagreement", async (verdict, deps) => {
    expect((await lookAtExit(deps, aVantage(), [], 2)).verdict).toBe(verdict);
  });

  it("leaves out a look from which nothing came back", async () => {
    const vantage = aVantage({
      probeExit: async () => {
        throw new BeaconError("GOLEM_TUNNEL_FAILED", "no tunnel");
      },
    });
    expect(await lookAtExit(both(DE, DE), vantage, [], 2)).toMatchObject({
      verdict: "unverifiable",
      probes: [],
    });
  });

  it("passes on an error of ours", async () => {
    const broken = new Error("a bug");
    const vantage = aVantage({
      probeExit: async () => {
        throw broken;
      },
    });
    await expect(lookAtExit(both(DE, DE), vantage, [], 1)).rejects.toBe(broken);
  });
});
