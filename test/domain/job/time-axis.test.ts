import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeAxis } from "@/server/domain/job/time-axis";

const at = (text: string) => new Date(`2026-11-22T${text}Z`);
const clock = (zero: Date, ms: number) => new Date(zero.getTime() + ms).toISOString().slice(11, 19);

describe("the axis of a time line", () => {
  it("has its marks at round UTC times around what happened", () => {
    const zero = at("12:00:03.400");
    const axis = timeAxis(zero, 17_000);
    expect(axis.ticksMs.map((ms) => clock(zero, ms))).toEqual([
      "12:00:00",
      "12:00:05",
      "12:00:10",
      "12:00:15",
      "12:00:20",
      "12:00:25",
    ]);
  });

  it("has one interval at least, also where nothing took any time", () => {
    expect(timeAxis(at("12:00:00.000"), 0)).toEqual({
      fromMs: 0,
      toMs: 1_000,
      tickMs: 1_000,
      ticksMs: [0, 1_000],
    });
  });

  it("reaches from seconds to months", () => {
    for (const [untilMs, tickMs] of [
      [4_000, 1_000],
      [100_000, 30_000],
      [3_600_000, 15 * 60_000],
      [86_400_000, 6 * 3_600_000],
      [400 * 86_400_000, 100 * 86_400_000],
    ] as const)
      expect(timeAxis(at("00:00:00.000"), untilMs).tickMs).toBe(tickMs);
  });

  it("covers everything, at round marks, six at most", () => {
    const zero = fc.date({ min: at("00:00:00.000"), max: at("23:59:59.999"), noInvalidDate: true });
    const untilMs = fc.oneof(fc.nat({ max: 10_000 }), fc.nat({ max: 2_000_000_000 }));
    fc.assert(
      fc.property(zero, untilMs, (start, until) => {
        const { fromMs, toMs, tickMs, ticksMs } = timeAxis(start, until);
        expect(fromMs).toBeLessThanOrEqual(0);
        expect(fromMs).toBeGreaterThan(-tickMs);
        expect(toMs).toBeGreaterThanOrEqual(until);
        expect(ticksMs.length).toBeLessThanOrEqual(6);
        expect([ticksMs[0], ticksMs.at(-1)]).toEqual([fromMs, toMs]);
        for (const ms of ticksMs) expect((start.getTime() + ms) % tickMs).toBe(0);
      }),
    );
  });

  it("stays as it is until time reaches its last mark", () => {
    const zero = at("12:00:03.400");
    const axis = timeAxis(zero, 17_000);
    expect(timeAxis(zero, axis.toMs)).toEqual(axis);
    expect(timeAxis(zero, axis.toMs + 1)).not.toEqual(axis);
  });
});
