import type { JobSpec, ServiceRef } from "@/schemas/job-spec";
import type { Amount } from "@/schemas/primitives";
import type { ServiceUsage } from "@/schemas/usage";
import { amountOf, unitsOf } from "@/server/domain/job/amount";
import { taskCountOf } from "@/server/domain/job/places";
import { costAtMost } from "@/server/domain/service/cost";
import { questionBytesAtMost } from "@/server/domain/service/known-services";
import type { Price } from "@/server/domain/service/prices";
import type { Charge } from "@/server/domain/service/worst-case";

/** What one service of a job comes to. */
export type ServiceCost = {
  readonly service: string;
  readonly tasks: number;
} & (
  | { readonly kind: "in-glm" }
  /** Nobody knows its price. */
  | { readonly kind: "unknown" }
  /** More than an amount can say: a billion dollars. */
  | { readonly kind: "beyond" }
  | {
      readonly kind: "priced";
      /** Every answer as long as allowed. */
      readonly atMostUsd: Amount;
      /** Every answer as long as earlier ones were on average; null: nothing was asked of it here before. */
      readonly expected: { readonly usd: Amount; readonly usage: ServiceUsage } | null;
    }
);

type Asked = Pick<
  JobSpec,
  "system_prompt" | "prompts" | "services" | "countries" | "home" | "repeats" | "sampling"
>;

const BEYOND = unitsOf("999999999");

/**
 * What each service of a job costs: at most, and as far as earlier answers tell, expected. Questions count with as
 * many tokens as they have bytes in both, so that an expectation is rather too dear than too cheap.
 *
 * @param spec its repeats and its longest answer must be whole numbers, and it has a prompt.
 * @param usage how long answers were here before.
 */
export function jobCosts(
  spec: Asked,
  chargeOf: (service: ServiceRef) => Charge,
  usage: readonly ServiceUsage[],
): readonly ServiceCost[] {
  const bytes = questionBytesAtMost(spec);
  return spec.services.map((service): ServiceCost => {
    const tasks = taskCountOf({ ...spec, services: [service] });
    const row = { service: service.id, tasks };
    const charge = chargeOf(service);
    if (charge === "in-glm") return { ...row, kind: "in-glm" };
    if (charge === null) return { ...row, kind: "unknown" };
    const { max_output_tokens } = spec.sampling;
    const atMost = costOfAll(tasks, bytes, max_output_tokens, charge);
    if (atMost > BEYOND) return { ...row, kind: "beyond" };
    const known = usage.find((one) => isOf(one, service));
    return {
      ...row,
      kind: "priced",
      atMostUsd: amountOf(atMost),
      expected:
        known === undefined
          ? null
          : {
              usage: known,
              usd: amountOf(
                costOfAll(
                  tasks,
                  bytes,
                  Math.min(max_output_tokens, Math.ceil(known.meanOutputTokens)),
                  charge,
                ),
              ),
            },
    };
  });
}

const costOfAll = (tasks: number, bytes: number, tokens: number, price: Price): bigint =>
  BigInt(tasks) * unitsOf(costAtMost(bytes, tokens, price));

const isOf = ({ connection, model }: ServiceUsage, service: ServiceRef): boolean =>
  service.door !== "model" && service.api.connection === connection && service.model === model;
