import type { JobSpec, ServiceRef } from "@/schemas/job-spec";
import type { Amount } from "@/schemas/primitives";
import { amountOf, unitsOf } from "@/server/domain/job/amount";
import { taskCountOf } from "@/server/domain/job/places";
import { costAtMost } from "@/server/domain/service/cost";
import { questionBytesAtMost } from "@/server/domain/service/known-services";
import type { Price } from "@/server/domain/service/prices";

/** What a service of a job is paid with: dollars at a price, the GLM of its machine, or nobody knows. */
export type Charge = Price | "in-glm" | null;

/** The most that a whole job can cost in US dollars, as far as that is known. */
export type WorstCase =
  | { readonly kind: "known"; readonly usd: Amount }
  /** Of these services of the job nobody knows the price. */
  | { readonly kind: "unknown"; readonly services: readonly string[] }
  /** More than an amount can say: a billion dollars. */
  | { readonly kind: "beyond" };

const BEYOND = unitsOf("999999999");

/**
 * What all questions of a job cost when each is as dear as what is put aside for it: as long as the
 * job's longest, answered with as many tokens as allowed.
 *
 * @param spec its numbers must be whole, as the schema asks for.
 */
export function dollarsAtMost(
  spec: Pick<
    JobSpec,
    "system_prompt" | "prompts" | "services" | "countries" | "home" | "repeats" | "sampling"
  >,
  chargeOf: (service: ServiceRef) => Charge,
): WorstCase {
  const charges = spec.services.map((service) => ({ service, charge: chargeOf(service) }));
  const unknown = charges.flatMap(({ service, charge }) => (charge === null ? [service.id] : []));
  if (unknown.length > 0) return { kind: "unknown", services: unknown };
  const bytes = questionBytesAtMost(spec);
  const units = charges.reduce((sum, { service, charge }) => {
    if (charge === null || charge === "in-glm") return sum;
    const tasks = BigInt(taskCountOf({ ...spec, services: [service] }));
    return sum + tasks * unitsOf(costAtMost(bytes, spec.sampling.max_output_tokens, charge));
  }, 0n);
  return units > BEYOND ? { kind: "beyond" } : { kind: "known", usd: amountOf(units) };
}
