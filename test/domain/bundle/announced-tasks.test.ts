import { describe, expect, it } from "vitest";
import { announcedTasks, titleIn } from "@/server/domain/bundle/announced-tasks";
import { fromHex, utf8 } from "@/server/domain/bytes";
import { canonicalBytes, cidOf, type Json } from "@/server/domain/digest";
import { parseJobSpec } from "@/server/domain/job/parse-spec";
import { planTasks, tasksDigestOf } from "@/server/domain/job/plan";
import { aSpec, exampleJson } from "@/test/domain/job/job-specs";
import { anIntent } from "@/test/domain/verify/a-log";

const LIMITS = { glm: "10", usd: "5" };
const SEED = fromHex(anIntent().order_seed);

/** A spec's bytes, and the announcement that a portal makes of it. */
function announced(example: unknown) {
  const spec = parseJobSpec(example, LIMITS);
  const planned = planTasks(anIntent().job, spec, SEED);
  const bytes = canonicalBytes(spec as unknown as Json);
  const intent = anIntent({
    spec_cid: cidOf(bytes),
    tasks: planned.length,
    tasks_digest: tasksDigestOf(planned),
  });
  return { bytes, intent, planned };
}

describe("the tasks of a job, laid down again from what was announced", () => {
  it.each(["quick", "demonstration", "home", "exit", "simulation"])(
    "are those of the portal: %s",
    (name) => {
      const { bytes, intent, planned } = announced(exampleJson(name));
      expect(announcedTasks(intent, bytes)).toEqual(planned);
    },
  );

  it("are asked from home where the spec says so, and nowhere else", () => {
    const places = (name: string) => {
      const { bytes, intent } = announced(exampleJson(name));
      return new Set(announcedTasks(intent, bytes)?.map(({ country }) => country));
    };
    expect(places("home")).toEqual(new Set(["home"]));
    expect(places("exit")).toEqual(new Set(["DE", "KE", "home"]));
    expect(places("quick")).toEqual(new Set(["DE", "KE"]));
  });

  const quick = exampleJson("quick") as Record<string, unknown>;
  const [service] = quick.services as Record<string, unknown>[];
  it.each<[string, object]>([
    ["a door that there is not", { services: [{ ...service, door: "window" }] }],
    ["a service without a door", { services: [{ id: "s" }] }],
    ["a service that is a list", { services: [["model"]] }],
    ["home among the countries", { countries: ["DE", "home"] }],
    ["countries that are no list", { countries: "DE" }],
    ["no place at all", { countries: [] }],
    ["a home that is not asked and said to be", { home: false }],
    ["a home in words", { home: "yes" }],
    ["repeats without end", { repeats: 1e15 }],
  ])("are none of a spec with %s", (_, changes) => {
    const bytes = canonicalBytes({ ...quick, ...changes } as Json);
    const { intent } = announced(quick);
    expect(announcedTasks({ ...intent, spec_cid: cidOf(bytes) }, bytes)).toBeNull();
  });

  it("are none of another spec, of another seed, or of another count", () => {
    const { bytes, intent } = announced(exampleJson("exit"));
    const other = canonicalBytes(aSpec({ repeats: 3 }) as unknown as Json);
    expect(announcedTasks(intent, other)).toBeNull();
    expect(announcedTasks({ ...intent, order_seed: "0".repeat(32) }, bytes)).toBeNull();
    expect(announcedTasks({ ...intent, tasks: intent.tasks + 1 }, bytes)).toBeNull();
  });

  it("leave out home when the announcement counted it, and are then none", () => {
    const { home: _, contrasts: __, ...rest } = exampleJson("exit") as Record<string, unknown>;
    const without = canonicalBytes({ ...rest, contrasts: [] } as Json);
    const { intent } = announced(exampleJson("exit"));
    expect(announcedTasks({ ...intent, spec_cid: cidOf(without) }, without)).toBeNull();
  });
});

describe("a job's title", () => {
  it("is read from its spec, and null for what is none", () => {
    expect(titleIn(announced(exampleJson("home")).bytes)).toContain("this machine");
    for (const text of ["", "[]", "null", '{"title":1}']) expect(titleIn(utf8(text))).toBeNull();
  });
});
