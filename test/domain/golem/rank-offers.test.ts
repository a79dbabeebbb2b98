import fc from "fast-check";
import { expect, it } from "vitest";
import { type RankedOffer, rankOffers } from "@/server/domain/golem/rank-offers";

const anOffer = (providerId: string, over: Partial<RankedOffer> = {}): RankedOffer => ({
  providerId,
  prices: { start: 0, envSec: 0.001, cpuSec: 0.001, threads: 1 },
  isAgreed: true,
  asn: 64_500,
  uses: 0,
  ...over,
});
const ORDER = { verified: new Set<string>(), usedAsns: new Set<number>(), rentMs: 600_000 };
const ranked = (offers: readonly RankedOffer[], over: Partial<typeof ORDER> = {}) =>
  rankOffers(offers, { ...ORDER, ...over }).map(({ providerId }) => providerId);

const cheap = { prices: { start: 0, envSec: 0, cpuSec: 0, threads: 1 } };

it("puts an exit that was verified before everything else", () => {
  const offers = [anOffer("a", cheap), anOffer("b", { isAgreed: false, asn: null, uses: 9 })];
  expect(ranked(offers, { verified: new Set(["b"]) })).toEqual(["b", "a"]);
});

it("puts sources that agree before sources that do not", () => {
  expect(ranked([anOffer("a", { isAgreed: false, ...cheap }), anOffer("b")])).toEqual(["b", "a"]);
});

it("puts a network that was not used yet before a used and an unknown one", () => {
  const offers = [
    anOffer("used", { asn: 1, ...cheap }),
    anOffer("unknown", { asn: null, ...cheap }),
    anOffer("new", { asn: 2, uses: 5 }),
  ];
  expect(ranked(offers, { usedAsns: new Set([1]) })[0]).toBe("new");
});

it("puts the least used before the cheapest, and the cheapest before the others", () => {
  const offers = [anOffer("b"), anOffer("busy", { uses: 1, ...cheap }), anOffer("a", cheap)];
  expect(ranked(offers)).toEqual(["a", "b", "busy"]);
});

it("weighs the start price against the time that is needed", () => {
  const start = anOffer("start", { prices: { start: 1, envSec: 0, cpuSec: 0, threads: 1 } });
  const hourly = anOffer("hourly", { prices: { start: 0, envSec: 0.001, cpuSec: 0, threads: 1 } });
  expect(ranked([start, hourly], { rentMs: 300_000 })[0]).toBe("hourly");
  expect(ranked([start, hourly], { rentMs: 3_600_000 })[0]).toBe("start");
});

it("does not depend on the order in which offers come, and loses none", () => {
  const offers = fc.uniqueArray(
    fc.record({
      providerId: fc.stringMatching(/^0x[0-9a-f]{4}$/),
      isAgreed: fc.boolean(),
      asn: fc.constantFrom(null, 1, 2, 3),
      uses: fc.nat(2),
      prices: fc.constantFrom(cheap.prices, anOffer("x").prices),
    }),
    { selector: ({ providerId }) => providerId },
  );
  fc.assert(
    fc.property(offers, fc.array(fc.nat()), (some, swaps) => {
      const shuffled = [...some].sort(
        (a, b) => (swaps[some.indexOf(a)] ?? 0) - (swaps[some.indexOf(b)] ?? 0),
      );
      const usedAsns = new Set([1]);
      expect(ranked(shuffled, { usedAsns })).toEqual(ranked(some, { usedAsns }));
      expect(ranked(some).toSorted()).toEqual(some.map(({ providerId }) => providerId).toSorted());
    }),
  );
});
