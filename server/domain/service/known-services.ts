import type { JobSpec, ServiceRef } from "@/schemas/job-spec";
import type { Amount } from "@/schemas/primitives";
import type { ServiceSettings } from "@/schemas/service";
import { utf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { unitsOf } from "@/server/domain/job/amount";
import { costAtMost } from "@/server/domain/service/cost";
import { type OwnPrice, type Price, priceOf } from "@/server/domain/service/prices";

/** A service that this installation can ask. */
export type KnownService = ServiceSettings & {
  /** When its key was entered; null: none is stored. */
  readonly keySetAt: Date | null;
};

/** What the services of a job cost. Services that charge nothing are in neither. */
export type JobPrices = {
  readonly prices: ReadonlyMap<string, Price>;
  /** What one question may cost at most. */
  readonly atMostUsd: ReadonlyMap<string, Amount>;
};

/**
 * Whether any of a job's answers comes out of the simulation: on the loopback network all do that are
 * asked through providers, and what is asked at home of the simulated vendor. An endpoint of the
 * installation's own at home is as real there as anywhere.
 */
export const isJobSimulated = (
  spec: Pick<JobSpec, "services">,
  services: readonly Pick<KnownService, "base_url" | "door">[],
): boolean =>
  spec.services.some(
    (service) =>
      service.door !== "home" ||
      services.some(
        ({ door, base_url }) =>
          door === "exit" &&
          isLoopback(base_url) &&
          originOf(base_url) === originOf(service.api.base_url),
      ),
  );

const originOf = (url: string): string => new URL(url).origin;
const isLoopback = (url: string): boolean =>
  /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/.test(new URL(url).hostname);

type ApiService = Extract<ServiceRef, { readonly api: unknown }>;

/**
 * Holds the services of a spec against those that this installation knows: same connection, dialect,
 * address and way, a model that may be asked, a key where one is wanted, and a price, without which no
 * cap could be kept.
 *
 * @param day the UTC day, `2026-11-22`: prices change.
 * @throws BeaconError JOB_SPEC_SERVICE_UNKNOWN, SERVICE_KEY_MISSING, SERVICE_PRICE_UNKNOWN,
 *   JOB_SPEC_BUDGET_MISSING; `details.path` names the field.
 */
export function pricesOfJob(
  spec: JobSpec,
  services: readonly KnownService[],
  day: string,
): JobPrices {
  const priced = spec.services.flatMap((service, at): [string, Price][] => {
    if (service.door === "model") return [];
    const price = priceAt(knownAs(services, service, at), service.model, day);
    if (price === null)
      throw refusal(
        "SERVICE_PRICE_UNKNOWN",
        `services[${at}].model`,
        `Nobody knows what ${service.model} costs at ${service.api.connection}; enter its price with the service, so that the budget can be kept.`,
      );
    return isFree(price) ? [] : [[service.id, price]];
  });
  const [paid] = priced;
  if (paid !== undefined && unitsOf(spec.budget.usd) === 0n)
    throw refusal(
      "JOB_SPEC_BUDGET_MISSING",
      "budget.usd",
      `budget.usd is 0, and ${paid[0]} is paid for; say how many dollars may be spent.`,
    );
  const bytes = questionBytesAtMost(spec);
  const { max_output_tokens } = spec.sampling;
  return {
    prices: new Map(priced),
    atMostUsd: new Map(
      priced.map(([id, price]) => [id, costAtMost(bytes, max_output_tokens, price)]),
    ),
  };
}

/** The longest question of a job, in bytes of UTF-8. */
export const questionBytesAtMost = ({
  system_prompt,
  prompts,
}: Pick<JobSpec, "system_prompt" | "prompts">): number =>
  utf8(system_prompt ?? "").length + Math.max(...prompts.map(({ text }) => utf8(text).length));

const isFree = ({ inputAtMostUsd, outputUsd }: Price): boolean =>
  unitsOf(inputAtMostUsd) === 0n && unitsOf(outputUsd) === 0n;

const refusal = (code: BeaconError["code"], path: string, message: string): BeaconError =>
  new BeaconError(code, message, { details: { path } });

function knownAs(
  services: readonly KnownService[],
  { id, door, model, api }: ApiService,
  at: number,
): KnownService {
  const known = services.find((one) => one.id === api.connection);
  const isSame =
    known?.dialect === api.dialect &&
    known.base_url === api.base_url &&
    known.door === door &&
    known.models.some(({ name }) => name === model);
  if (known === undefined || !isSame)
    throw refusal(
      "JOB_SPEC_SERVICE_UNKNOWN",
      `services[${at}]`,
      `No service here is called ${api.connection}, speaks ${api.dialect} at ${api.base_url}, is reached by the ${door} door and has a model ${model}.`,
    );
  if (known.keySetAt === null && known.dialect !== "openai-compatible")
    throw refusal(
      "SERVICE_KEY_MISSING",
      `services[${at}]`,
      `${id} wants a key and ${known.id} has none; an admin enters it with the service.`,
    );
  return known;
}

/** What a model of a service costs: what is entered with it, else what the price table says. Null: nobody knows. */
export function priceAt(
  { dialect, base_url, models }: Pick<ServiceSettings, "dialect" | "base_url" | "models">,
  model: string,
  day: string,
): Price | null {
  const own = new Map<string, OwnPrice>(
    models.flatMap(({ name, price }) =>
      price === undefined
        ? []
        : [
            [
              name,
              {
                inputUsd: price.input_usd_per_mtok,
                outputUsd: price.output_usd_per_mtok,
                source: price.source,
                date: price.date,
              },
            ],
          ],
    ),
  );
  return priceOf({ dialect, baseUrl: base_url, model, day }, own);
}
