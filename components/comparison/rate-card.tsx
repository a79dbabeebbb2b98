import {
  type Choice,
  choicePath,
  RATE_SCOPES,
  type RateScope,
} from "@/components/comparison/choice";
import { ChoiceLinks } from "@/components/comparison/choice-links";
import { RateChartSlot } from "@/components/comparison/rate-chart-slot";
import { RateTable } from "@/components/comparison/rate-table";
import { OUTCOME_LOOKS } from "@/components/comparison/rate-words";
import { Card, CardHead } from "@/components/ui/card";
import { counted } from "@/components/ui/count";
import { placeName } from "@/components/ui/country";
import type { Comparison } from "@/schemas/comparison";
import type { JobSnapshot } from "@/schemas/snapshot";
import { outcomesIn, ratesOf } from "@/server/domain/eval/rates";

const SCOPE_NAMES: Readonly<Record<RateScope, string>> = {
  prompt: "this prompt and service",
  service: "all prompts, this service",
  job: "the whole job",
};

const groupsIn = (
  comparison: Pick<Comparison, "groups">,
  { scope, prompt, service }: Choice,
): Comparison["groups"] =>
  comparison.groups.filter(
    (group) =>
      scope === "job" ||
      (group.service === service && (scope === "service" || group.prompt === prompt)),
  );

/** How often each country's responses were no answers, by kind: chart, table, and what the interval is. */
export function RateCard({
  job,
  comparison,
  choice,
}: {
  job: Pick<JobSnapshot, "id" | "countries">;
  comparison: Pick<Comparison, "groups" | "simulated">;
  choice: Choice;
}) {
  const groups = groupsIn(comparison, choice);
  const rates = ratesOf(groups, job.countries, choice.outcome);
  const prompts = new Set(groups.map(({ prompt }) => prompt)).size;
  const services = new Set(groups.map(({ service }) => service)).size;
  const { label, tone } = OUTCOME_LOOKS[choice.outcome];
  const over = `${counted(prompts, "prompt")}, ${counted(services, "service")}`;
  const outcomes = outcomesIn(comparison.groups);
  return (
    <Card>
      <CardHead title="How often there was no answer" id="rates">
        Of the responses that came back from each country, how many were no answer, with what that
        allows one to say of the service. Failures and withdrawn tasks are no responses and are not
        counted; neither are responses whose exit was in another country.
      </CardHead>
      <div className="mb-5 flex flex-wrap gap-x-8 gap-y-2">
        <ChoiceLinks
          label="Counted"
          options={(outcomes.includes(choice.outcome)
            ? outcomes
            : [...outcomes, choice.outcome]
          ).map((outcome) => ({
            key: outcome,
            name: OUTCOME_LOOKS[outcome].label,
            href: choicePath(job.id, { ...choice, outcome }, "rates"),
            isChosen: outcome === choice.outcome,
          }))}
        />
        <ChoiceLinks
          label="Over"
          options={RATE_SCOPES.map((scope) => ({
            key: scope,
            name: SCOPE_NAMES[scope],
            href: choicePath(job.id, { ...choice, scope }, "rates"),
            isChosen: scope === choice.scope,
          }))}
        />
      </div>
      <p className="mb-3 text-sm">
        <b className="font-semibold">Responses: {label}</b>, {over}
        {comparison.simulated && <span className="text-beacon">, simulated network</span>}
      </p>
      <div className="grid items-start gap-x-10 gap-y-6 *:min-w-0 lg:grid-cols-[minmax(0,1fr)_36rem]">
        <RateChartSlot
          tone={tone}
          label={`Chart: share of responses that were ${label}, by country, with 95 % intervals. The table has the same figures.`}
          points={rates.map(({ place, responses, share, interval }) => ({
            name: placeName(place),
            responses,
            share,
            interval,
          }))}
        />
        <RateTable rates={rates} outcome={choice.outcome} />
      </div>
      <p className="mt-4 max-w-[70ch] text-[13px] text-muted">
        Intervals are 95 %: Wilson’s, from both sides; where none or all of n were counted (“at
        most”, “at least”; hollow dot, dashed line), the exact bound from one side.
        {(prompts > 1 || services > 1) &&
          " Answers to one prompt are more alike than answers to several, so over several prompts or services the truth is less certain than these intervals."}{" "}
        Intervals that overlap or do not are no test of a difference.
      </p>
    </Card>
  );
}
