import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { JobSpec, MAX_TASKS } from "@/schemas/job-spec";
import { CONTROL_MODELS } from "@/server/domain/control/answer";
import { matchQuestion } from "@/server/domain/control/match-question";
import { CODE_OF_INVALID_EXAMPLE } from "./invalid-examples";

const FOLDER = new URL("../../schemas/examples/", import.meta.url);
const read = (name: string): JobSpec =>
  JobSpec.parse(JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")));

describe("the examples", () => {
  it("invalid ones each have their line in the table, and no line lacks its file", () => {
    const files = readdirSync(new URL("invalid/", FOLDER)).map((file) => file.replace(".json", ""));
    expect(files.sort()).toEqual(Object.keys(CODE_OF_INVALID_EXAMPLE).sort());
  });

  it.each(["demonstration", "quick"])(
    "%s asks control models about events that they know",
    (name) => {
      const spec = read(name);
      for (const { model } of spec.services)
        expect(CONTROL_MODELS.map(({ id }) => id as string)).toContain(model);
      for (const prompt of spec.prompts) {
        const { event, language } = matchQuestion(prompt.text);
        expect(event).not.toBeNull();
        expect(language).toBe(prompt.language);
      }
    },
  );

  it("the demonstration asks both models, in two languages, from five countries", () => {
    const spec = read("demonstration");
    expect(new Set(spec.services.map(({ model }) => model)).size).toBe(CONTROL_MODELS.length);
    expect([...new Set(spec.prompts.map(({ language }) => language))]).toEqual(["en", "ar"]);
    expect(spec.countries).toEqual(["DE", "US", "KE", "BR", "SG"]);
    const tasks = spec.prompts.length * spec.services.length * spec.countries.length * spec.repeats;
    expect(tasks).toBe(180);
    expect(tasks).toBeLessThanOrEqual(MAX_TASKS);
  });
});
