import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { runTool } from "@/test/support/run-tool";

const FLOORS = ["schemas", "server", "workers", "components", "app", "prisma", "test"];
const Report = z.object({
  summary: z.object({
    totalCruised: z.number(),
    violations: z.array(
      z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) }),
    ),
  }),
  modules: z.array(z.object({ source: z.string(), dependencies: z.array(z.unknown()) })),
});

describe("the floors of the house", () => {
  let report: z.infer<typeof Report>;

  beforeAll(async () => {
    const args = ["--config", ".dependency-cruiser.cjs", "--output-type", "json", ...FLOORS];
    const { stdout } = await runTool("dependency-cruiser", "depcruise", args);
    report = Report.parse(JSON.parse(stdout));
  }, 60_000);

  it("hold: nothing imports a higher floor, and nothing imports in a circle", () => {
    const lines = report.summary.violations.map(
      ({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`,
    );
    expect(lines).toEqual([]);
  });

  // With a compiler that it does not know the tool sees nothing and finds nothing wrong.
  it("were seen: more than 100 modules of ours, on every floor, with what they import", () => {
    const ours = report.modules.filter(({ source }) => !source.includes("node_modules"));
    expect(ours.length).toBeGreaterThan(100);
    for (const floor of FLOORS) {
      const onFloor = ours.filter(({ source }) => source.startsWith(`${floor}/`));
      expect(onFloor, floor).not.toHaveLength(0);
    }
    expect(ours.flatMap(({ dependencies }) => dependencies).length).toBeGreaterThan(300);
  });
});
