import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runTimesOf, spreadOf, timesOf } from "@/server/domain/job/task-times";

const at = (ms: number) => new Date(Date.UTC(2026, 10, 22, 12) + ms);
const NEVER = { dispatchedAt: null, claimedAt: null, startedAt: null, finishedAt: null };

describe("the times of one task", () => {
  it("are told apart: waiting in the queue, being held by a session, running", () => {
    const times = timesOf({
      dispatchedAt: at(0),
      claimedAt: at(300),
      startedAt: at(450),
      finishedAt: at(2_450),
    });
    expect(times).toEqual({ queueMs: 300, heldMs: 150, runMs: 2_000 });
  });

  it("are not measured where a moment is missing", () => {
    const none = { queueMs: null, heldMs: null, runMs: null };
    expect(timesOf(NEVER)).toEqual(none);
    expect(timesOf({ ...NEVER, dispatchedAt: at(0) })).toEqual(none);
    expect(timesOf({ ...NEVER, dispatchedAt: at(0), claimedAt: at(0) })).toEqual({
      ...none,
      queueMs: 0,
    });
  });

  it("do not say that a task ran which closed without being asked", () => {
    const closed = { ...NEVER, dispatchedAt: at(0), claimedAt: at(5), finishedAt: at(900_000) };
    expect(timesOf(closed)).toEqual({ queueMs: 5, heldMs: null, runMs: null });
  });

  it("are not measured where two clocks contradict each other", () => {
    const before = { ...NEVER, dispatchedAt: at(10), claimedAt: at(9) };
    expect(timesOf(before).queueMs).toBeNull();
  });
});

describe("a spread", () => {
  it("of nothing is none, not zero", () => {
    expect(spreadOf([])).toBeNull();
    expect(spreadOf([null, null])).toBeNull();
  });

  it("counts only what was measured", () => {
    expect(spreadOf([null, 7, null])).toEqual({ n: 1, medianMs: 7, p90Ms: 7 });
  });

  it("has the mean of the middle two as its median, and a measured value as its 90th percentile", () => {
    expect(spreadOf([4, 1, 2, 8])).toEqual({ n: 4, medianMs: 3, p90Ms: 8 });
    expect(spreadOf([10, 1, 9, 2, 8, 3, 7, 4, 6, 5])).toEqual({ n: 10, medianMs: 6, p90Ms: 9 });
    expect(spreadOf([10, 1, 9, 2, 8, 3, 7, 4, 6, 5, 11])?.p90Ms).toBe(10);
  });

  it("has at most half below its median, and at least 90 % up to its 90th percentile", () => {
    const values = fc.array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, (measured) => {
        const spread = spreadOf(measured);
        if (spread === null) throw new Error("something was measured");
        const { n, medianMs, p90Ms } = spread;
        expect(n).toBe(measured.length);
        expect(measured.filter((value) => value < medianMs).length).toBeLessThanOrEqual(n / 2);
        expect(measured).toContain(p90Ms);
        expect(measured.filter((value) => value <= p90Ms).length).toBeGreaterThanOrEqual(0.9 * n);
        expect(measured.filter((value) => value < p90Ms).length).toBeLessThan(0.9 * n);
      }),
    );
  });
});

it("each kind of time has its own number of tasks that it was measured of", () => {
  expect(
    runTimesOf([
      { queueMs: 1, heldMs: null, runMs: 5 },
      { queueMs: null, heldMs: null, runMs: 7 },
    ]),
  ).toEqual({
    queue: { n: 1, medianMs: 1, p90Ms: 1 },
    held: null,
    run: { n: 2, medianMs: 6, p90Ms: 7 },
  });
});
