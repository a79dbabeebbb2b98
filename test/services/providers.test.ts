import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProviderContact } from "@/server/adapters/db/provider-store";
import { standingOf } from "@/server/domain/provider/standing";
import { dropProviderRule, ruleProvider } from "@/server/services/rule-provider";
import { showProviders } from "@/server/services/show-providers";
import { aJobId, announced, DE, KE } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";
import { aClock } from "@/test/support/fakes";

const house = ownContext();
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ADMIN = "usr-admin";
const idOf = (n: number) => `0x${n.toString(16).padStart(40, "0")}`;

/** Contacts cannot be taken back, so each test comes a year after the one before and sees its own alone. */
const clock = aClock();
beforeEach(() => {
  clock.pass(365 * DAY);
});
afterEach(async () => {
  for (const { providerId } of await house.context.providers.rules())
    await house.context.providers.dropRule(providerId);
});
const ago = (ms: number) => new Date(clock.now().getTime() - ms);

const met = (event: string, at: Date, fields: Partial<ProviderContact> = {}) =>
  house.context.providers.record({
    providerId: idOf(1),
    name: "a provider",
    country: DE,
    jobId: null,
    event,
    detail: "",
    asn: null,
    at,
    ...fields,
  });
const show = () => showProviders({ ...house.context, now: clock.now, backOffMs: MINUTE });
const rule = (n: number, word: "allow" | "deny", reason = "a reason") =>
  ruleProvider(
    { providers: house.context.providers, now: clock.now },
    { providerId: idOf(n), rule: word, reason, byAccount: ADMIN },
  );

describe("a provider's line", () => {
  it("is what its contacts of 30 days were, each with its instant", async () => {
    await met("settled", ago(31 * DAY));
    await met("rented", ago(9 * DAY), { country: KE });
    await met("verified", ago(9 * DAY - 1), { country: KE, asn: 64_500 });
    await met("settled", ago(9 * DAY - 2), { country: KE });
    await met("bill-rejected", ago(8 * DAY), { detail: "too much" });
    await met("bill-rejected", ago(7 * DAY), { detail: "far too much" });
    await met("outbound-refused", ago(6 * DAY));
    await met("rented", ago(5 * DAY));
    await met("mismatch", ago(4 * DAY), { asn: 64_501 });
    await met("lost", ago(3 * DAY), { name: "renamed" });
    const { providers, at, since, notShown } = await show();
    expect(at).toBe(clock.now().toISOString());
    expect(since).toBe(ago(30 * DAY).toISOString());
    expect(notShown).toBe(0);
    expect(providers).toEqual([
      {
        id: idOf(1),
        name: "renamed",
        simulated: null,
        countries: ["DE", "KE"],
        lastExit: {
          verdict: "mismatch",
          country: "DE",
          asn: 64_501,
          at: ago(4 * DAY).toISOString(),
        },
        settled: 1,
        lost: 1,
        failures: [
          {
            kind: "bill-rejected",
            count: 2,
            detail: "far too much",
            at: ago(7 * DAY).toISOString(),
          },
          { kind: "outbound-refused", count: 1, detail: null, at: ago(6 * DAY).toISOString() },
          { kind: "mismatch", count: 1, detail: null, at: ago(4 * DAY).toISOString() },
        ],
        rule: null,
        standing: { kind: "rentable" },
        lastContact: { event: "lost", at: ago(3 * DAY).toISOString() },
      },
    ]);
  });

  it("says nothing that was not seen: turned down, it was neither rented nor looked at", async () => {
    await met("rejected-proposal", ago(MINUTE));
    const { providers } = await show();
    expect(providers).toMatchObject([{ countries: [], lastExit: null, settled: 0, lost: 0 }]);
  });

  it("is simulated when the newest job that met it says so", async () => {
    const job = await announced(house.context);
    await met("rented", ago(MINUTE), { jobId: job.id });
    await met("overpriced", ago(1));
    await met("rented", ago(MINUTE), { providerId: idOf(2), jobId: aJobId(77) });
    const { providers } = await show();
    expect(job.simulated).toBe(true);
    expect(providers.map(({ id, simulated }) => [id, simulated])).toEqual([
      [idOf(1), true],
      [idOf(2), null],
    ]);
  });

  it("shows so much of a name, without cutting a character in two", async () => {
    await met("rented", ago(MINUTE), { name: "🜁".repeat(300) });
    const [provider] = (await show()).providers;
    expect(provider?.name).toBe(`${"🜁".repeat(199)}…`);
  });

  it("stands among the 500 that were met last, and how many more there were is said", async () => {
    for (let n = 0; n < 502; n += 1) await met("rented", ago(n), { providerId: idOf(n + 1) });
    const { providers, notShown } = await show();
    expect(providers).toHaveLength(500);
    expect(providers[0]?.id).toBe(idOf(1));
    expect(providers.at(-1)?.id).toBe(idOf(500));
    expect(notShown).toBe(2);
  });
});

describe("whether a provider may be rented now", () => {
  it("is no while it is left alone, and yes once the time is over", async () => {
    await met("lost", ago(2 * MINUTE + 1));
    await met("lost", ago(MINUTE));
    const until = ago(-MINUTE);
    expect((await show()).providers[0]?.standing).toEqual({
      kind: "left-alone",
      until: until.toISOString(),
      failures: 2,
      after: "lost",
    });
    clock.pass(MINUTE);
    expect((await show()).providers[0]?.standing).toEqual({ kind: "rentable" });
  });

  it("is an admin's word first, for everyone to read without who said it", async () => {
    await met("settled", ago(MINUTE));
    await rule(1, "deny", "asked not to be used");
    const { providers, rules } = await show();
    const word = { rule: "deny", reason: "asked not to be used", at: clock.now().toISOString() };
    expect(providers).toMatchObject([{ standing: { kind: "denied" }, rule: word }]);
    expect(rules).toEqual([{ providerId: idOf(1), name: "a provider", ...word }]);
    expect(JSON.stringify({ providers, rules })).not.toContain(ADMIN);
  });

  it("is no for all others while one is allowed", async () => {
    await met("settled", ago(MINUTE));
    await met("settled", ago(2 * MINUTE), { providerId: idOf(2) });
    await rule(2, "allow");
    expect((await show()).providers.map(({ standing }) => standing.kind)).toEqual([
      "not-allowed",
      "rentable",
    ]);
  });

  it("is what renting decides, whatever happened", async () => {
    const events = ["lost", "settled", "mismatch", "overpriced", "rented", "rejected-proposal"];
    const ages = [1, 30 * 1_000, 10 * MINUTE, 6 * DAY, 8 * DAY];
    let n = 0;
    for (const first of events)
      for (const second of events)
        for (const age of ages) {
          n += 1;
          await met(first, ago(age + 1), { providerId: idOf(n) });
          await met(second, ago(age), { providerId: idOf(n) });
        }
    await rule(1, "deny");
    const { providers } = house.context;
    const judge = async () =>
      standingOf({
        contacts: await providers.contacts(ago(7 * DAY)),
        rules: await providers.rules(),
        country: DE,
        backOffMs: MINUTE,
        now: clock.now(),
      });
    const rentable = async () =>
      (await show()).providers.flatMap(({ id, standing }) =>
        standing.kind === "rentable" ? [id] : [],
      );
    const all = (await show()).providers.map(({ id }) => id);
    expect(all).toHaveLength(n);
    const { denied } = await judge();
    expect(denied.size).toBeGreaterThan(10);
    expect(denied.size).toBeLessThan(n);
    expect((await rentable()).sort()).toEqual(all.filter((id) => !denied.has(id)).sort());
    for (const one of [2, 3, n]) await rule(one, "allow");
    const { denied: still, allowed } = await judge();
    expect((await rentable()).sort()).toEqual([...allowed].filter((id) => !still.has(id)).sort());
  });
});

describe("a rule", () => {
  it("may be made for a provider that nobody has met, and is shown", async () => {
    await rule(9, "deny");
    expect(await show()).toMatchObject({
      providers: [],
      rules: [{ providerId: idOf(9), name: null }],
    });
  });

  it("replaces the one before it, and is dropped once", async () => {
    const { providers } = house.context;
    await rule(1, "deny");
    await rule(1, "allow", "our own");
    expect(await providers.rules()).toMatchObject([{ rule: "allow", byAccount: ADMIN }]);
    expect(await dropProviderRule({ providers }, idOf(1))).toBe(true);
    expect(await dropProviderRule({ providers }, idOf(1))).toBe(false);
  });

  it("means the node however its address is written", async () => {
    const { providers } = house.context;
    const capitals = `0x${"AB".repeat(20)}`;
    const given = { providerId: capitals, rule: "deny", reason: "r", byAccount: ADMIN } as const;
    await ruleProvider({ providers, now: clock.now }, given);
    expect(await providers.rules()).toMatchObject([{ providerId: capitals.toLowerCase() }]);
    expect(await dropProviderRule({ providers }, capitals)).toBe(true);
  });

  it.each(["", "0x", idOf(1).slice(2), `${idOf(1)}0`, ` ${idOf(1)}`, `0x${"g".repeat(40)}`])(
    "is refused for %j, which is nobody's id",
    async (providerId) => {
      const { providers } = house.context;
      const given = { providerId, rule: "deny", reason: "r", byAccount: ADMIN } as const;
      const refusal = { code: "PROVIDER_NOT_FOUND" };
      await expect(ruleProvider({ providers, now: clock.now }, given)).rejects.toMatchObject(
        refusal,
      );
      await expect(dropProviderRule({ providers }, providerId)).rejects.toMatchObject(refusal);
      expect(await providers.rules()).toEqual([]);
    },
  );
});
