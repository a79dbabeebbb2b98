import { describe, expect, it } from "vitest";
import { CountryCode } from "@/schemas/country";
import { planTasks } from "@/server/domain/job/plan";
import { CLOSING_GRACE_MS, type Closing, completenessOf } from "@/server/domain/log/completeness";
import { aSpec } from "@/test/domain/job/job-specs";
import { aJobId, NOON, sixteen } from "@/test/support/builders";

/** 5 prompts x 2 services x 4 countries x 25 repeats: a job of 1,000 tasks. */
function thousand() {
  const spec = aSpec();
  const [prompt] = spec.prompts;
  const [service] = spec.services;
  if (prompt === undefined || service === undefined) throw new Error("the example spec is empty");
  const grown = {
    ...spec,
    prompts: Array.from({ length: 5 }, (_, n) => ({ ...prompt, id: `p${n}` })),
    services: ["one", "two"].map((id) => ({ ...service, id })),
    countries: ["DE", "KE", "BR", "US"].map((code) => CountryCode.parse(code)),
    repeats: 25,
  };
  return planTasks(aJobId(), grown, sixteen(3));
}

const KINDS = ["result", "result", "result", "failure", "withdrawal"] as const;
const closings = (tasks: ReturnType<typeof thousand>): Closing[] =>
  tasks.map(({ id }, n) => ({
    task: id,
    kind: KINDS[n % KINDS.length] ?? "result",
    index: 10 + n,
  }));
const beforeDeadline = NOON;
const longAfter = new Date(NOON.getTime() + CLOSING_GRACE_MS + 1);

describe("completenessOf", () => {
  it("counts every announced task once", () => {
    const planned = thousand();
    expect(planned).toHaveLength(1_000);
    expect(completenessOf(planned, closings(planned), NOON, longAfter)).toEqual({
      announced: 1_000,
      results: 600,
      failures: 200,
      withdrawals: 200,
      open: [],
      isOver: true,
      unannounced: [],
      doubled: [],
    });
  });

  it("names the one of 1,000 that was hidden, whichever it is", () => {
    const planned = thousand();
    const all = closings(planned);
    for (const hidden of [0, 1, 499, 998, 999]) {
      const shown = all.filter((_, n) => n !== hidden);
      const { open } = completenessOf(planned, shown, NOON, longAfter);
      const { id: task, promptId, serviceId, country, repeat } = planned[hidden] ?? {};
      expect(open).toEqual([{ task, prompt: promptId, service: serviceId, country, repeat }]);
    }
  });

  it("is not deceived by another task, or a second closing, in the place of the hidden one", () => {
    const planned = thousand();
    const all = closings(planned);
    const [first] = all;
    if (first === undefined) throw new Error("no closing");
    const shown = [...all.slice(0, 999), { ...first, index: 5_000 }];
    const doubled = completenessOf(planned, shown, NOON, longAfter);
    expect(doubled.doubled).toEqual([first.task]);
    expect(doubled.open).toHaveLength(1);
    const stranger = { task: "tsk-strange", kind: "result", index: 5_000 } as const;
    const foreign = completenessOf(planned, [...all.slice(1), stranger], NOON, longAfter);
    expect(foreign.unannounced).toEqual(["tsk-strange"]);
    expect(foreign.open.map(({ task }) => task)).toEqual([planned[0]?.id]);
    expect(foreign.results + foreign.failures + foreign.withdrawals + foreign.open.length).toBe(
      foreign.announced,
    );
  });

  it("calls open tasks overdue only after the deadline and its grace", () => {
    const planned = thousand();
    const onTime = new Date(NOON.getTime() + CLOSING_GRACE_MS);
    expect(completenessOf(planned, [], NOON, beforeDeadline).isOver).toBe(false);
    expect(completenessOf(planned, [], NOON, onTime).isOver).toBe(false);
    expect(completenessOf(planned, [], NOON, longAfter).isOver).toBe(true);
  });
});
