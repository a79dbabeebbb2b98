import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  askGate,
  FRESH_GATE,
  type GateAsk,
  type GateOutcome,
  type GateState,
  paceOf,
} from "@/server/domain/service/gate";

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;

const anAsk = (fields: Partial<GateAsk> = {}): GateAsk => ({
  desk: "one",
  held: 0,
  wanted: 0,
  ended: [],
  hasTrial: false,
  ...fields,
});
const ended = (outcome: GateOutcome, isTrial = false) => ({ outcome, isTrial });
const LIMITS = { requestsPerMinute: 60_000, concurrency: 10 };

describe("the pace", () => {
  it("is no faster than a minute's limit, however requests come", () => {
    const steps = fc.array(
      fc.record({ after: fc.integer({ min: 0, max: 20_000 }), wanted: fc.nat(40) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), steps, (requestsPerMinute, asks) => {
        const limits = { requestsPerMinute, concurrency: 200 };
        let state: GateState = FRESH_GATE;
        let now = NOW;
        const begun: number[] = [];
        for (const { after, wanted } of asks) {
          now += after;
          const answer = askGate(state, anAsk({ wanted }), limits, null, now);
          state = answer.state;
          for (let i = 0; i < answer.granted; i++) begun.push(now);
        }
        for (const from of begun)
          expect(begun.filter((at) => at >= from && at < from + MINUTE).length).toBeLessThanOrEqual(
            requestsPerMinute,
          );
      }),
    );
  });

  it.each([1, 7, 60, 61, 600, 3_600, 60_000])(
    "lets %i a minute through but for the last hundredth, and says when to come again",
    (requestsPerMinute) => {
      const limits = { requestsPerMinute, concurrency: 200 };
      let state: GateState = FRESH_GATE;
      let begun = 0;
      for (let now = NOW; now < NOW + 10 * MINUTE; ) {
        const answer = askGate(state, anAsk({ wanted: 100 }), limits, null, now);
        state = answer.state;
        begun += answer.granted;
        now += answer.granted === 100 ? 0 : (answer.againInMs ?? 1);
      }
      expect(begun).toBeGreaterThanOrEqual(Math.floor(10 * requestsPerMinute * 0.97));
      expect(begun).toBeLessThanOrEqual(10 * requestsPerMinute + paceOf(requestsPerMinute).burst);
    },
  );
});

describe("the places", () => {
  it("are never more than there are, whatever processes hold, want and forget", () => {
    const asks = fc.array(
      fc.record({
        desk: fc.constantFrom("one", "two", "three"),
        leaves: fc.nat(3),
        wanted: fc.nat(5),
      }),
      { maxLength: 50 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), asks, (concurrency, all) => {
        const held: Record<string, number> = {};
        let state: GateState = FRESH_GATE;
        for (const { desk, leaves, wanted } of all) {
          const keeps = Math.max(0, (held[desk] ?? 0) - leaves);
          const answer = askGate(
            state,
            anAsk({ desk, held: keeps, wanted }),
            { ...LIMITS, concurrency },
            null,
            NOW,
          );
          state = answer.state;
          held[desk] = keeps + answer.granted;
          const total = Object.values(held).reduce((sum, n) => sum + n, 0);
          expect(total).toBeLessThanOrEqual(concurrency);
          if (answer.granted < wanted) expect(total).toBe(concurrency);
        }
      }),
    );
  });
});

describe("pauses", () => {
  const failing = (times: number) => Array.from({ length: times }, () => ended("service-fault"));

  it("grow with every failed trial up to a quarter of an hour, and are forgotten after an answer", () => {
    let answer = askGate(FRESH_GATE, anAsk({ ended: failing(5) }), LIMITS, null, NOW);
    const lengths = [(answer.pause?.untilMs ?? NOW) - NOW];
    for (let i = 0; i < 7; i++) {
      answer = askGate(
        answer.state,
        anAsk({ ended: [ended("service-fault", true)] }),
        LIMITS,
        null,
        NOW,
      );
      lengths.push((answer.pause?.untilMs ?? NOW) - NOW);
    }
    expect(lengths.map((ms) => ms / 1_000)).toEqual([30, 60, 120, 240, 480, 900, 900, 900]);
    answer = askGate(answer.state, anAsk({ ended: [ended("ok", true)] }), LIMITS, null, NOW);
    answer = askGate(answer.state, anAsk({ ended: failing(4) }), LIMITS, null, NOW);
    expect(answer.pause).toBeNull();
    answer = askGate(answer.state, anAsk({ ended: failing(1), wanted: 3 }), LIMITS, null, NOW);
    expect(answer).toMatchObject({ pause: { untilMs: NOW + 30_000 }, granted: 0 });
  });

  it("are neither begun nor ended by requests that were under way before", () => {
    const paused = askGate(FRESH_GATE, anAsk({ ended: failing(5) }), LIMITS, null, NOW).state;
    const stragglers = [...failing(9), ended("ok")];
    const answer = askGate(paused, anAsk({ ended: stragglers, wanted: 3 }), LIMITS, null, NOW);
    expect(answer).toMatchObject({ pause: null, granted: 1, isTrial: true });
  });

  it("are as long as the service asks for, a day at most, and never shortened", () => {
    const wish = (retryAfterMs: number, pausedUntilMs: number | null = null) =>
      askGate(FRESH_GATE, anAsk({ ended: [ended({ retryAfterMs })] }), LIMITS, pausedUntilMs, NOW)
        .pause?.untilMs;
    expect(wish(7_000)).toBe(NOW + 7_000);
    expect(wish(Number.MAX_SAFE_INTEGER)).toBe(NOW + 24 * 3_600_000);
    expect(wish(0)).toBeUndefined();
    expect(wish(-5)).toBeUndefined();
    expect(wish(7_000, NOW + 9_000)).toBeUndefined();
  });

  it("are not ended by a request that says nothing of the service, which may be tried again", () => {
    const paused = askGate(FRESH_GATE, anAsk({ ended: failing(5) }), LIMITS, null, NOW).state;
    const taken = askGate(paused, anAsk({ wanted: 1 }), LIMITS, null, NOW).state;
    const unknown = anAsk({ ended: [ended("unknown", true)], wanted: 3 });
    const answer = askGate(taken, unknown, LIMITS, null, NOW);
    expect(answer).toMatchObject({ granted: 1, isTrial: true, state: { pauses: 1 } });
    const four = askGate(FRESH_GATE, anAsk({ ended: failing(4) }), LIMITS, null, NOW).state;
    const fifth = anAsk({ ended: [ended("unknown"), ...failing(1)] });
    expect(askGate(four, fifth, LIMITS, null, NOW).pause).not.toBeNull();
  });

  it("let a trial that nobody used be taken by the next", () => {
    const paused = askGate(FRESH_GATE, anAsk({ ended: failing(5) }), LIMITS, null, NOW).state;
    const taken = askGate(paused, anAsk({ wanted: 1 }), LIMITS, null, NOW);
    expect(taken).toMatchObject({ granted: 1, isTrial: true });
    const others = askGate(taken.state, anAsk({ desk: "two", wanted: 1 }), LIMITS, null, NOW);
    expect(others.granted).toBe(0);
    const dropped = askGate(others.state, anAsk(), LIMITS, null, NOW).state;
    expect(askGate(dropped, anAsk({ desk: "two", wanted: 1 }), LIMITS, null, NOW).granted).toBe(1);
  });
});
