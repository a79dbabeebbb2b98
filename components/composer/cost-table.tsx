import { formatCount } from "@/components/ui/count";
import { Money } from "@/components/ui/money";
import { Table, Td, Th } from "@/components/ui/table";
import type { JobSpec } from "@/schemas/job-spec";
import type { ServiceUsage } from "@/schemas/usage";
import type { Catalog } from "@/server/domain/job/catalog";
import { jobCosts, type ServiceCost } from "@/server/domain/service/job-costs";
import { leastTimeOf } from "@/server/domain/service/least-time";

const isCount = (n: number) => Number.isInteger(n) && n >= 1 && n <= 1_000_000;

/** Whether a draft's numbers are such that a cost follows from them. */
export const isCountable = (spec: JobSpec): boolean =>
  spec.prompts.length > 0 && [spec.repeats, spec.sampling.max_output_tokens].every(isCount);

/** What is not a number of dollars, said in words. */
const IN_WORDS = {
  "in-glm": "paid in GLM, with the machine",
  unknown: "not known: nobody here knows its price",
  beyond: "more than 999,999,999",
} as const;

function Expected({ cost }: { cost: ServiceCost }) {
  if (cost.kind !== "priced") return cost.kind === "in-glm" ? "none" : "not known";
  if (Number(cost.atMostUsd) === 0) return "0";
  if (cost.expected === null) return "not known: nothing was asked of it here before";
  const { usd, usage } = cost.expected;
  return (
    <>
      <Money amount={usd} currency="USD" />
      <span className="block text-[12.5px] text-muted">
        as long as {formatCount(usage.answers)} earlier answers, {Math.ceil(usage.meanOutputTokens)}{" "}
        tokens on average
      </span>
    </>
  );
}

/** What each service comes to in dollars. */
export function CostTable({
  spec,
  catalog,
  usage,
}: {
  spec: JobSpec;
  catalog: Catalog;
  usage: readonly ServiceUsage[];
}) {
  if (spec.services.length === 0)
    return <p className="text-sm text-muted">Choose services first, in step 2.</p>;
  if (!isCountable(spec))
    return (
      <p className="text-sm text-muted">
        What it costs is not known before the repeats and the longest answer are whole numbers.
      </p>
    );
  const charges = new Map(catalog.services.map(({ ref, charge }) => [ref.id, charge]));
  const costs = jobCosts(spec, ({ id }) => charges.get(id) ?? null, usage);
  return (
    <Table label="What each service costs" isStacked>
      <thead>
        <tr>
          <Th>Service</Th>
          <Th className="text-end">Tasks</Th>
          <Th className="text-end">Expected, US$</Th>
          <Th className="text-end">At most, US$</Th>
        </tr>
      </thead>
      <tbody>
        {costs.map((cost) => (
          <tr key={cost.service}>
            <Td className="code">{cost.service}</Td>
            <Td label="Tasks" className="text-end tabular-nums">
              {formatCount(cost.tasks)}
            </Td>
            <Td label="Expected, US$" className="text-end">
              <Expected cost={cost} />
            </Td>
            <Td label="At most, US$" className="text-end">
              {cost.kind === "priced" ? (
                <Money amount={cost.atMostUsd} currency="USD" />
              ) : (
                IN_WORDS[cost.kind]
              )}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

const inMinutes = (seconds: number): string =>
  seconds < 120 ? `${seconds} s` : `${formatCount(Math.ceil(seconds / 60))} min`;

/** What is known of how long it takes, which is how long at least. */
export function LeastTime({ spec, catalog }: { spec: JobSpec; catalog: Catalog }) {
  const paces = new Map(catalog.services.map(({ ref, perMinute }) => [ref.id, perMinute]));
  const least = isCountable(spec) ? leastTimeOf(spec, ({ id }) => paces.get(id) ?? null) : null;
  if (least === null || least.seconds === 0)
    return (
      <p className="text-sm">
        How long it takes is not known before it runs. The deadline ends it.
      </p>
    );
  const isLate = least.seconds > spec.deadline_s;
  return (
    <p className="text-sm">
      At least {inMinutes(least.seconds)}: <span className="code">{least.connection}</span> is asked
      at most {formatCount(least.perMinute)} times a minute. How much longer, nobody knows before.
      {isLate && (
        <span className="block text-beacon">
          That is longer than the deadline: what is open then closes as withdrawn.
        </span>
      )}
    </p>
  );
}
