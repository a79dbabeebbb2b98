import { Part, Tick } from "@/components/jobs/form-field";
import type { PartProps } from "@/components/jobs/place-parts";
import { placesIn } from "@/components/jobs/spec-draft";
import { placeName } from "@/components/ui/country";
import type { Place } from "@/schemas/country";
import type { Contrast, Control } from "@/schemas/job-spec";

const OUTCOMES: readonly { readonly outcome: Contrast["outcome"]; readonly label: string }[] = [
  { outcome: "refusal-rate", label: "How often it refuses" },
  { outcome: "similarity", label: "How alike the answers are" },
];

/** What is to be compared, said before the run. */
export function ContrastPart({ draft, catalog, onChange }: PartProps) {
  const places = placesIn(draft, catalog);
  const baseline = places.find((place) => place === draft.baseline) ?? "";
  return (
    <Part title="Contrasts" hint="Named before the run. What is not named here stays exploratory.">
      <label className="grid gap-1.5 text-sm font-medium">
        Compare all countries with
        <select
          className="field font-normal"
          value={baseline}
          onChange={(event) => onChange({ baseline: event.currentTarget.value as Place | "" })}
        >
          <option value="">nothing: exploratory</option>
          {places.map((place) => (
            <option key={place} value={place}>
              {placeName(place)}
            </option>
          ))}
        </select>
      </label>
      <div>
        {OUTCOMES.map(({ outcome, label }) => (
          <Tick
            key={outcome}
            label={label}
            disabled={baseline === ""}
            checked={draft.outcomes.includes(outcome)}
            onChange={(event) =>
              onChange({
                outcomes: event.currentTarget.checked
                  ? [...draft.outcomes, outcome]
                  : draft.outcomes.filter((other) => other !== outcome),
              })
            }
          />
        ))}
      </div>
    </Part>
  );
}

/** Which of the chosen services have known behaviour. */
export function ControlPart({ draft, onChange }: Pick<PartProps, "draft" | "onChange">) {
  const set = (service: string, kind: string) => {
    const { [service]: _, ...others } = draft.controls;
    onChange({
      controls: kind === "" ? others : { ...others, [service]: kind as Control["kind"] },
    });
  };
  return (
    <Part title="Controls" hint="Services with known behaviour show whether the instrument works.">
      {draft.services.length === 0 ? (
        <p className="text-sm text-muted">Choose services first.</p>
      ) : (
        draft.services.map((service) => (
          <label
            key={service}
            className="grid items-center gap-1.5 text-sm font-medium sm:grid-cols-[1fr_1.4fr]"
          >
            <span className="code">{service}</span>
            <select
              className="field font-normal"
              value={draft.controls[service] ?? ""}
              onChange={(event) => set(service, event.currentTarget.value)}
            >
              <option value="">is not a control</option>
              <option value="negative">negative control: no difference may show</option>
              <option value="positive">positive control: a difference must show</option>
            </select>
          </label>
        ))
      )}
    </Part>
  );
}
