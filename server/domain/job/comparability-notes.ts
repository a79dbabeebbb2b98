import type { JobSpec } from "@/schemas/job-spec";
import { allPlacesOf } from "@/server/domain/job/places";

/**
 * What of a job's design limits what may be said of it afterwards, in sentences for whoever composes it. None of
 * it keeps the job from running: a comparison of one place is refused later, by whoever computes it.
 */
export function comparabilityNotes(spec: JobSpec): readonly string[] {
  if (spec.services.length === 0) return [];
  return RULES.flatMap((note) => note(spec) ?? []);
}

type Note = (spec: JobSpec) => string | null;

const onePlace: Note = (spec) => {
  // Asked from nowhere, it cannot be announced at all.
  if (allPlacesOf(spec).length !== 1) return null;
  return spec.services.every(({ door }) => door === "home")
    ? "Everything is asked from this machine: no country is compared with another."
    : "The job asks from one place only: there is nothing to compare it with.";
};

const noContrast: Note = (spec) =>
  allPlacesOf(spec).length >= 2 && spec.contrasts.length === 0
    ? "No contrast is announced. What is not named before the run stays exploratory."
    : null;

const noControl: Note = ({ controls }) => {
  const kinds = new Set(controls.map(({ kind }) => kind));
  if (kinds.size === 0)
    return "No control rides along: nothing would show whether the instrument finds a difference that is there, or invents one that is not.";
  if (!kinds.has("negative"))
    return "No negative control rides along: nothing would show whether the instrument invents a difference.";
  return kinds.has("positive")
    ? null
    : "No positive control rides along: nothing would show whether the instrument finds a difference that is there.";
};

const askedOnce: Note = ({ repeats }) =>
  repeats === 1
    ? "Each cell is asked once: there is no noise floor to hold a difference against."
    : null;

const alwaysAlike: Note = ({ sampling, repeats }) =>
  sampling.temperature === 0 && repeats > 1
    ? "At temperature 0 the same question is likely to be answered alike again and again: repeats then say little about chance."
    : null;

const languages: Note = ({ prompts }) =>
  new Set(prompts.map(({ language }) => language)).size > 1
    ? "The prompts are in several languages. Countries are compared within one prompt: what differs between languages is no difference between countries."
    : null;

/** Controls behave as their published policies say, wherever they run. */
const onlyMachines: Note = ({ services, controls }) => {
  const known = new Set(controls.map(({ service }) => service));
  const isInside = services.every(({ door, id }) => door === "model" || known.has(id));
  return isInside && services.some(({ id }) => !known.has(id))
    ? "Only models inside rented machines are asked: no service outside sees from which country. What differs between countries would be the machine, or a habit of the model itself."
    : null;
};

const homeIsNoCountry: Note = ({ contrasts }) =>
  contrasts.some(({ baseline, against }) => baseline === "home" || against.includes("home"))
    ? "Home stands for no country: a difference from home also holds the difference between a direct line and a rented exit."
    : null;

const madeOnPurpose: Note = ({ simulation }) =>
  simulation === undefined
    ? null
    : "Faults are made on purpose in this job: cells may stay empty, and what is missing may be missing unevenly.";

const RULES: readonly Note[] = [
  onePlace,
  noContrast,
  noControl,
  askedOnce,
  alwaysAlike,
  languages,
  onlyMachines,
  homeIsNoCountry,
  madeOnPurpose,
];
