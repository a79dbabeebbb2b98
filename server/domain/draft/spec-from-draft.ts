import type { Place } from "@/schemas/country";
import type { SpecDraft } from "@/schemas/draft";
import type { Contrast, JobSpec, ServiceRef } from "@/schemas/job-spec";
import type { Catalog } from "@/server/domain/job/catalog";
import { allPlacesOf } from "@/server/domain/job/places";
import { slugOf } from "@/server/domain/job/slug";

/** What the composer may choose from, as far as the spec needs to know. */
export type Choices = Pick<Catalog, "services" | "images">;

/** Of somebody's words so much is kept in a name. */
const SLUG_WORDS = 24;

/** What is no number is NaN, which no spec accepts; nothing typed is no zero. */
const numberOf = (typed: string): number =>
  typed.trim() === "" ? Number.NaN : Number(typed.trim());

/** The services of a draft as the spec has them. What the catalogue does not know is no part of the spec. */
const servicesOf = (draft: SpecDraft, { services }: Choices): ServiceRef[] =>
  draft.services.flatMap((id) => services.find(({ ref }) => ref.id === id)?.ref ?? []);

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
        share: numberOf(share) / 100,
      })),
      yagna: yagnaFaults.map(({ fault, afterS, forS }) => ({
        fault,
        after_s: numberOf(afterS),
        for_s: numberOf(forS),
      })),
    },
  };
}

/** The name of a contrast that compares every other place with one. */
export const simpleContrastId = (outcome: Contrast["outcome"], baseline: Place): string =>
  `${outcome}-from-${baseline.toLowerCase()}`;

/** Every place against the baseline; nothing when the baseline is no place of the job any more. */
export function simpleContrasts(
  { baseline, outcomes }: Pick<SpecDraft, "baseline" | "outcomes">,
  places: readonly Place[],
): Contrast[] {
  const against = places.filter((place) => place !== baseline);
  if (baseline === "" || !places.includes(baseline) || against.length === 0) return [];
  return outcomes.map((outcome) => ({
    id: simpleContrastId(outcome, baseline),
    outcome,
    baseline,
    against,
  }));
}

/** Contrasts of another form. One without a baseline is not finished, and is no part of the spec. */
const furtherContrasts = ({ contrasts }: SpecDraft): Contrast[] =>
  contrasts.flatMap(({ id, outcome, baseline, against }, i): Contrast[] =>
    baseline === ""
      ? []
      : [
          {
            id: id === "" ? `${simpleContrastId(outcome, baseline)}-${i + 1}` : id,
            outcome,
            baseline,
            against: [...against],
          },
        ],
  );

const promptsFrom = ({ prompts }: SpecDraft): JobSpec["prompts"] =>
  prompts.map(({ id, text, language }, i) => ({
    id:
      id === ""
        ? `p${i + 1}-${slugOf(text, "prompt", SLUG_WORDS)}-${slugOf(language, "und", SLUG_WORDS)}`
        : id,
    language,
    text,
  }));

/** The draft as the document that is sent, byte order aside. `refusalsOf` says what is wrong with it. */
export function specFromDraft(draft: SpecDraft, choices: Choices): JobSpec {
  const services = servicesOf(draft, choices);
  const where = whereAsked(draft, services);
  return {
    version: "1.0",
    title: draft.title.trim(),
    system_prompt: draft.systemPrompt === "" ? null : draft.systemPrompt,
    prompts: promptsFrom(draft),
    services,
    ...where,
    repeats: numberOf(draft.repeats),
    sampling: {
      temperature: numberOf(draft.temperature),
      top_p: numberOf(draft.topP),
      max_output_tokens: numberOf(draft.maxOutputTokens),
      seed_base: numberOf(draft.seedBase),
    },
    budget: { glm: draft.budgetGlm.trim(), usd: draft.budgetUsd.trim() },
    deadline_s: Math.round(numberOf(draft.deadlineMinutes) * 60),
    contrasts: [
      ...simpleContrasts(draft, allPlacesOf({ ...where, services })),
      ...furtherContrasts(draft),
    ],
    controls: draft.controls
      .filter(({ service }) => services.some(({ id }) => id === service))
      .map(({ service, kind }) => ({ service, kind })),
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
