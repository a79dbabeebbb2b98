import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobSpec } from "@/schemas/job-spec";
import type { JobId } from "@/schemas/primitives";
import { TaskId } from "@/schemas/primitives";
import { jobIdFrom } from "@/server/domain/identity";
import { planTasks, seedOf, tasksDigestOf } from "@/server/domain/job/plan";
import { aSpec } from "./job-specs";

const JOB = jobIdFrom(new Uint8Array(16));
const OTHER_JOB = jobIdFrom(new Uint8Array(16).fill(1));
const ALL_COUNTRIES = ["DE", "US", "KE", "BR", "SG", "FR", "IN"];

const specOf = (prompts: number, services: number, countries: number, repeats: number): JobSpec =>
  aSpec({
    prompts: Array.from({ length: prompts }, (_, i) => ({
      id: `p${i}`,
      language: "en",
      text: "?",
    })),
    services: Array.from({ length: services }, (_, i) => ({
      id: `s${i}`,
      door: "model",
      model: "m",
    })),
    countries: ALL_COUNTRIES.slice(0, countries),
    repeats,
    contrasts: [],
    controls: [],
  });

const anySpec = fc
  .tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 7 }),
    fc.integer({ min: 1, max: 5 }),
  )
  .map((sizes) => specOf(...sizes));
const anySeed = fc.uint8Array({ minLength: 16, maxLength: 16 });

const cellOf = (task: { promptId: string; serviceId: string; country: string; repeat: number }) =>
  `${task.promptId} ${task.serviceId} ${task.country} ${task.repeat}`;

describe("the plan of a job", () => {
  it("holds every repeat of every cell exactly once, in positions 0, 1, 2 and so on", () => {
    fc.assert(
      fc.property(anySpec, anySeed, (spec, seed) => {
        const planned = planTasks(JOB, spec, seed);
        const size =
          spec.prompts.length * spec.services.length * spec.countries.length * spec.repeats;
        expect(planned).toHaveLength(size);
        expect(new Set(planned.map(cellOf)).size).toBe(size);
        expect(new Set(planned.map(({ id }) => id)).size).toBe(size);
        expect(planned.map(({ position }) => position)).toEqual(planned.map((_, i) => i));
      }),
    );
  });

  it("keeps countries level: at no moment is one more than one task ahead of another", () => {
    fc.assert(
      fc.property(anySpec, anySeed, (spec, seed) => {
        const sent = new Map(spec.countries.map((country) => [country as string, 0]));
        for (const { country } of planTasks(JOB, spec, seed)) {
          sent.set(country, (sent.get(country) ?? 0) + 1);
          const counts = [...sent.values()];
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it("asks the same question from all countries before it goes on to the next", () => {
    const spec = specOf(3, 2, 5, 4);
    const planned = planTasks(JOB, spec, new Uint8Array(16));
    for (let i = 0; i < planned.length; i += 5) {
      const block = planned.slice(i, i + 5);
      const asked = block.map(({ promptId, serviceId, repeat }) => [promptId, serviceId, repeat]);
      expect(new Set(asked.map(String)).size).toBe(1);
    }
  });

  it("follows from the order seed alone, and changes with it", () => {
    const spec = specOf(3, 2, 5, 4);
    const order = (seed: number) => planTasks(JOB, spec, new Uint8Array(16).fill(seed)).map(cellOf);
    expect(order(1)).toEqual(order(1));
    expect(order(1)).not.toEqual(order(2));
    expect([...order(1)].sort()).toEqual([...order(2)].sort());
  });

  it("gives every country each place within the blocks about equally often", () => {
    const planned = planTasks(JOB, specOf(4, 3, 4, 50), new Uint8Array(16).fill(3));
    for (const country of ALL_COUNTRIES.slice(0, 4))
      for (const place of [0, 1, 2, 3]) {
        const times = planned.filter(
          (t) => t.country === country && t.position % 4 === place,
        ).length;
        // 600 blocks: 150 expected; four standard deviations are 42
        expect(Math.abs(times - 150)).toBeLessThan(43);
      }
  });

  it("has valid ids that belong to one job, and seeds that belong to none", () => {
    const spec = specOf(2, 2, 3, 2);
    const [ours, theirs] = ([JOB, OTHER_JOB] as JobId[]).map((job) =>
      planTasks(job, spec, new Uint8Array(16)),
    );
    for (const [i, task] of (ours ?? []).entries()) {
      expect(TaskId.safeParse(task.id).success).toBe(true);
      expect(task.id).not.toBe(theirs?.[i]?.id);
      expect(task.seed).toBe(theirs?.[i]?.seed);
    }
  });

  it("is committed to as ids in their order", () => {
    const planned = planTasks(JOB, specOf(2, 1, 2, 2), new Uint8Array(16));
    expect(tasksDigestOf(planned)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(tasksDigestOf([...planned].reverse())).not.toBe(tasksDigestOf(planned));
  });

  it("lays down the largest job that is allowed within seconds", () => {
    const started = performance.now();
    expect(planTasks(JOB, specOf(40, 10, 5, 10), new Uint8Array(16))).toHaveLength(20_000);
    // 0.3 s when measured alone; the bound only catches a change of order
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("the seed of a task", () => {
  const spec = specOf(3, 2, 5, 50);

  it("has 31 bits and differs from task to task", () => {
    const seeds = planTasks(JOB, spec, new Uint8Array(16)).map(({ seed }) => seed);
    for (const seed of seeds) {
      expect(Number.isInteger(seed)).toBe(true);
      expect(seed).toBeGreaterThanOrEqual(0);
      expect(seed).toBeLessThan(2 ** 31);
    }
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  it("changes with the seed base", () => {
    const country = spec.countries[0];
    if (country === undefined) throw new Error("a spec has a country");
    const key = { prompt: "p", service: "s", country, repeat: 0 };
    expect(seedOf(1, key)).toBe(seedOf(1, key));
    expect(seedOf(1, key)).not.toBe(seedOf(2, key));
  });
});
