import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Comparison } from "@/schemas/comparison";
import { CountryCode } from "@/schemas/country";
import type { JobSpec } from "@/schemas/job-spec";
import { Instant } from "@/schemas/primitives";
import { ResponseState, type TaskStatus } from "@/schemas/task";
import { answerAsControlModel } from "@/server/domain/control/answer";
import { canonicalBytes, cidOf } from "@/server/domain/digest";
import { type ClosedTask, compareJob } from "@/server/domain/eval/compare";
import { comparisonBytesAtMost } from "@/server/domain/eval/comparison-size";
import { wordJaccard } from "@/server/domain/eval/similarity";
import { comparisonIdOf, jobIdFrom } from "@/server/domain/identity";
import { planTasks } from "@/server/domain/job/plan";
import { aSpec } from "@/test/domain/job/job-specs";

const JOB = jobIdFrom(new Uint8Array(16));
const [DE, KE] = [CountryCode.parse("DE"), CountryCode.parse("KE")];
const SPEC = aSpec({ repeats: 3 });

const aTask = (fields: Partial<ClosedTask> = {}): ClosedTask => ({
  prompt: "vell-dam",
  service: "control-regional",
  country: DE,
  repeat: 0,
  status: "SUCCEEDED",
  state: "answered",
  text: "the dam was closed",
  isElsewhere: false,
  isUnverified: false,
  ...fields,
});

const compare = (tasks: readonly ClosedTask[], spec: JobSpec = SPEC): Comparison =>
  compareJob({
    id: comparisonIdOf(JOB),
    job: JOB,
    spec,
    specCid: cidOf(canonicalBytes(spec)),
    simulated: true,
    computedAt: Instant.parse("2026-11-22T11:19:00.000Z"),
    icu: "77.1",
    tasks,
  });

function only<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined || items.length !== 1) throw new Error(`${items.length} items, not one`);
  return item;
}

const answers = (country: CountryCode, texts: readonly string[]) =>
  texts.map((text, repeat) => aTask({ country, repeat, text }));

describe("the comparison of a job", () => {
  it("averages over pairs: within a cell on the diagonal, between cells beside it", () => {
    const de = ["the dam was closed", "the dam was shut", "a dam closed"];
    const ke = ["the dam was closed", "rivers rise"];
    const jaccard = (a: string | undefined, b: string | undefined) =>
      wordJaccard(a ?? "", b ?? "", "en") ?? 0;
    const mean = (values: readonly number[]) =>
      Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 1e4) / 1e4;
    const within = [jaccard(de[0], de[1]), jaccard(de[0], de[2]), jaccard(de[1], de[2])];
    const between = de.flatMap((a) => ke.map((b) => jaccard(a, b)));
    const group = only(compare([...answers(DE, de), ...answers(KE, ke)]).groups);
    expect(group.similarity).toEqual([
      [mean(within), mean(between)],
      [mean(between), 0],
    ]);
    expect(group.pairs).toEqual([
      [3, 6],
      [6, 1],
    ]);
  });

  it("says null and no pairs where nothing was measured", () => {
    const refused = answers(KE, ["No.", "No."]).map((task) => ({
      ...task,
      state: "refused" as const,
    }));
    const group = only(compare([...answers(DE, ["one answer"]), ...refused]).groups);
    expect(group.similarity).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(group.pairs).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it("compares answers and truncated answers, and nothing else", () => {
    for (const state of ResponseState.options) {
      const group = only(compare([aTask(), aTask({ country: KE, state })]).groups);
      expect(group.pairs[0]?.[1]).toBe(state === "answered" || state === "truncated" ? 1 : 0);
    }
  });

  it("leaves out a pair in which neither answer has a word", () => {
    const group = only(compare([...answers(DE, ["…", "!", "dam"]), ...answers(KE, ["?"])]).groups);
    expect(group.pairs).toEqual([
      [2, 1],
      [1, 0],
    ]);
    expect(group.similarity).toEqual([
      [0, 0],
      [0, null],
    ]);
  });

  it("counts every task of a cell once: as a response by its state, a failure or a withdrawal", () => {
    const anyTask = fc.record({
      status: fc.constantFrom<TaskStatus>("SUCCEEDED", "FAILED", "WITHDRAWN"),
      state: fc.constantFrom(...ResponseState.options),
      text: fc.constantFrom("a", "b", "c", null),
      country: fc.constantFrom(DE, KE),
    });
    fc.assert(
      fc.property(fc.array(anyTask, { maxLength: 12 }), (fields) => {
        const { closed, groups } = compare(fields.map(aTask));
        expect(closed.results + closed.failures + closed.withdrawn).toBe(closed.announced);
        for (const { country, announced, failures, withdrawn, states, distinct } of only(groups)
          .cells) {
          const responses = Object.values(states).reduce((sum, count) => sum + count, 0);
          expect(responses + failures + withdrawn).toBe(announced);
          const texts = fields.filter(
            (t) => t.country === country && t.status === "SUCCEEDED" && t.text !== null,
          );
          expect(distinct).toBe(new Set(texts.map(({ text }) => text)).size);
        }
      }),
    );
  });

  it("lists prompts, services and countries as the spec does, whatever the order of tasks", () => {
    const spec = aSpec({
      prompts: ["b", "a"].map((id) => ({ id, language: "en", text: "?" })),
      services: ["z", "y"].map((id) => ({ id, door: "model", model: "m" })),
      countries: ["KE", "DE"],
      contrasts: [],
      controls: [],
    });
    const tasks = planTasks(JOB, spec, new Uint8Array(16)).map(
      ({ promptId, serviceId, country, repeat }) =>
        aTask({ prompt: promptId, service: serviceId, country, repeat }),
    );
    const { groups } = compare(tasks, spec);
    expect(groups.map(({ prompt, service }) => prompt + service)).toEqual(["bz", "by", "az", "ay"]);
    expect(groups[0]?.cells.map(({ country }) => country)).toEqual(["KE", "DE"]);
    expect(compare([...tasks].reverse(), spec)).toEqual(compare(tasks, spec));
  });

  it("has no place for a task of another job", () => {
    expect(() => compare([aTask({ prompt: "other" })])).toThrow("no cell other");
  });
});

describe("the finding", () => {
  const rung = (tasks: readonly ClosedTask[], spec?: JobSpec) => compare(tasks, spec).finding.rung;

  it.each<[string, readonly ClosedTask[]]>([
    ["there is no response at all", [aTask({ status: "FAILED", state: "timed-out", text: null })]],
    [
      "only one country has a response",
      [aTask(), aTask({ country: KE, status: "WITHDRAWN", state: null })],
    ],
    [
      "nothing was answered",
      [aTask({ state: "refused" }), aTask({ country: KE, state: "empty", text: "" })],
    ],
  ])("is not comparable when %s, and says so", (_, tasks) => {
    const { finding } = compare(tasks);
    expect(finding.rung).toBe("not-comparable");
    expect(finding.reasons.length).toBeGreaterThan(0);
  });

  it("is not comparable when one country was asked", () => {
    const spec = aSpec({ countries: ["DE"], contrasts: [] });
    expect(rung([aTask()], spec)).toBe("not-comparable");
  });

  it("is otherwise never more than not tested, with the number of repeats", () => {
    const { finding } = compare([aTask(), aTask({ country: KE })]);
    expect(finding.rung).toBe("not-tested");
    expect(finding.reasons).toContainEqual(expect.stringContaining("asked 3 times"));
  });

  it("says that there is no noise floor when each cell was asked once", () => {
    const spec = aSpec({ repeats: 1 });
    expect(compare([aTask(), aTask({ country: KE })], spec).finding.reasons).toContainEqual(
      expect.stringContaining("no noise floor"),
    );
  });

  it("says how many tasks closed without a response", () => {
    const lost = aTask({ repeat: 1, status: "FAILED", state: "timed-out", text: null });
    const { reasons } = compare([aTask(), aTask({ country: KE }), lost]).finding;
    expect(reasons).toContain("1 of 3 announced tasks closed without a response.");
  });
});

describe("a large comparison", () => {
  const spec = aSpec({
    prompts: ["p1", "p2", "p3"].map((id) => ({
      id,
      language: "en",
      text: "Why was the Vell dam closed?",
    })),
    services: ["control-open", "control-regional"].map((model) => ({
      id: model,
      door: "model",
      model,
    })),
    countries: ["DE", "US", "KE", "BR", "SG"],
    repeats: 50,
    contrasts: [],
    controls: [],
  });
  const tasks = planTasks(JOB, spec, new Uint8Array(16)).map((task): ClosedTask => {
    const { content } = answerAsControlModel({
      model: task.serviceId,
      country: CountryCode.parse(task.country),
      prompt: "Why was the Vell dam closed?",
      systemPrompt: null,
      seed: task.seed,
      temperature: 1,
      maxTokens: 400,
    }) ?? { content: "" };
    return aTask({
      prompt: task.promptId,
      service: task.serviceId,
      country: task.country,
      repeat: task.repeat,
      text: content,
    });
  });

  it("of 1,500 answers keeps to its schema", () => {
    const comparison = compare(tasks, spec);
    expect(Comparison.parse(comparison)).toEqual(comparison);
  });

  it("is never longer than was promised before the run", () => {
    for (const [given, closed] of [
      [tasks, spec],
      [[aTask(), aTask({ country: KE })], SPEC],
    ] as const)
      expect(canonicalBytes(compare(given, closed)).length).toBeLessThanOrEqual(
        comparisonBytesAtMost(closed),
      );
  });

  it("fits its bound even when every cell holds every state", () => {
    const mixed = tasks.map((task, i) => ({
      ...task,
      text: `${task.text} ${i}`,
      state: ResponseState.options[task.repeat % ResponseState.options.length] ?? null,
    }));
    const sizeBytes = canonicalBytes(compare(mixed, spec)).length;
    expect(sizeBytes).toBeLessThanOrEqual(comparisonBytesAtMost(spec));
  });
});

describe("responses whose exit was in another country", () => {
  const here = aTask();
  const elsewhere = aTask({ repeat: 1, text: "something else altogether", isElsewhere: true });
  const kenyan = aTask({ country: KE });

  it("are counted as such, and in no figure of the country they were announced for", () => {
    const [group] = compare([here, elsewhere, kenyan]).groups;
    expect(group?.cells[0]).toMatchObject({
      announced: 2,
      mismatched: 1,
      states: { answered: 1 },
      distinct: 1,
    });
    expect(group?.pairs[0]?.[1]).toBe(1);
    expect(group?.similarity[0]?.[1]).toBe(1);
  });

  it("are named in the finding, and absent where there are none", () => {
    const { finding } = compare([here, elsewhere, kenyan]);
    expect(finding.reasons.join(" ")).toContain("1 of 3 responses are left out");
    expect(compare([here, kenyan]).groups[0]?.cells[0]).not.toHaveProperty("mismatched");
  });
});

describe("home", () => {
  it("is a column of its own, after the countries, and never one of them", () => {
    const api = { connection: "c", dialect: "openai" as const, base_url: "https://c.example/v1" };
    const services = [{ id: "gpt", door: "exit" as const, model: "gpt", api }];
    const spec = aSpec({ services, home: true, contrasts: [], controls: [] });
    const at = (country: ClosedTask["country"]) => aTask({ service: "gpt", country });
    const [group] = compare([at(DE), at("home")], spec).groups;
    expect(group?.cells.map(({ country }) => country)).toEqual([...spec.countries, "home"]);
  });
});
