import { describe, expect, it } from "vitest";
import { MAX_PROMPT_LENGTH } from "@/schemas/job-spec";
import type { ErrorCode } from "@/server/domain/errors";
import { isBeaconError } from "@/server/domain/errors";
import { parseJobSpec, refusalsOf } from "@/server/domain/job/parse-spec";
import { CODE_OF_INVALID_EXAMPLE } from "@/test/schemas/invalid-examples";
import { aSpec, exampleJson } from "./job-specs";

const LIMITS = { glm: "10", usd: "5" };
const quick = exampleJson("quick") as Record<string, unknown>;
const prompt = (text: string, id = "p") => ({ id, language: "en", text });
const prompts = (count: number, text = "?") =>
  Array.from({ length: count }, (_, i) => prompt(text, `p${i}`));
const services = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `s${i}`, door: "model", model: "m" }));
const exit = (base_url: string, id = "s0") => ({
  id,
  door: "exit",
  model: "m",
  api: { connection: "c", dialect: "openai", base_url },
});
const bare = { contrasts: [], controls: [] };

/** How a spec was refused: code, field and sentence. */
function refusalOf(input: unknown): { code: ErrorCode; path: unknown; message: string } {
  try {
    parseJobSpec(input, LIMITS);
  } catch (error) {
    if (isBeaconError(error))
      return { code: error.code, path: error.details.path, message: error.message };
    throw error;
  }
  throw new Error("the spec was accepted");
}

describe("a job spec", () => {
  it.each(["demonstration", "quick", "home", "exit", "simulation"])(
    "the example %s is accepted as it is",
    (name) => {
      const example = exampleJson(name);
      expect(parseJobSpec(example, LIMITS)).toEqual(example);
    },
  );

  it.each(Object.entries(CODE_OF_INVALID_EXAMPLE))(
    "the example invalid/%s is refused",
    (name, why) => {
      const { code, path } = refusalOf(exampleJson(`invalid/${name}`));
      expect({ code, path }).toEqual(why);
    },
  );

  it.each<[string, Record<string, unknown>, ErrorCode, string]>([
    [
      "a prompt that is too long",
      { prompts: [prompt("x".repeat(MAX_PROMPT_LENGTH + 1))] },
      "JOB_SPEC_PROMPT_TOO_LARGE",
      "prompts[0].text",
    ],
    [
      "prompts that no block holds",
      { ...bare, prompts: prompts(60, "ق".repeat(MAX_PROMPT_LENGTH)) },
      "JOB_SPEC_PROMPT_TOO_LARGE",
      "prompts",
    ],
    ["an empty prompt", { prompts: [prompt("")] }, "JOB_SPEC_INVALID", "prompts[0].text"],
    [
      "half a character in a prompt",
      { prompts: [prompt("a\ud800b")] },
      "JOB_SPEC_INVALID",
      "prompts[0].text",
    ],
    [
      "a NUL in a prompt, which no database keeps",
      { prompts: [prompt("a\u0000b")] },
      "JOB_SPEC_INVALID",
      "prompts[0].text",
    ],
    [
      "a title that turns itself around",
      { title: "a \u202ethgir ot tfel" },
      "JOB_SPEC_INVALID",
      "title",
    ],
    ["a title of spaces", { title: "     " }, "JOB_SPEC_INVALID", "title"],
    ["a prompt of spaces", { prompts: [prompt("  \n ")] }, "JOB_SPEC_INVALID", "prompts[0].text"],
    ["half a character in the title", { title: "Vell \udc00" }, "JOB_SPEC_INVALID", "title"],
    [
      "a country that is no string",
      { countries: [49] },
      "JOB_SPEC_COUNTRY_UNKNOWN",
      "countries[0]",
    ],
    [
      "a country in lower case",
      { countries: ["DE", "ke"] },
      "JOB_SPEC_COUNTRY_UNKNOWN",
      "countries[1]",
    ],
    ["no country", { countries: [] }, "JOB_SPEC_INVALID", "countries"],
    ["a country twice", { countries: ["DE", "KE", "DE"] }, "JOB_SPEC_INVALID", "countries[2]"],
    [
      "a baseline that is no country",
      { contrasts: [{ id: "c", outcome: "similarity", baseline: "EU", against: ["KE"] }] },
      "JOB_SPEC_COUNTRY_UNKNOWN",
      "contrasts[0].baseline",
    ],
    [
      "a contrast of a country with itself",
      { contrasts: [{ id: "c", outcome: "similarity", baseline: "DE", against: ["DE"] }] },
      "JOB_SPEC_INVALID",
      "contrasts[0].against",
    ],
    [
      "a baseline that is not asked",
      { contrasts: [{ id: "c", outcome: "similarity", baseline: "US", against: ["KE"] }] },
      "JOB_SPEC_COUNTRY_UNKNOWN",
      "contrasts[0].baseline",
    ],
    [
      "an exit that is asked in the clear beside one that is not",
      { ...bare, services: [exit("https://a.example"), exit("http://b.example", "s1")] },
      "JOB_SPEC_INVALID",
      "services[1].api.base_url",
    ],
    [
      "an address of another kind",
      { ...bare, services: [exit("ftp://a.example")] },
      "JOB_SPEC_INVALID",
      "services[0].api.base_url",
    ],
    [
      "an address with a question in it",
      { ...bare, services: [exit("https://a.example/v1?key=secret")] },
      "JOB_SPEC_INVALID",
      "services[0].api.base_url",
    ],
    [
      "a baseline at home, which no service is asked from",
      {
        ...bare,
        services: [exit("https://a.example")],
        contrasts: [{ id: "c", outcome: "similarity", baseline: "home", against: ["KE"] }],
      },
      "JOB_SPEC_COUNTRY_UNKNOWN",
      "contrasts[0].baseline",
    ],
    [
      "a place that is neither a country nor home",
      { contrasts: [{ id: "c", outcome: "similarity", baseline: "DE", against: ["moon"] }] },
      "JOB_SPEC_COUNTRY_UNKNOWN",
      "contrasts[0].against[0]",
    ],
    ["half a repeat", { repeats: 1.5 }, "JOB_SPEC_REPEATS_INVALID", "repeats"],
    ["51 repeats", { repeats: 51 }, "JOB_SPEC_REPEATS_INVALID", "repeats"],
    ["repeats in words", { repeats: "six" }, "JOB_SPEC_REPEATS_INVALID", "repeats"],
    ["half a budget", { budget: { glm: "1" } }, "JOB_SPEC_BUDGET_MISSING", "budget.usd"],
    [
      "a budget as a number",
      { budget: { glm: 1, usd: "0" } },
      "JOB_SPEC_BUDGET_MISSING",
      "budget.glm",
    ],
    [
      "a budget below nothing",
      { budget: { glm: "-1", usd: "0" } },
      "JOB_SPEC_BUDGET_MISSING",
      "budget.glm",
    ],
    [
      "a currency that is not ours",
      { budget: { glm: "1", usd: "0", eur: "1" } },
      "JOB_SPEC_INVALID",
      "budget",
    ],
    [
      "too many dollars",
      { budget: { glm: "1", usd: "5.01" } },
      "JOB_SPEC_BUDGET_OVER_LIMIT",
      "budget.usd",
    ],
    [
      "two services of one name",
      { services: [...services(1), ...services(1)], ...bare },
      "JOB_SPEC_INVALID",
      "services[1].id",
    ],
    [
      "two contrasts of one name",
      {
        contrasts: [0, 1].map(() => ({
          id: "c",
          outcome: "similarity",
          baseline: "DE",
          against: ["KE"],
        })),
      },
      "JOB_SPEC_INVALID",
      "contrasts[1].id",
    ],
    [
      "a service that is a control twice",
      { controls: ["positive", "negative"].map((kind) => ({ service: "control-regional", kind })) },
      "JOB_SPEC_INVALID",
      "controls[1].service",
    ],
    [
      "a comparison of too many groups",
      { ...bare, prompts: prompts(500), services: services(20), repeats: 1 },
      "JOB_SPEC_TOO_MANY_TASKS",
      "prompts",
    ],
  ])("is refused for %s", (_, fields, code, path) => {
    expect(refusalOf({ ...quick, ...fields })).toMatchObject({ code, path });
  });

  it.each([[null], [undefined], ["spec"], [[]], [42]])("is refused for being %j", (input) => {
    expect(refusalOf(input)).toMatchObject({ code: "JOB_SPEC_INVALID", path: "" });
  });

  it("may ask from home alone, over the plain wires of this machine", () => {
    const home = { ...exit("http://127.0.0.1:11434/v1"), door: "home" };
    const budget = { glm: "0", usd: "0" };
    const spec = { ...quick, ...bare, services: [home], countries: [], budget };
    expect(parseJobSpec(spec, LIMITS)).toEqual(spec);
  });

  it("may compare countries with home, and a service of each door in one job", () => {
    const home = { ...exit("http://127.0.0.1:11434/v1", "s1"), door: "home" };
    const against = { id: "c", outcome: "similarity", baseline: "home", against: ["DE", "KE"] };
    const doors = [exit("https://a.example/v1"), home, { id: "s2", door: "model", model: "m" }];
    const spec = { ...quick, ...bare, services: doors, home: true, contrasts: [against] };
    expect(parseJobSpec(spec, LIMITS)).toEqual(spec);
  });

  it("counts the tasks of each service where that is asked", () => {
    const spec = {
      ...quick,
      ...bare,
      prompts: prompts(67),
      services: [exit("https://a.example"), { ...exit("http://127.0.0.1:1", "s1"), door: "home" }],
      countries: ["DE", "KE", "US", "BR"],
      repeats: 50,
      home: true,
    };
    // 67 x 50 x (4 + home, and home alone) are 20,100
    expect(refusalOf(spec)).toMatchObject({ code: "JOB_SPEC_TOO_MANY_TASKS", path: "repeats" });
    const fewer = { ...spec, prompts: prompts(66) };
    expect(parseJobSpec(fewer, LIMITS)).toEqual(fewer);
  });

  it("may spend exactly the limit, in any spelling", () => {
    const budget = { glm: "010.000", usd: "5" };
    expect(parseJobSpec({ ...quick, budget }, LIMITS).budget).toEqual(budget);
  });

  it("is refused in one sentence that says what to change", () => {
    expect(refusalOf({ ...quick, repeats: 0 }).message).toBe(
      "repeats is 0; choose a whole number from 1 to 50.",
    );
    expect(refusalOf({ ...quick, countries: ["UK"] }).message).toContain('"UK"');
    const long = refusalOf({ ...quick, countries: ["x".repeat(10_000)] }).message;
    expect(long.length).toBeLessThan(200);
  });

  it("may ask as many tasks as the limit says", () => {
    const spec = aSpec({ ...bare, prompts: prompts(40), services: services(5), repeats: 50 });
    expect(parseJobSpec(spec, LIMITS)).toEqual(spec);
    expect(refusalOf({ ...spec, prompts: prompts(41) }).code).toBe("JOB_SPEC_TOO_MANY_TASKS");
  });
});

describe("all that is wrong with a job spec", () => {
  const wrong = (input: unknown) =>
    refusalsOf(input, LIMITS).map(({ code, path }) => `${code} ${path}`);

  it("is nothing where it is accepted", () => {
    expect(wrong(quick)).toEqual([]);
  });

  it("is said of every field at once, and of rules across the fields that are well-formed", () => {
    const spec = {
      ...quick,
      title: "?",
      prompts: [prompt(""), prompt("Is it open?", "q")],
      repeats: 0,
      countries: ["DE", "DE", "KE"],
      contrasts: [{ id: "c", outcome: "similarity", baseline: "US", against: ["KE"] }],
      budget: { glm: "0", usd: "0" },
    };
    expect(wrong(spec)).toEqual([
      "JOB_SPEC_INVALID title",
      "JOB_SPEC_INVALID prompts[0].text",
      "JOB_SPEC_REPEATS_INVALID repeats",
      "JOB_SPEC_INVALID countries[1]",
      "JOB_SPEC_COUNTRY_UNKNOWN contrasts[0].baseline",
      "JOB_SPEC_BUDGET_MISSING budget.glm",
    ]);
  });

  it("begins with what it is refused for", () => {
    for (const name of Object.keys(CODE_OF_INVALID_EXAMPLE)) {
      const input = exampleJson(`invalid/${name}`);
      const [first] = refusalsOf(input, LIMITS);
      expect(first).toEqual(refusalOf(input));
    }
  });

  it("is told of half characters, which have no canonical bytes, without failing", () => {
    expect(wrong({ ...quick, prompts: [prompt("a\ud800b")] })).toEqual([
      "JOB_SPEC_INVALID prompts[0].text",
    ]);
  });

  it.each([[null], ["spec"], [[]]])("is one thing when it is %j", (input) => {
    expect(wrong(input)).toEqual(["JOB_SPEC_INVALID "]);
  });
});
