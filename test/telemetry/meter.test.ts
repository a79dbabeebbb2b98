import { beforeEach, describe, expect, it } from "vitest";
import { counter, createMeter, gauge, histogram, seriesOf } from "@/server/telemetry/meter";

const COLOURS = ["red", "green"] as const;
const plans = {
  seen: counter("beacon_seen_total", "What was seen.", { colour: COLOURS }),
  level: gauge("beacon_level_metres", "How high it stands.", {}),
  levels: gauge("beacon_levels_metres", "How high each stands.", { colour: COLOURS }),
  took: histogram("beacon_took_seconds", "How long it took.", { colour: COLOURS }, [0.1, 1]),
};

let meter = createMeter(plans, { measuresProcess: false });
beforeEach(() => {
  meter = createMeter(plans, { measuresProcess: false });
});
/** The lines with values. */
const values = async () =>
  (await meter.render()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));

describe("a meter", () => {
  it("shows nothing that was not measured: a zero that nobody counted is no zero", async () => {
    expect(await meter.render()).toBe("\n");
    meter.of.seen.add({ colour: "red" }, 0);
    expect(await values()).toEqual(['beacon_seen_total{colour="red"} 0']);
  });

  it("says what a metric means and what kind it is", async () => {
    meter.of.level.set({}, 3);
    expect(await meter.render()).toBe(
      "# HELP beacon_level_metres How high it stands.\n# TYPE beacon_level_metres gauge\nbeacon_level_metres 3\n",
    );
  });

  it("counts, takes over what somebody else counts, and spreads what it measures", async () => {
    meter.of.seen.add({ colour: "red" });
    meter.of.seen.add({ colour: "red" }, 2);
    meter.of.seen.total({ colour: "green" }, 7);
    meter.of.seen.total({ colour: "green" }, 9);
    meter.of.took.observe({ colour: "red" }, 0.5);
    expect(await values()).toEqual([
      'beacon_seen_total{colour="red"} 3',
      'beacon_seen_total{colour="green"} 9',
      'beacon_took_seconds_bucket{le="0.1",colour="red"} 0',
      'beacon_took_seconds_bucket{le="1",colour="red"} 1',
      'beacon_took_seconds_bucket{le="+Inf",colour="red"} 1',
      'beacon_took_seconds_sum{colour="red"} 0.5',
      'beacon_took_seconds_count{colour="red"} 1',
    ]);
  });

  it("makes one series of all that is in no set, so that no stranger's word becomes one", async () => {
    for (const colour of ["job-abcdef", "__proto__", 'a"} 1\n# HELP', ""])
      meter.of.seen.add({ colour: colour as "red" });
    expect(await values()).toEqual(['beacon_seen_total{colour="other"} 4']);
  });

  it("forgets a gauge that is not known any more, with labels and without", async () => {
    meter.of.level.set({}, 3);
    meter.of.levels.set({ colour: "red" }, 4);
    meter.of.level.clear();
    meter.of.levels.clear();
    expect(await values()).toEqual([]);
    meter.of.level.set({}, 5);
    expect(await values()).toEqual(["beacon_level_metres 5"]);
  });

  it("measures once more before it is read, until it is told not to", async () => {
    let looks = 0;
    const stop = meter.beforeRendering(async () => meter.of.level.set({}, ++looks));
    expect(await values()).toEqual(["beacon_level_metres 1"]);
    expect(await values()).toEqual(["beacon_level_metres 2"]);
    stop();
    expect(await values()).toEqual(["beacon_level_metres 2"]);
  });

  it("measures its process under Beacon's name, and nothing that is named like a counter and is none", async () => {
    const whole = createMeter(plans, { measuresProcess: true });
    const text = await whole.render();
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    expect(types.length).toBeGreaterThan(20);
    for (const [, name = "", type] of types) {
      expect(name).toMatch(/^beacon_/);
      expect(name.endsWith("_total"), name).toBe(type === "counter");
    }
  });

  it("bounds its series: the values of all labels and one more of each, times what a histogram keeps", () => {
    expect(seriesOf(plans.level)).toBe(1);
    expect(seriesOf(plans.seen)).toBe(3);
    // Two buckets, the one without bound, sum and count.
    expect(seriesOf(plans.took)).toBe(15);
  });
});
