import { RepeatsTable } from "@/components/composer/power-panel";
import { controlId } from "@/components/composer/problems";
import { type StepProps, typedIn } from "@/components/composer/step-props";
import { Field } from "@/components/jobs/form-field";
import type { JobSpec } from "@/schemas/job-spec";

/** How often and how each cell is asked, and what that can find. */
export function SamplingStep({
  draft,
  spec,
  onChange,
  wrong,
}: Pick<StepProps, "draft" | "onChange" | "wrong"> & { spec: JobSpec }) {
  const typed = typedIn(draft, onChange);
  const number = (field: Parameters<typeof typed>[0]) =>
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
        <Field label="Repeats a cell" hint="1 to 50" {...number("repeats")} />
      </div>
      <section aria-label="What other numbers would find" className="grid gap-4">
        <h3>What other numbers of repeats would find</h3>
        <RepeatsTable spec={spec} onRepeats={(repeats) => onChange({ repeats: String(repeats) })} />
      </section>
      <section aria-label="Sampling" className="grid gap-4">
        <h3>Sampling, the same in every cell</h3>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Temperature" hint="0 to 2" {...number("temperature")} />
          <Field label="Top p" hint="above 0, up to 1" {...number("topP")} />
          <Field
            label="Longest answer, tokens"
            hint="1 to 8,192; a longer one is cut"
            {...number("maxOutputTokens")}
          />
          <Field
            label="Seed base"
            hint="each task’s seed is derived from it"
            {...number("seedBase")}
          />
        </div>
      </section>
    </>
  );
}
