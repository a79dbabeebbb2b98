import { describe, expect, it } from "vitest";
import { DraftBody, DraftId } from "@/schemas/draft";
import { JobSpec } from "@/schemas/job-spec";
import { draftFromSpec } from "@/server/domain/draft/draft-from-spec";
import { draftIdOf } from "@/server/domain/draft/draft-id";
import { emptyDraft, newDraft, nextKey } from "@/server/domain/draft/empty-draft";
import { placesIn, specFromDraft } from "@/server/domain/draft/spec-from-draft";
import type { Catalog } from "@/server/domain/job/catalog";
import { aSpec, exampleJson } from "@/test/domain/job/job-specs";

const KEY = "6f0f1a52-6f0e-4f43-9b5c-6c1f1f1a2b3c";
const OTHER_KEY = "0a0f1a52-6f0e-4f43-9b5c-6c1f1f1a2b3c";

/** A catalogue that knows the services of a spec, as they stand there. */
const knowing = (spec: JobSpec, fields: Partial<Catalog> = {}) => ({
  services: spec.services.map((ref) => ({
    ref,
    name: "A service",
    description: null,
    simulated: true,
    charge: "in-glm" as const,
    perMinute: null,
    obstacle: null,
  })),
  images: null,
  simulated: true,
  ...fields,
});
const example = (name: string) => JobSpec.parse(exampleJson(name));

describe("a draft's id", () => {
  it("is the same for the same person and submission key, and no other", () => {
    const id = draftIdOf("usr-a", KEY);
    expect(DraftId.parse(id)).toBe(draftIdOf("usr-a", KEY));
    expect(draftIdOf("usr-b", KEY)).not.toBe(id);
    expect(draftIdOf("usr-a", OTHER_KEY)).not.toBe(id);
  });
});

describe("a specification that is taken over", () => {
  it.each(["demonstration", "quick", "home", "exit", "simulation"])(
    "comes out again as it was: %s",
    (name) => {
      const spec = example(name);
      const catalog = knowing(spec);
      const { spec: draft, notes } = draftFromSpec(spec, catalog);
      expect(notes).toEqual([]);
      expect(specFromDraft(draft, catalog)).toEqual(spec);
      const body = newDraft(KEY, draft);
      expect(DraftBody.parse(JSON.parse(JSON.stringify(body)))).toEqual(body);
    },
  );

  it("keeps shares, seconds and minutes as they were", () => {
    const spec = aSpec({
      deadline_s: 100,
      simulation: {
        providers: [{ fault: "slow", moment: "mid-run", countries: [], share: 0.07 }],
        yagna: [{ fault: "down", after_s: 0.1, for_s: 2.5 }],
      },
    });
    const { spec: draft } = draftFromSpec(spec, knowing(spec));
    expect(draft.providerFaults[0]?.share).toBe("7");
    expect(specFromDraft(draft, knowing(spec))).toEqual(spec);
  });

  it("has its contrasts in the plain form where every place is compared with one", () => {
    const spec = aSpec({
      contrasts: ["refusal-rate", "similarity"].map((outcome) => ({
        id: `${outcome}-from-de`,
        outcome,
        baseline: "DE",
        against: ["KE"],
      })),
    });
    const { spec: draft } = draftFromSpec(spec, knowing(spec));
    expect(draft).toMatchObject({
      baseline: "DE",
      outcomes: ["refusal-rate", "similarity"],
      contrasts: [],
    });
  });

  it("says what it called otherwise, and keeps its controls", () => {
    const spec = example("quick");
    const here = knowing(spec);
    const renamed = here.services.map((service) => ({
      ...service,
      ref: { ...service.ref, id: "regional" },
    }));
    const { spec: draft, notes } = draftFromSpec(spec, { ...here, services: renamed });
    expect(notes).toEqual(["control-regional is called regional here."]);
    expect(draft.controls).toEqual([{ service: "regional", kind: "positive" }]);
  });

  it("says what it left out, of services, addresses, images and faults", () => {
    const spec = { ...example("exit"), ...pins("a"), simulation: { providers: [], yagna: [] } };
    const none = draftFromSpec(spec, { services: [], images: pins("b").images, simulated: false });
    expect(none.spec.services).toEqual([]);
    expect(none.notes).toEqual([
      "chatgpt, which asks for gpt-5-mini, is not known here and was left out.",
      "The images that this installation runs are pinned, not those of the specification.",
      "Faults made on purpose were left out: only a simulated network makes them.",
    ]);
    const moved = example("exit");
    const [service] = moved.services;
    if (service?.door !== "exit") throw new Error("the example asks through an exit");
    const elsewhere = {
      ...service,
      api: { ...service.api, base_url: "https://proxy.example/v1" },
    };
    expect(draftFromSpec(moved, knowing({ ...moved, services: [elsewhere] })).notes).toEqual([
      "chatgpt is reached at another address here.",
    ]);
  });
});

const pins = (letter: string) => ({
  images: { exit: { url: `https://images.example/${letter}`, sha3_224: letter.repeat(56) } },
});

describe("what is typed", () => {
  const catalog = knowing(example("quick"));

  it("is no number where nothing was typed, or no number", () => {
    const spec = specFromDraft(
      { ...emptyDraft(), temperature: "", repeats: " 6 ", topP: "half", deadlineMinutes: "" },
      catalog,
    );
    expect(spec.sampling.temperature).toBeNaN();
    expect(spec.sampling.top_p).toBeNaN();
    expect(spec.deadline_s).toBeNaN();
    expect(spec.repeats).toBe(6);
  });

  it("names prompts by their words, and keeps the names that they came with", () => {
    const prompts = [
      { key: 0, id: "", text: "Is it open?", language: "en" },
      { key: 1, id: "vell-dam", text: "Who closed it?", language: "en" },
    ];
    expect(
      specFromDraft({ ...emptyDraft(), prompts }, catalog).prompts.map(({ id }) => id),
    ).toEqual(["p1-is-it-open-en", "vell-dam"]);
  });

  it("announces a contrast only when it says what it compares with", () => {
    const contrast = { key: 0, id: "", outcome: "similarity", against: [] } as const;
    const spec = specFromDraft(
      {
        ...emptyDraft(),
        services: ["control-regional"],
        countries: example("quick").countries,
        baseline: "KE" as never,
        contrasts: [
          { ...contrast, baseline: "" },
          { ...contrast, key: 1, baseline: "DE" as never, against: ["KE" as never] },
        ],
      },
      catalog,
    );
    expect(spec.contrasts.map(({ id }) => id)).toEqual([
      "refusal-rate-from-ke",
      "similarity-from-de-2",
    ]);
  });

  it("asks from nowhere but home where only home is asked", () => {
    const home = example("home");
    const draft = { ...emptyDraft(), services: ["local-model"], countries: ["DE" as never] };
    expect(placesIn(draft, knowing(home))).toEqual(["home"]);
  });
});

it("a further row has a key of its own", () => {
  expect(nextKey([])).toBe(0);
  expect(nextKey([{ key: 4 }, { key: 2 }])).toBe(5);
});
