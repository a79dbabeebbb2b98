import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BillAccount,
  type BillFacts,
  isFlood,
  judgeBill,
} from "@/server/domain/golem/judge-bill";
import { fairTotal, unitsAbove } from "@/server/domain/golem/prices";

const START = new Date("2026-11-22T12:00:00.000Z");
const NOW = new Date("2026-11-22T12:10:00.000Z");
const TEN_MINUTES = 600_000;
const PRICES = { start: 0.001, envSec: 0.000_001, cpuSec: 0.000_002, threads: 4 };
const FAIR = unitsAbove(fairTotal(PRICES, TEN_MINUTES));

const anAccount = (over: Partial<BillAccount> = {}): BillAccount => ({
  prices: PRICES,
  startedAt: START,
  endedAt: null,
  activityId: "act",
  acceptedUnits: 0n,
  isFinal: false,
  notes: 0,
  ...over,
});
const aNote = (over: Partial<BillFacts> = {}): BillFacts => ({
  document: "debit-note",
  units: 1_000n,
  activityId: "act",
  ...over,
});
const anInvoice = (over: Partial<BillFacts> = {}): BillFacts => ({
  document: "invoice",
  units: 1_000n,
  activityId: null,
  ...over,
});

describe("a bill is accepted", () => {
  it("up to what its prices come to, to the last unit", () => {
    expect(judgeBill(anInvoice({ units: FAIR }), anAccount(), NOW).accept).toBe(true);
    expect(judgeBill(anInvoice({ units: FAIR + 1n }), anAccount(), NOW).accept).toBe(false);
  });

  it("when it asks for nothing, or for exactly what was accepted already", () => {
    expect(judgeBill(aNote({ units: 0n }), anAccount(), NOW).accept).toBe(true);
    expect(judgeBill(aNote(), anAccount({ acceptedUnits: 1_000n }), NOW).accept).toBe(true);
  });
});

describe("a bill is refused, and the reason says why,", () => {
  it.each([
    ["of a stranger", anInvoice(), null, "no agreement of ours"],
    ["that is no plain decimal", anInvoice({ units: null }), anAccount(), "plain decimal"],
    ["after the final one", aNote(), anAccount({ isFinal: true }), "final bill"],
    ["for another activity", aNote({ activityId: "other" }), anAccount(), "activity"],
    ["before there is an activity", aNote(), anAccount({ activityId: null }), "activity"],
    ["below what was accepted", anInvoice(), anAccount({ acceptedUnits: 1_001n }), "less than"],
    ["of a flood", aNote(), anAccount({ notes: 1_000 }), "too many"],
    ["above its prices", anInvoice({ units: 10n ** 18n }), anAccount(), "at most after 600 s"],
  ])("%s", (_name, bill, account, reason) => {
    const verdict = judgeBill(bill, account, NOW);
    expect(verdict.accept).toBe(false);
    expect(verdict.reason).toContain(reason);
  });

  it("for time after the agreement's end", () => {
    const ended = anAccount({ endedAt: new Date(START.getTime() + 1_000) });
    expect(judgeBill(anInvoice({ units: FAIR }), ended, NOW).accept).toBe(false);
  });
});

it("is never the larger of two that decides alone: what is refused stays refused when it asks for more", () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 19n), fc.bigInt(0n, 10n ** 19n), (units, more) => {
      const account = anAccount();
      const isFair = judgeBill(anInvoice({ units }), account, NOW).accept;
      const isMoreFair = judgeBill(anInvoice({ units: units + more }), account, NOW).accept;
      expect(isFair || !isMoreFair).toBe(true);
    }),
  );
});

it("calls thousands of debit notes a flood, and one in two minutes none", () => {
  for (let minutes = 0; minutes < 1_440; minutes++)
    expect(isFlood(minutes / 2, minutes * 60_000)).toBe(false);
  expect(isFlood(1_000, TEN_MINUTES)).toBe(true);
});
