import { describe, expect, it } from "vitest";
import { choiceFrom, choicePath } from "@/components/comparison/choice";
import type { CountryCode } from "@/schemas/country";
import quick from "@/schemas/examples/quick.json";
import { JobSpec } from "@/schemas/job-spec";
import { TaskId } from "@/schemas/primitives";
import type { TaskStatus } from "@/schemas/task";

const base = JobSpec.parse(quick);
const prompt = base.prompts[0]?.id ?? "";
const [first] = base.services;
if (first === undefined) throw new Error("a spec without services");
const spec = { ...base, repeats: 3, services: [first, { ...first, id: "other" as never }] };
const COUNTRIES = ["DE", "KE", "BR"] as CountryCode[];

/** A task id that follows from a name. */
const idOf = (name: string): TaskId =>
  TaskId.parse(
    `tsk-${name
      .toLowerCase()
      .replace(/[^a-z]/g, "")
      .padEnd(26, "a")
      .slice(0, 26)}`,
  );

/** A task a country, of which as many as `responses` have a response. */
const cell = (service: string, repeat: number, responses: number) =>
  COUNTRIES.map((country, i) => ({
    id: idOf(`${service} ${repeat} ${country}`),
    prompt,
    service,
    repeat,
    country,
    status: (i < responses ? "SUCCEEDED" : "WITHDRAWN") as TaskStatus,
  }));

describe("what a comparison opens on", () => {
  it("is the first service and repeat where every country has a response in all", () => {
    const tasks = [first.id, "other"].flatMap((id) => [0, 1, 2].flatMap((n) => cell(id, n, 3)));
    expect(choiceFrom({}, spec, tasks)).toMatchObject({ prompt, service: first.id, repeat: 0 });
    expect(choiceFrom({}, spec, [])).toMatchObject({ prompt, service: first.id, repeat: 0 });
  });

  it("is where the most countries have a response, the first of equals", () => {
    const tasks = [
      ...cell(first.id, 0, 0),
      ...cell(first.id, 1, 1),
      ...cell("other", 1, 2),
      ...cell("other", 2, 2),
    ];
    expect(choiceFrom({}, spec, tasks)).toMatchObject({ prompt, service: "other", repeat: 1 });
    const ofFirst = choiceFrom({ service: first.id }, spec, tasks);
    expect(ofFirst).toMatchObject({ prompt, service: first.id, repeat: 1 });
  });

  it("is what the URL says, even where nothing came back", () => {
    const tasks = [...cell(first.id, 0, 0), ...cell("other", 2, 3)];
    expect(choiceFrom({ service: first.id, repeat: "1" }, spec, tasks)).toMatchObject({
      prompt,
      service: first.id,
      repeat: 0,
    });
    expect(choiceFrom({ service: "none", repeat: "99" }, spec, tasks).repeat).toBe(2);
  });
});

describe("what a URL says of rates and of two answers", () => {
  it("is kept in the URL that is made of it, and left out where it is what would be chosen anyway", () => {
    const tasks = cell(first.id, 0, 3);
    const [a, b] = [tasks[0]?.id, tasks[1]?.id];
    if (a === undefined || b === undefined) throw new Error("no tasks");
    const query = { a, b, outcome: "empty", scope: "job" };
    const choice = choiceFrom(query, spec, tasks);
    expect(choice).toMatchObject(query);
    const path = choicePath("job-x", choice, "differences");
    expect(path).toMatch(/#differences$/);
    const again = Object.fromEntries(new URL(path, "http://x").searchParams);
    expect(choiceFrom(again, spec, tasks)).toEqual(choice);
    expect(choicePath("job-x", choiceFrom({}, spec, tasks), "read")).toBe(
      `/jobs/job-x?prompt=${prompt}&service=${first.id}&repeat=1#read`,
    );
  });

  it("is passed over where it makes no sense", () => {
    const query = { a: "tsk-nonsense", b: ["x", "y"], outcome: "answered", scope: "world" };
    expect(choiceFrom(query, spec, cell(first.id, 0, 3))).toMatchObject({
      a: null,
      b: null,
      outcome: "refused",
      scope: "prompt",
    });
  });
});
