import type { CountryCode } from "@/schemas/country";
import type { Contrast, Control, JobSpec, ServiceRef } from "@/schemas/job-spec";

/** A prompt as it is being typed. `key` only tells rows apart. */
export type PromptDraft = {
  readonly key: number;
  readonly text: string;
  readonly language: string;
};

/** What the form holds, as typed. Numbers stay strings until the spec is made. */
export type SpecDraft = {
  readonly title: string;
  readonly systemPrompt: string;
  readonly prompts: readonly PromptDraft[];
  readonly services: readonly string[];
  readonly countries: readonly CountryCode[];
  readonly repeats: string;
  readonly temperature: string;
  readonly topP: string;
  readonly maxOutputTokens: string;
  readonly seedBase: string;
  readonly budgetGlm: string;
  readonly budgetUsd: string;
  readonly deadlineMinutes: string;
  /** "" announces no contrast: everything is exploratory. */
  readonly baseline: CountryCode | "";
  readonly outcomes: readonly Contrast["outcome"][];
  readonly controls: { readonly [service: string]: Control["kind"] };
};

/** What one starts from. The budget is a small one: whoever wants to spend more says so. */
export const emptyDraft = (): SpecDraft => ({
  title: "",
  systemPrompt: "",
  prompts: [{ key: 0, text: "", language: "en" }],
  services: [],
  countries: [],
  repeats: "4",
  temperature: "0.7",
  topP: "1",
  maxOutputTokens: "512",
  seedBase: "1",
  budgetGlm: "1",
  budgetUsd: "0",
  deadlineMinutes: "15",
  baseline: "",
  outcomes: ["refusal-rate"],
  controls: {},
});

/** A name in the spec's alphabet out of somebody's words, `fallback` where nothing is left of them. */
function slugOf(words: string, fallback: string): string {
  const slug = words
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 24)
    .replace(/^-+|-+$/g, "");
  return slug === "" ? fallback : slug;
}

/** The draft as the document that is sent, byte order aside. What is wrong with it, the server says. */
export function specFrom(draft: SpecDraft, known: readonly ServiceRef[]): JobSpec {
  const { baseline } = draft;
  const against = draft.countries.filter((country) => country !== baseline);
  const isTested = baseline !== "" && against.length > 0;
  return {
    version: "1.0",
    title: draft.title.trim(),
    system_prompt: draft.systemPrompt === "" ? null : draft.systemPrompt,
    prompts: draft.prompts.map(({ text, language }, i) => ({
      id: `p${i + 1}-${slugOf(text, "prompt")}-${slugOf(language, "und")}`,
      language,
      text,
    })),
    services: known
      .filter(({ id }) => draft.services.includes(id))
      .map(({ id, door, model }) => ({ id, door, model })),
    countries: [...draft.countries],
    repeats: Number(draft.repeats),
    sampling: {
      temperature: Number(draft.temperature),
      top_p: Number(draft.topP),
      max_output_tokens: Number(draft.maxOutputTokens),
      seed_base: Number(draft.seedBase),
    },
    budget: { glm: draft.budgetGlm.trim(), usd: draft.budgetUsd.trim() },
    deadline_s: Math.round(Number(draft.deadlineMinutes) * 60),
    contrasts: isTested
      ? draft.outcomes.map((outcome) => ({
          id: `${outcome}-from-${baseline.toLowerCase()}`,
          outcome,
          baseline,
          against,
        }))
      : [],
    controls: draft.services.flatMap((service): Control[] => {
      const kind = draft.controls[service];
      return kind === undefined ? [] : [{ service, kind }];
    }),
  };
}

/** How many tasks a spec announces. */
export const tasksOf = ({ prompts, services, countries, repeats }: JobSpec): number =>
  prompts.length * services.length * countries.length * repeats;
