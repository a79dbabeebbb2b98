import type { CountryCode } from "@/schemas/country";
import type { JobSpec, ServiceRef } from "@/schemas/job-spec";
import type { ServiceView } from "@/schemas/service";
import type { ErrorCode } from "@/server/domain/errors";
import { SLUG_LENGTH, slugOf } from "@/server/domain/job/slug";
import { priceAt } from "@/server/domain/service/known-services";
import type { Charge } from "@/server/domain/service/worst-case";

type Obstacle = { readonly code: ErrorCode; readonly message: string };

/** One model of one service, as a job can ask it. */
export type CatalogService = {
  /** As it stands in a job spec. */
  readonly ref: ServiceRef;
  /** Whose it is, for people. */
  readonly name: string;
  /** What is known of how it behaves; null: nothing. */
  readonly description: string | null;
  readonly simulated: boolean;
  readonly charge: Charge;
  /** The most questions a minute that its connection bears, all its models together; null: no such limit. */
  readonly perMinute: number | null;
  /** Why it cannot be asked now, under the code that a job would meet; null: it can. */
  readonly obstacle: Obstacle | null;
};

/** What a job may ask for here. */
export type Catalog = {
  readonly services: readonly CatalogService[];
  /** Where it may be asked from. */
  readonly countries: readonly CountryCode[];
  /** Whether each of those is known to have a provider. */
  readonly areProvidersKnown: boolean;
  readonly limits: JobSpec["budget"];
  /** What rented machines run, which a job spec pins; null on the loopback network, where it pins nothing. */
  readonly images: JobSpec["images"] | null;
  /** Whether the network is the loopback network, on which faults can be made on purpose. */
  readonly simulated: boolean;
};

/** What an installation has for jobs. */
export type Installation = Omit<Catalog, "services"> & {
  /** Models inside rented machines. */
  readonly models: readonly { readonly id: string; readonly description: string | null }[];
  readonly services: readonly ServiceView[];
};

/**
 * What a job may ask for: each model of each service under a name of its own, with what it costs and what
 * keeps it from being asked.
 *
 * @param day the UTC day, `2026-11-22`: prices change.
 */
export function catalogOf(here: Installation, day: string): Catalog {
  const { models, services, countries, areProvidersKnown, limits, images, simulated } = here;
  const nameOnce = namer();
  return {
    countries,
    areProvidersKnown,
    limits,
    images,
    simulated,
    services: [
      ...models.map(
        ({ id, description }): CatalogService => ({
          ref: { id: nameOnce(id), door: "model", model: id },
          name: "A model inside the rented machine",
          description,
          simulated,
          charge: "in-glm",
          perMinute: null,
          obstacle: withoutImage(here, "model"),
        }),
      ),
      ...services.flatMap((service) =>
        service.models.map(
          ({ name: model }): CatalogService => ({
            ref: {
              id: nameOnce(`${service.id} ${model}`),
              door: service.door,
              model,
              api: {
                connection: service.id,
                dialect: service.dialect,
                base_url: service.base_url,
              },
            },
            name: service.name,
            description: null,
            simulated: service.is_simulated,
            charge: priceAt(service, model, day),
            perMinute: service.requests_per_minute,
            obstacle: obstacleOf(service) ?? withoutImage(here, service.door),
          }),
        ),
      ),
    ],
  };
}

/** Gives each its own name, also where the spec's alphabet makes two models' names alike. */
function namer(): (words: string) => string {
  const given = new Set<string>();
  return (words) => {
    const name = slugOf(words, "service");
    for (let n = 1; ; n++) {
      const suffix = n === 1 ? "" : `-${n}`;
      const tried = `${name.slice(0, SLUG_LENGTH - suffix.length)}${suffix}`;
      if (given.has(tried)) continue;
      given.add(tried);
      return tried;
    }
  };
}

function obstacleOf(service: ServiceView): Obstacle | null {
  const { paused_until, pause_reason, has_key, dialect } = service;
  // Those who only speak the dialect of another, such as Ollama or vLLM, often want none.
  if (!has_key && dialect !== "openai-compatible")
    return { code: "SERVICE_KEY_MISSING", message: "No key is stored for it." };
  if (paused_until === null) return null;
  const why = pause_reason === null ? "." : `: ${pause_reason}`;
  return { code: "SERVICE_PAUSED", message: `It is paused until ${paused_until}${why}` };
}

const withoutImage = (
  { images }: Pick<Installation, "images">,
  door: ServiceRef["door"],
): Obstacle | null =>
  images === null || door === "home" || images?.[door] !== undefined
    ? null
    : {
        code: "JOB_SPEC_IMAGE_UNKNOWN",
        message: "No image for the machines that it needs is configured here.",
      };
