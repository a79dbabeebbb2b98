import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Place } from "@/schemas/country";
import { barsOf, cutter, type TimelineTask, timelineOf } from "@/server/domain/job/timeline";
import { aSessionId, aTaskRow, DE, KE, NOON } from "@/test/support/builders";

const after = (ms: number) => new Date(NOON.getTime() + ms);
const { id, promptId: prompt, serviceId: service, repeat } = aTaskRow();

const waiting = (place: Place = DE): TimelineTask => ({
  id,
  prompt,
  service,
  repeat,
  place,
  status: "QUEUED",
  state: null,
  claimedAt: null,
  startedAt: null,
  finishedAt: null,
  session: null,
});
const running = (claimedMs: number, place: Place = DE): TimelineTask => ({
  ...waiting(place),
  status: "RUNNING",
  claimedAt: after(claimedMs),
  session: aSessionId(),
});
/** A task that was taken, asked and answered at these moments after dispatch. */
const answered = (
  claimedMs: number,
  startedMs: number,
  finishedMs: number,
  fields: Partial<TimelineTask> = {},
): TimelineTask => ({
  ...running(claimedMs),
  status: "SUCCEEDED",
  state: "answered",
  startedAt: after(startedMs),
  finishedAt: after(finishedMs),
  ...fields,
});
const withdrawn = (finishedMs: number): TimelineTask => ({
  ...waiting(),
  status: "WITHDRAWN",
  finishedAt: after(finishedMs),
});

const drawn = (tasks: readonly TimelineTask[], untilMs: number) => {
  const places = [DE, KE];
  const input = { dispatchedAt: NOON, until: after(untilMs), places, tasks, sessions: [] };
  return timelineOf(input);
};

describe("a lane's bars", () => {
  it("begin when a task was asked, and one that goes on when its session took it", () => {
    const { bars } = barsOf([answered(1, 4, 9), running(6)], NOON);
    expect(bars).toMatchObject([
      { fromMs: 4, toMs: 9, state: "answered", track: 0 },
      { fromMs: 6, toMs: null, state: null, status: "RUNNING", track: 1 },
    ]);
  });

  it("are not made up for tasks that wait, or closed without being asked", () => {
    expect(barsOf([waiting(), withdrawn(7)], NOON)).toEqual({ bars: [], tracks: 0 });
  });

  it("never overlap on one track, and need as many tracks as were under way at once", () => {
    const span = fc.record({ from: fc.nat({ max: 50 }), ms: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 60 }), (some) => {
        const { bars, tracks } = barsOf(
          some.map(({ from, ms }) => answered(0, from, from + ms)),
          NOON,
        );
        expect(bars).toHaveLength(some.length);
        for (let track = 0; track < tracks; track++) {
          const own = bars.filter((bar) => bar.track === track);
          for (const [n, { toMs }] of own.entries())
            expect(own[n + 1]?.fromMs ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(
              toMs ?? 0,
            );
        }
        const atOnce = (at: number) =>
          some.filter(({ from, ms }) => from <= at && at < from + ms).length;
        expect(tracks).toBe(Math.max(0, ...some.map(({ from }) => atOnce(from))));
      }),
    );
  });
});

describe("cutting time into stretches", () => {
  it("counts a span in every stretch that it touches, and in no other", () => {
    const span = fc.record({ from: fc.nat({ max: 9_000 }), ms: fc.nat({ max: 9_000 }) });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 30 }), (some) => {
        const spans = some.map(({ from, ms }) => ({ from, to: from + ms }));
        for (const { fromMs, toMs, count } of cutter(NOON, 9_000, 17)(spans)) {
          const touching = spans.filter(({ from, to }) =>
            from === to ? fromMs <= from && from < toMs : from < toMs && to > fromMs,
          );
          // The last one also takes what lies beyond the axis.
          if (toMs < 9_000) expect(count).toBe(touching.length);
        }
      }),
    );
  });

  it("counts what goes on up to now, and no further", () => {
    const counts = cutter(NOON, 2_500, 10)([{ from: 1_200, to: null }]);
    const there = counts.filter(({ count }) => count === 1);
    expect(there[0]?.fromMs).toBeLessThanOrEqual(1_200);
    expect(there.at(-1)?.toMs).toBeGreaterThanOrEqual(2_500);
    expect(counts.filter(({ fromMs, count }) => fromMs >= 2_700 && count > 0)).toEqual([]);
  });

  it("passes over a span that ends before it began", () => {
    expect(cutter(NOON, 9_000, 9)([{ from: 5, to: 4 }]).every(({ count }) => count === 0)).toBe(
      true,
    );
  });
});

describe("a job's time line", () => {
  it("keeps waiting in the queue, being held, and running apart, place by place", () => {
    const { form, times, lanes } = drawn(
      [answered(1_000, 3_000, 4_000), running(2_000), waiting(), withdrawn(500), waiting(KE)],
      5_000,
    );
    expect(form).toBe("bars");
    expect(times).toEqual({
      queue: { n: 2, medianMs: 1_500, p90Ms: 2_000 },
      held: { n: 1, medianMs: 2_000, p90Ms: 2_000 },
      run: { n: 1, medianMs: 1_000, p90Ms: 1_000 },
    });
    const [germany, kenya] = lanes;
    expect(germany).toMatchObject({
      place: DE,
      counts: { announced: 4, queued: 1, running: 1, succeeded: 1, failed: 0, withdrawn: 1 },
      unasked: 1,
      tracks: 2,
    });
    const at = (ms: number) =>
      germany?.waiting.find(({ fromMs, toMs }) => fromMs <= ms && ms < toMs) ?? null;
    expect(at(250)).toMatchObject({ queued: 4, held: 0 });
    expect(at(1_500)).toMatchObject({ queued: 2, held: 1 });
    expect(at(2_500)).toMatchObject({ queued: 1, held: 1 });
    expect(at(4_500)).toMatchObject({ queued: 1, held: 0 });
    expect(kenya).toMatchObject({ place: KE, bars: [], tracks: 0, times: { queue: null } });
  });

  it("says how many were under way where single bars could not be told apart", () => {
    const { form, lanes } = drawn(
      [
        ...Array.from({ length: 12 }, () => answered(0, 0, 2_000)),
        answered(0, 0, 1_000, { state: "refused" }),
        running(3_000),
      ],
      4_000,
    );
    expect(form).toBe("slices");
    const [germany] = lanes;
    expect(germany?.bars).toEqual([]);
    expect(germany?.underWay).toMatchObject([
      { fromMs: 0, toMs: 1_000, running: 0, closed: { answered: 12, refused: 1 } },
      { fromMs: 1_000, toMs: 2_000, running: 0, closed: { answered: 12 } },
      { fromMs: 3_000, toMs: 4_000, running: 1, closed: {} },
    ]);
  });

  it("of 5,000 tasks is no larger than its axis allows", () => {
    const tasks = Array.from({ length: 5_000 }, (_, n) =>
      answered(n * 7, n * 7 + 50, n * 7 + 1_950 + (n % 31), {
        place: n % 2 === 0 ? DE : KE,
        state: n % 3 === 0 ? "refused" : "answered",
      }),
    );
    const { form, lanes } = drawn(tasks, 40_000);
    expect(form).toBe("slices");
    for (const { waiting: waits, underWay } of lanes) {
      expect(waits.length).toBeLessThanOrEqual(160);
      expect(underWay.length).toBeLessThanOrEqual(160);
    }
    expect(JSON.stringify(lanes).length).toBeLessThan(60_000);
  });
});
