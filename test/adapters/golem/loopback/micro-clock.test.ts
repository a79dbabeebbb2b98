import { describe, expect, it } from "vitest";
import { createMicroClock } from "@/server/adapters/golem/loopback/micro-clock";
import { microsOf } from "@/server/adapters/golem/micros";

describe("the micro clock", () => {
  it("never gives the same instant twice, even when time stands still or goes back", () => {
    const times = [1_000, 1_000, 500, 2_000];
    const clock = createMicroClock(() => new Date(times.shift() ?? 0));
    const instants = [clock(), clock(), clock(), clock()];
    expect(instants).toEqual([
      "1970-01-01T00:00:01.000000Z",
      "1970-01-01T00:00:01.000001Z",
      "1970-01-01T00:00:01.000002Z",
      "1970-01-01T00:00:02.000000Z",
    ]);
    expect(instants.map(microsOf)).toEqual([1_000_000, 1_000_001, 1_000_002, 2_000_000]);
  });

  it("reads instants with fewer decimals, as golem-js sends them", () => {
    expect(microsOf("1970-01-01T00:00:01.5Z")).toBe(1_500_000);
    expect(microsOf("1970-01-01T00:00:01Z")).toBe(1_000_000);
    expect(microsOf("yesterday")).toBeNaN();
  });
});
