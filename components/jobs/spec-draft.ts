import type { CountryCode, Place } from "@/schemas/country";
import type { Contrast, Control, JobSpec, ServiceRef } from "@/schemas/job-spec";
import type { FaultMoment, ProviderFault, YagnaFault } from "@/schemas/simulation";
import type { Catalog } from "@/server/domain/job/catalog";
import { allPlacesOf } from "@/server/domain/job/places";
import { slugOf } from "@/server/domain/job/slug";

/** A prompt as it is being typed. `key` only tells rows apart. */
export type PromptDraft = {
  readonly key: number;
  readonly text: string;
  readonly language: string;
};

/** A fault of providers as it is being chosen. */
export type ProviderFaultDraft = {
  readonly key: number;
  readonly fault: ProviderFault;
  readonly moment: FaultMoment;
  /** None: in all of the job's countries. */
  readonly countries: readonly CountryCode[];
  /** In percent. */
  readonly share: string;
};

/** A fault of yagna as it is being chosen. */
export type YagnaFaultDraft = {
  readonly key: number;
  readonly fault: YagnaFault;
  readonly afterS: string;
  readonly forS: string;
};

/** What the form holds, as typed. Numbers stay strings until the spec is made. */
export type SpecDraft = {
  readonly title: string;
  readonly systemPrompt: string;
  readonly prompts: readonly PromptDraft[];
  /** By their ids in the catalogue. */
  readonly services: readonly string[];
  readonly countries: readonly CountryCode[];
  /** Whether services on the internet are asked from this machine as well. */
  readonly home: boolean;
  readonly repeats: string;
  readonly temperature: string;
  readonly topP: string;
  readonly maxOutputTokens: string;
  readonly seedBase: string;
  readonly budgetGlm: string;
  readonly budgetUsd: string;
  readonly deadlineMinutes: string;
  /** "" announces no contrast: everything is exploratory. */
  readonly baseline: Place | "";
  readonly outcomes: readonly Contrast["outcome"][];
  readonly controls: { readonly [service: string]: Control["kind"] };
  readonly providerFaults: readonly ProviderFaultDraft[];
  readonly yagnaFaults: readonly YagnaFaultDraft[];
};

/** What one starts from. The budget is a small one: whoever wants to spend more says so. */
export const emptyDraft = (): SpecDraft => ({
  title: "",
  systemPrompt: "",
  prompts: [{ key: 0, text: "", language: "en" }],
  services: [],
  countries: [],
  home: false,
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
  providerFaults: [],
  yagnaFaults: [],
});

/** What the form may choose from, as far as the spec needs to know. */
type Choices = Pick<Catalog, "services" | "images">;

/** Of somebody's words so much is kept in a name. */
const SLUG_WORDS = 24;

/** The services of a draft as the spec has them, in the catalogue's order. */
const servicesOf = (draft: SpecDraft, { services }: Choices): ServiceRef[] =>
  services.flatMap(({ ref }) => (draft.services.includes(ref.id) ? [ref] : []));

/** Where a draft's services are asked from: countries only where one can be asked from there, home only where it may. */
function whereAsked(draft: SpecDraft, services: readonly ServiceRef[]) {
  const isExitAsked = services.some(({ door }) => door === "exit");
  const isHomeOnly = services.length > 0 && services.every(({ door }) => door === "home");
  return {
    countries: isHomeOnly ? [] : [...draft.countries],
    ...(draft.home && isExitAsked ? { home: true as const } : {}),
  };
}

/** What providers run for these services, pinned; nothing where nothing is downloaded. */
function pinsFor(services: readonly ServiceRef[], { images }: Choices): Pick<JobSpec, "images"> {
  const isAsked = (wanted: ServiceRef["door"]) => services.some(({ door }) => door === wanted);
  const pinned = {
    ...(images?.model !== undefined && isAsked("model") ? { model: images.model } : {}),
    ...(images?.exit !== undefined && isAsked("exit") ? { exit: images.exit } : {}),
  };
  return Object.keys(pinned).length === 0 ? {} : { images: pinned };
}

function simulationFrom({ providerFaults, yagnaFaults }: SpecDraft): Pick<JobSpec, "simulation"> {
  if (providerFaults.length + yagnaFaults.length === 0) return {};
  return {
    simulation: {
      providers: providerFaults.map(({ fault, moment, countries, share }) => ({
        fault,
        moment,
        countries: [...countries],
        share: Number(share) / 100,
      })),
      yagna: yagnaFaults.map(({ fault, afterS, forS }) => ({
        fault,
        after_s: Number(afterS),
        for_s: Number(forS),
      })),
    },
  };
}

/** Every place against the baseline; nothing when the baseline is no place of the job any more. */
function contrastsFrom(draft: SpecDraft, places: readonly Place[]): Contrast[] {
  const { baseline, outcomes } = draft;
  const against = places.filter((place) => place !== baseline);
  if (baseline === "" || !places.includes(baseline) || against.length === 0) return [];
  return outcomes.map((outcome) => ({
    id: `${outcome}-from-${baseline.toLowerCase()}`,
    outcome,
    baseline,
    against,
  }));
}

/** The draft as the document that is sent, byte order aside. What is wrong with it, the server says. */
export function specFrom(draft: SpecDraft, choices: Choices): JobSpec {
  const services = servicesOf(draft, choices);
  const where = whereAsked(draft, services);
  return {
    version: "1.0",
    title: draft.title.trim(),
    system_prompt: draft.systemPrompt === "" ? null : draft.systemPrompt,
    prompts: draft.prompts.map(({ text, language }, i) => ({
      id: `p${i + 1}-${slugOf(text, "prompt", SLUG_WORDS)}-${slugOf(language, "und", SLUG_WORDS)}`,
      language,
      text,
    })),
    services,
    ...where,
    repeats: Number(draft.repeats),
    sampling: {
      temperature: Number(draft.temperature),
      top_p: Number(draft.topP),
      max_output_tokens: Number(draft.maxOutputTokens),
      seed_base: Number(draft.seedBase),
    },
    budget: { glm: draft.budgetGlm.trim(), usd: draft.budgetUsd.trim() },
    deadline_s: Math.round(Number(draft.deadlineMinutes) * 60),
    contrasts: contrastsFrom(draft, allPlacesOf({ ...where, services })),
    controls: services.flatMap(({ id }): Control[] => {
      const kind = draft.controls[id];
      return kind === undefined ? [] : [{ service: id, kind }];
    }),
    ...pinsFor(services, choices),
    ...simulationFrom(draft),
  };
}

/** Where a draft asks from, its home among it, for whoever chooses among places. */
export function placesIn(draft: SpecDraft, choices: Choices): readonly Place[] {
  const services = servicesOf(draft, choices);
  return allPlacesOf({ ...whereAsked(draft, services), services });
}

/** Whether countries, and whether home, are to be chosen for the services of a draft. */
export function placesToChoose(draft: SpecDraft, choices: Choices) {
  const services = servicesOf(draft, choices);
  return {
    isExitAsked: services.some(({ door }) => door === "exit"),
    isHomeOnly: services.length > 0 && services.every(({ door }) => door === "home"),
  };
}
