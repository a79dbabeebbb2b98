import { describe, expect, it } from "vitest";
import { DE, NOON } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const later = (ms: number) => new Date(NOON.getTime() + ms);
const contact = (event: string, at: Date) => ({
  providerId: "0xa",
  name: "a\0name",
  country: DE,
  jobId: null,
  event,
  detail: "x".repeat(2_000),
  asn: null,
  at,
});

describe("what is known of providers", () => {
  it("is given out oldest first, from a day on, whatever they call themselves", async () => {
    const { providers } = house.context;
    await providers.record(contact("lost", NOON));
    await providers.record(contact("settled", later(1_000)));
    const all = await providers.contacts(NOON);
    expect(all.map(({ event }) => event)).toEqual(["lost", "settled"]);
    expect(all[0]?.name).toBe("a\uFFFDname");
    expect(all[0]?.detail).toHaveLength(500);
    expect(await providers.contacts(later(1))).toHaveLength(1);
  });

  it("has one rule for each, the newest, until it is dropped", async () => {
    const { providers } = house.context;
    const rule = { providerId: "0xa", byAccount: "usr-admin", at: NOON };
    await providers.setRule({ ...rule, rule: "allow", reason: "our own" });
    await providers.setRule({ ...rule, rule: "deny", reason: "asked not to be used" });
    expect(await providers.rules()).toEqual([
      { ...rule, rule: "deny", reason: "asked not to be used" },
    ]);
    expect(await providers.dropRule("0xa")).toBe(true);
    expect(await providers.dropRule("0xa")).toBe(false);
  });
});
