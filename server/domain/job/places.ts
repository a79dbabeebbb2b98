import type { HOME, Place } from "@/schemas/country";
import type { JobSpec, ServiceRef } from "@/schemas/job-spec";

/** The schema's word, by its type: its module would bring zod into the verifier. */
const home: typeof HOME = "home";

type Asked = Pick<JobSpec, "countries" | "home">;

/**
 * Where one service of a job is asked from, in the order of columns.
 *
 * | door  | the spec's countries | home            |
 * |-------|----------------------|-----------------|
 * | model | yes                  | no              |
 * | exit  | yes                  | with `home` set |
 * | home  | no                   | yes             |
 */
export function placesOf(
  { countries, home: isHomeAsked }: Asked,
  { door }: Pick<ServiceRef, "door">,
): readonly Place[] {
  if (door === "home") return [home];
  return door === "exit" && isHomeAsked ? [...countries, home] : countries;
}

/** Every place that a job asks from: its countries in its own order, then home. */
export const allPlacesOf = (spec: Asked & Pick<JobSpec, "services">): readonly Place[] =>
  spec.services.some((service) => placesOf(spec, service).includes(home))
    ? [...spec.countries, home]
    : spec.countries;

/** How many tasks a job announces. */
export const taskCountOf = (
  spec: Asked & Pick<JobSpec, "services" | "prompts" | "repeats">,
): number =>
  spec.prompts.length *
  spec.repeats *
  spec.services.reduce((count, service) => count + placesOf(spec, service).length, 0);
