import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CountryClaim, ExitLook, FailedLook } from "@/schemas/evidence";
import {
  echoServicesOf,
  elsewhereOf,
  type GeoGap,
  geoGapsOf,
  judgeGeo,
} from "@/server/domain/vantage/judge-geo";
import {
  AT,
  aClaim,
  aFailedLook,
  aLook,
  DE,
  fourLooks,
  KE,
  saying,
  TLS,
  ZA,
} from "@/test/domain/vantage/a-look";

const judge = (
  looks: readonly ExitLook[],
  claims: readonly CountryClaim[] = [aClaim()],
  failed: readonly FailedLook[] = [],
) => judgeGeo({ country: KE, claims, looks, failed_looks: failed });
const gaps = (
  looks: readonly ExitLook[],
  claims: readonly CountryClaim[] = [aClaim()],
  failed: readonly FailedLook[] = [],
) => geoGapsOf({ country: KE, claims, looks, failed_looks: failed });
const plain = { address: null, tls: null };
const before = fourLooks().filter(({ when }) => when === "before");

describe("judgeGeo", () => {
  it("is verified with two echo services, two databases and a claim, already before the first task", () => {
    expect(judge(before)).toBe("verified");
    expect(judge(fourLooks())).toBe("verified");
  });

  it("allows the address to change within the country", () => {
    expect(judge([...before, aLook({ when: "after", address: "41.90.65.9" })])).toBe("verified");
  });

  it("is unverifiable without a look, without a database, and when nobody knows any address", () => {
    expect(judge([])).toBe("unverifiable");
    expect(judge(fourLooks({ opinions: [] }))).toBe("unverifiable");
    expect(judge(fourLooks({ opinions: saying(null, null) }))).toBe("unverifiable");
  });

  it.each([
    ["all agree on another country", saying(DE, DE)],
    ["each names another one", saying(DE, ZA)],
    ["the only one that knows the address names another", saying(null, DE)],
  ])("is a mismatch when, in one look of many, %s", (_, opinions) => {
    const looks = [...fourLooks(), aLook({ opinions })];
    expect(judge(looks)).toBe("mismatch");
    expect(elsewhereOf({ country: KE, looks })).toEqual(
      [...new Set(opinions.map(({ country }) => country))].filter((country) => country !== null),
    );
  });

  it.each<[GeoGap, readonly ExitLook[], (readonly CountryClaim[])?, (readonly FailedLook[])?]>([
    ["no-look-after", before, [aClaim()], [aFailedLook()]],
    [
      "no-look-after",
      [...before, aLook({ when: "after", peer: plain })],
      [aClaim()],
      [aFailedLook()],
    ],
    ["one-echo-service", [aLook(), aLook({ echo: "http://b.example/", peer: plain })]],
    ["databases-disagree", [...fourLooks(), aLook({ opinions: saying(KE, ZA) })]],
    ["address-unknown", [...fourLooks(), aLook({ opinions: saying(null, null) })]],
    ["one-database", [...fourLooks(), aLook({ opinions: saying(KE, null) })]],
    ["one-echo-service", fourLooks({ echo: "https://echo-a.example/" })],
    ["no-look-before", fourLooks({ when: "after" })],
    [
      "no-tls",
      fourLooks().map((look) => (look.when === "before" ? { ...look, peer: plain } : look)),
    ],
    ["no-claim", fourLooks(), []],
    ["no-claim", fourLooks(), [aClaim({ country: null }), aClaim({ country: ZA })]],
  ])("is observed-only and says %s", (gap, looks, claims, failed) => {
    expect(judge(looks, claims, failed)).toBe("observed-only");
    expect(gaps(looks, claims, failed)).toEqual([gap]);
  });

  it("forgives failed looks where another one of that time came back, and ones before the first task", () => {
    const failed = [aFailedLook(), aFailedLook({ when: "before" })];
    expect(judge(fourLooks(), undefined, failed)).toBe("verified");
    expect(judge([], undefined, failed)).toBe("unverifiable");
  });

  it("finds a mismatch also in a look without TLS", () => {
    const look = aLook({ peer: plain, opinions: saying(DE, DE) });
    expect(judge([...fourLooks(), look])).toBe("mismatch");
  });

  it("does not count one database twice", () => {
    const twice = saying(KE, KE).map((opinion) => ({ ...opinion, database: "db-0" }));
    expect(gaps(fourLooks({ opinions: twice }))).toEqual(["one-database"]);
  });

  it("does not count one echo service twice, whatever its path", () => {
    const looks = [aLook({ echo: "https://a.example/x" }), aLook({ echo: "https://a.example/y" })];
    expect(echoServicesOf(looks)).toEqual(["a.example"]);
  });

  it("counts echo services over TLS alone, one of them before", () => {
    const unsaid = fourLooks({ peer: plain });
    expect(gaps(unsaid)).toEqual(["one-echo-service", "no-tls"]);
    const other = aLook({ when: "after", echo: "https://echo-b.example/" });
    expect(judge([...unsaid, aLook()])).toBe("observed-only");
    expect(judge([...unsaid, aLook(), other])).toBe("verified");
  });
});

const country = fc.constantFrom(KE, ZA, DE, null);
const look: fc.Arbitrary<ExitLook> = fc
  .record({
    when: fc.constantFrom("before", "after"),
    echo: fc.constantFrom("https://a.example/", "https://b.example/", "https://c.example/"),
    tls: fc.constantFrom(TLS, null),
    opinions: fc.array(country, { maxLength: 3 }),
  })
  .map(({ when, echo, tls, opinions }) =>
    aLook({ when, echo, peer: { address: null, tls }, opinions: saying(...opinions) }),
  );
const looks = fc.array(look, { maxLength: 5 });
const claims = fc.array(
  country.map((of) => aClaim({ country: of, at: AT })),
  { maxLength: 3 },
);
const agreeing = fc
  .record({
    when: fc.constantFrom("before" as const, "after" as const),
    echo: fc.constantFrom("https://a.example/", "https://d.example/"),
    databases: fc.integer({ min: 2, max: 4 }),
  })
  .map(({ when, echo, databases }) =>
    aLook({ when, echo, opinions: saying(...Array(databases).fill(KE)) }),
  );
const failures = fc.array(
  fc.constantFrom("before" as const, "after" as const).map((when) => aFailedLook({ when })),
  { maxLength: 3 },
);
const RANK = { mismatch: 0, unverifiable: 1, "observed-only": 2, verified: 3 };

describe("the laws of judgeGeo", () => {
  it("the order of looks, opinions and claims does not matter", () => {
    fc.assert(
      fc.property(
        looks.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        claims,
        ([all, shuffled], claimed) => {
          const turned = shuffled.map((one) => ({ ...one, opinions: one.opinions.toReversed() }));
          expect(judge(turned, claimed.toReversed())).toBe(judge(all, claimed));
        },
      ),
    );
  });

  it("one more look that agrees never lowers a verdict", () => {
    fc.assert(
      fc.property(looks, agreeing, claims, (all, one, claimed) => {
        expect(RANK[judge([...all, one], claimed)]).toBeGreaterThanOrEqual(
          RANK[judge(all, claimed)],
        );
      }),
    );
  });

  it("one more look that failed never raises a verdict", () => {
    fc.assert(
      fc.property(looks, failures, failures, claims, (all, failed, more, claimed) => {
        expect(RANK[judge(all, claimed, [...failed, ...more])]).toBeLessThanOrEqual(
          RANK[judge(all, claimed, failed)],
        );
      }),
    );
  });

  it("no further look or claim takes a mismatch back", () => {
    fc.assert(
      fc.property(looks, looks, claims, (all, more, claimed) => {
        const found = [...all, aLook({ opinions: saying(DE, DE) })];
        expect(judge([...found, ...more], claimed)).toBe("mismatch");
      }),
    );
  });

  it("one more look never makes verified out of what a look spoke against", () => {
    fc.assert(
      fc.property(looks, look, claims, (all, one, claimed) => {
        fc.pre(gaps(all, claimed).includes("databases-disagree"));
        expect(judge([...all, one], claimed)).not.toBe("verified");
      }),
    );
  });

  it("verified has nobody who names another country, and has a claim", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(look, agreeing), { maxLength: 6 }), claims, (all, claimed) => {
        fc.pre(judge(all, claimed) === "verified");
        const named = all.flatMap(({ opinions }) => opinions.map((opinion) => opinion.country));
        expect(new Set(named.filter((of) => of !== null))).toEqual(new Set([KE]));
        expect(claimed.map((claim) => claim.country)).toContain(KE);
        expect(echoServicesOf(all).length).toBeGreaterThan(1);
      }),
    );
  });
});
