import { describe, expect, it } from "vitest";
import { choiceFrom } from "@/components/comparison/choice";
import type { CountryCode } from "@/schemas/country";
import quick from "@/schemas/examples/quick.json";
import { JobSpec } from "@/schemas/job-spec";
import type { TaskStatus } from "@/schemas/task";

const base = JobSpec.parse(quick);
const prompt = base.prompts[0]?.id ?? "";
const [first] = base.services;
if (first === undefined) throw new Error("a spec without services");
const spec = { ...base, repeats: 3, services: [first, { ...first, id: "other" as never }] };
const COUNTRIES = ["DE", "KE", "BR"] as CountryCode[];

/** A task a country, of which as many as `responses` have a response. */
const cell = (service: string, repeat: number, responses: number) =>
  COUNTRIES.map((country, i) => ({
    prompt,
    service,
    repeat,
    country,
    status: (i < responses ? "SUCCEEDED" : "WITHDRAWN") as TaskStatus,
  }));

describe("what a comparison opens on", () => {
  it("is the first service and repeat where every country has a response in all", () => {
    const tasks = [first.id, "other"].flatMap((id) => [0, 1, 2].flatMap((n) => cell(id, n, 3)));
    expect(choiceFrom({}, spec, tasks)).toEqual({ prompt, service: first.id, repeat: 0 });
    expect(choiceFrom({}, spec, [])).toEqual({ prompt, service: first.id, repeat: 0 });
  });

  it("is where the most countries have a response, the first of equals", () => {
    const tasks = [
      ...cell(first.id, 0, 0),
      ...cell(first.id, 1, 1),
      ...cell("other", 1, 2),
      ...cell("other", 2, 2),
    ];
    expect(choiceFrom({}, spec, tasks)).toEqual({ prompt, service: "other", repeat: 1 });
    const ofFirst = choiceFrom({ service: first.id }, spec, tasks);
    expect(ofFirst).toEqual({ prompt, service: first.id, repeat: 1 });
  });

  it("is what the URL says, even where nothing came back", () => {
    const tasks = [...cell(first.id, 0, 0), ...cell("other", 2, 3)];
    expect(choiceFrom({ service: first.id, repeat: "1" }, spec, tasks)).toEqual({
      prompt,
      service: first.id,
      repeat: 0,
    });
    expect(choiceFrom({ service: "none", repeat: "99" }, spec, tasks).repeat).toBe(2);
  });
});
