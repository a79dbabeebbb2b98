import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobSpec } from "@/schemas/job-spec";
import type { JobId } from "@/schemas/primitives";
import { TaskId } from "@/schemas/primitives";
import { jobIdFrom } from "@/server/domain/identity";
import { allPlacesOf, placesOf, taskCountOf } from "@/server/domain/job/places";
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

/** At which places of the order the tasks of each group stand. */
function placesBy<T>(
  order: readonly T[],
  groupOf: (task: T) => string,
): Iterable<readonly number[]> {
  const groups = new Map<string, number[]>();
  for (const [place, task] of order.entries()) {
    const places = groups.get(groupOf(task)) ?? [];
    places.push(place);
    groups.set(groupOf(task), places);
  }
  return groups.values();
}

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

  it("spreads services, prompts and repeats over a country's whole time, none of them early or late", () => {
    const spec = specOf(20, 3, 3, 5);
    const size = 20 * 3 * 5;
    fc.assert(
      fc.property(anySeed, (seed) => {
        const planned = planTasks(JOB, spec, seed);
        for (const country of spec.countries) {
          const own = planned.filter((task) => task.country === country);
          expect(own).toHaveLength(size);
          for (const places of placesBy(own, ({ serviceId }) => serviceId)) mustBeSpread(places);
          for (const places of placesBy(own, ({ promptId }) => promptId)) mustBeSpread(places);
          for (const places of placesBy(own, ({ repeat }) => String(repeat))) mustBeSpread(places);
        }
      }),
    );

    /**
     * The mean of n places drawn from N without putting back has its middle at (N - 1) / 2 and the variance
     * (N + 1)(N - n) / 12n. Beyond six deviations lies less than one of 10^8 such means.
     */
    function mustBeSpread(places: readonly number[]): void {
      const n = places.length;
      const mean = places.reduce((sum, place) => sum + place, 0) / n;
      const deviation = Math.sqrt(((size + 1) * (size - n)) / (12 * n));
      expect(Math.abs(mean - (size - 1) / 2)).toBeLessThan(6 * deviation);
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

  it("lays down the largest job that is allowed", () => {
    expect(planTasks(JOB, specOf(40, 10, 5, 10), new Uint8Array(16))).toHaveLength(20_000);
  });
});

/** Of a job with order seed 0, as it was laid down before there were other places than countries. */
const FIRST_TASK = "tsk-xoibje5swpfrjguovvs2mbkmzq";
const DOORS = ["model", "exit", "home"] as const;
const api = { connection: "c", dialect: "openai", base_url: "https://a.example" };

/** Jobs whose services are reached through any doors, with home asked or not. */
const anyMixedSpec = fc
  .tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.array(fc.constantFrom(...DOORS), { minLength: 1, maxLength: 4 }),
    fc.integer({ min: 0, max: 5 }),
    fc.integer({ min: 1, max: 4 }),
    fc.boolean(),
  )
  .map(([prompts, doors, countries, repeats, home]) =>
    aSpec({
      ...specOf(prompts, 1, countries, repeats),
      services: doors.map((door, i) => ({
        id: `s${i}`,
        door,
        model: "m",
        ...(door !== "model" && { api }),
      })),
      ...(home && { home }),
    }),
  );

describe("the plan of a job that asks through several doors", () => {
  it("asks every service every repeat of every question, from each of its places exactly once", () => {
    fc.assert(
      fc.property(anyMixedSpec, anySeed, (spec, seed) => {
        const planned = planTasks(JOB, spec, seed);
        const asked = spec.prompts.flatMap((prompt) =>
          spec.services.flatMap((service) =>
            placesOf(spec, service).flatMap((country) =>
              Array.from({ length: spec.repeats }, (_, repeat) =>
                cellOf({ promptId: prompt.id, serviceId: service.id, country, repeat }),
              ),
            ),
          ),
        );
        expect(planned.map(cellOf).toSorted()).toEqual(asked.toSorted());
        expect(planned).toHaveLength(taskCountOf(spec));
        expect(new Set(planned.map(({ id }) => id)).size).toBe(planned.length);
      }),
    );
  });

  it("goes on to the next question only when all places of the last have been asked", () => {
    fc.assert(
      fc.property(anyMixedSpec, anySeed, (spec, seed) => {
        const planned = planTasks(JOB, spec, seed);
        const places = new Map(spec.services.map((one) => [one.id, placesOf(spec, one)]));
        for (let i = 0; i < planned.length; ) {
          const first = planned[i];
          const wanted = places.get(first?.serviceId ?? "") ?? [];
          const block = planned.slice(i, i + wanted.length);
          expect(new Set(block.map((t) => `${t.promptId} ${t.serviceId} ${t.repeat}`)).size).toBe(
            1,
          );
          expect(block.map(({ country }) => country).toSorted()).toEqual(wanted.toSorted());
          i += wanted.length;
        }
      }),
    );
  });

  it("keeps the places of each service level at every moment", () => {
    fc.assert(
      fc.property(anyMixedSpec, anySeed, (spec, seed) => {
        const sent = new Map<string, number>();
        for (const { serviceId, country } of planTasks(JOB, spec, seed)) {
          sent.set(`${serviceId} ${country}`, (sent.get(`${serviceId} ${country}`) ?? 0) + 1);
          const service = spec.services.find(({ id }) => id === serviceId);
          const counts = (service === undefined ? [] : placesOf(spec, service)).map(
            (place) => sent.get(`${serviceId} ${place}`) ?? 0,
          );
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it("is the plan that it was for jobs that know no home", () => {
    const spec = specOf(2, 2, 3, 2);
    expect(allPlacesOf(spec)).toEqual(spec.countries);
    const [first] = planTasks(JOB, spec, new Uint8Array(16));
    expect(first?.id).toBe(FIRST_TASK);
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
