import { CostTable, LeastTime } from "@/components/composer/cost-table";
import { controlId } from "@/components/composer/problems";
import { SimulationPart } from "@/components/composer/simulation-part";
import { type StepProps, typedIn } from "@/components/composer/step-props";
import { Field } from "@/components/jobs/form-field";
import type { JobSpec } from "@/schemas/job-spec";
import type { ServiceUsage } from "@/schemas/usage";

/** What a job may cost and how long it may take, and what is known of both. */
export function BudgetStep({
  draft,
  catalog,
  spec,
  usage,
  onChange,
  wrong,
}: StepProps & { spec: JobSpec; usage: readonly ServiceUsage[] }) {
  const typed = typedIn(draft, onChange);
  const amount = (field: Parameters<typeof typed>[0]) =>
    ({
      id: controlId(field),
      inputMode: "decimal",
      autoComplete: "off",
      maxLength: 40,
      error: wrong(field),
      ...typed(field),
    }) as const;
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-3">
        <Field label="GLM" hint={`at most ${catalog.limits.glm} here`} {...amount("budgetGlm")} />
        <Field
          label="US dollars"
          hint={`at most ${catalog.limits.usd} here`}
          {...amount("budgetUsd")}
        />
        <Field label="Deadline, minutes" hint="0.5 to 1,440" {...amount("deadlineMinutes")} />
      </div>
      <section aria-label="What it costs" className="grid gap-4">
        <h3>What it costs</h3>
        <CostTable spec={spec} catalog={catalog} usage={usage} />
        <p className="text-[13px] text-muted">
          At most: every question as long as the longest one, every answer as long as allowed.
          Expected: the same questions, with answers as long as the service’s earlier ones here.
          What providers charge in GLM is known when they are rented, and never more than the
          budget.
        </p>
        <LeastTime spec={spec} catalog={catalog} />
      </section>
      {(catalog.simulated || spec.simulation !== undefined) && (
        <SimulationPart draft={draft} onChange={onChange} wrong={wrong} />
      )}
    </>
  );
}
