import { useId } from "react";
import { controlId } from "@/components/composer/problems";
import { type StepProps, toggled } from "@/components/composer/step-props";
import { Choice, FieldError, Tick } from "@/components/jobs/form-field";
import { Button } from "@/components/ui/button";
import { placeName } from "@/components/ui/country";
import type { Place } from "@/schemas/country";
import type { ContrastDraft } from "@/schemas/draft";
import type { Contrast, Control } from "@/schemas/job-spec";
import { nextKey } from "@/server/domain/draft/empty-draft";
import { placesIn } from "@/server/domain/draft/spec-from-draft";

const OUTCOMES: readonly (readonly [outcome: Contrast["outcome"], label: string])[] = [
  ["refusal-rate", "How often it refuses"],
  ["similarity", "How alike the answers are"],
];

/** As many as a job spec takes. */
const MAX_CONTRASTS = 50;

/** The one form that most jobs need: every place against one. */
function PlainContrasts({
  draft,
  places,
  onChange,
  wrong,
}: Pick<StepProps, "draft" | "onChange" | "wrong"> & { places: readonly Place[] }) {
  const baseline = places.find((place) => place === draft.baseline) ?? "";
  return (
    <>
      <Choice<Place | "">
        label="Compare all countries with"
        id={controlId("baseline")}
        value={baseline}
        options={[
          ["", "nothing: exploratory"],
          ...places.map((place) => [place, placeName(place)] as const),
        ]}
        error={wrong("baseline")}
        onChange={(chosen) => onChange({ baseline: chosen })}
      />
      <div>
        {OUTCOMES.map(([outcome, label]) => (
          <Tick
            key={outcome}
            label={label}
            disabled={baseline === ""}
            checked={draft.outcomes.includes(outcome)}
            onChange={({ currentTarget }) =>
              onChange({
                outcomes: toggled(
                  OUTCOMES.map(([one]) => one),
                  draft.outcomes,
                  outcome,
                  currentTarget.checked,
                ),
              })
            }
          />
        ))}
      </div>
    </>
  );
}

function ContrastRow({
  row,
  number,
  places,
  error,
  onChange,
  onRemove,
}: {
  row: ContrastDraft;
  number: number;
  places: readonly Place[];
  error: string | undefined;
  onChange: (part: Partial<ContrastDraft>) => void;
  onRemove: () => void;
}) {
  const errorId = useId();
  const { outcome, baseline, against } = row;
  // What the job does not ask from any more stays listed, so that it can be taken out.
  const listed = [...new Set([...places, ...against])].filter((place) => place !== baseline);
  const baselines = baseline === "" || places.includes(baseline) ? places : [...places, baseline];
  return (
    <li className="grid gap-3 border-t border-line pt-4">
      <div className="grid gap-3 sm:grid-cols-[1fr_1fr_auto] sm:items-end">
        <Choice
          label={`Contrast ${number}`}
          id={controlId(`contrast-${number - 1}`)}
          value={outcome}
          options={OUTCOMES}
          onChange={(chosen) => onChange({ outcome: chosen })}
        />
        <Choice<Place | "">
          label="Compared with"
          value={baseline}
          options={[
            ["", "choose one"],
            ...baselines.map((place) => [place, placeName(place)] as const),
          ]}
          onChange={(chosen) =>
            onChange({ baseline: chosen, against: against.filter((place) => place !== chosen) })
          }
        />
        <Button tone="quiet" aria-label={`Remove contrast ${number}`} onClick={onRemove}>
          Remove
        </Button>
      </div>
      <fieldset
        className="min-w-0"
        {...(error === undefined ? {} : { "aria-describedby": errorId })}
      >
        <legend className="text-[13px] text-muted">These places</legend>
        <div className="flex flex-wrap gap-x-5">
          {listed.map((place) => (
            <Tick
              key={place}
              label={placeName(place)}
              aria-label={`${placeName(place)}, contrast ${number}`}
              checked={against.includes(place)}
              onChange={({ currentTarget }) =>
                onChange({ against: toggled(listed, against, place, currentTarget.checked) })
              }
            />
          ))}
        </div>
      </fieldset>
      {error !== undefined && <FieldError id={errorId}>{error}</FieldError>}
    </li>
  );
}

/** Contrasts that name some of the places, or have another baseline. */
function FurtherContrasts({
  draft,
  places,
  onChange,
  wrong,
}: Pick<StepProps, "draft" | "onChange" | "wrong"> & { places: readonly Place[] }) {
  const rows = draft.contrasts;
  const change = (key: number, part: Partial<ContrastDraft>) =>
    onChange({ contrasts: rows.map((row) => (row.key === key ? { ...row, ...part } : row)) });
  return (
    <>
      <ol className="grid gap-4 empty:hidden">
        {rows.map((row, i) => (
          <ContrastRow
            key={row.key}
            row={row}
            number={i + 1}
            places={places}
            error={wrong(`contrast-${i}`)}
            onChange={(part) => change(row.key, part)}
            onRemove={() => onChange({ contrasts: rows.filter(({ key }) => key !== row.key) })}
          />
        ))}
      </ol>
      <div>
        <Button
          disabled={rows.length >= MAX_CONTRASTS}
          onClick={() =>
            onChange({
              contrasts: [
                ...rows,
                {
                  key: nextKey(rows),
                  id: "",
                  outcome: "refusal-rate",
                  baseline: "",
                  against: [],
                },
              ],
            })
          }
        >
          Add a contrast of some places
        </Button>
      </div>
    </>
  );
}

/** Which of the chosen services have known behaviour. */
function Controls({ draft, onChange, wrong }: Pick<StepProps, "draft" | "onChange" | "wrong">) {
  const error = wrong("controls");
  const set = (service: string, kind: Control["kind"] | "") => {
    const others = draft.controls.filter((control) => control.service !== service);
    onChange({ controls: kind === "" ? others : [...others, { service, kind }] });
  };
  if (draft.services.length === 0)
    return <p className="text-sm text-muted">Choose services first, in step 2.</p>;
  return (
    <>
      {error !== undefined && <FieldError id="wrong-controls">{error}</FieldError>}
      {draft.services.map((service) => (
        <Choice<Control["kind"] | "">
          key={service}
          label={service}
          value={draft.controls.find((control) => control.service === service)?.kind ?? ""}
          options={[
            ["", "is not a control"],
            ["negative", "negative control: built to answer alike everywhere"],
            ["positive", "positive control: built to answer differently"],
          ]}
          onChange={(kind) => set(service, kind)}
        />
      ))}
    </>
  );
}

/** What is to be compared, and which services show whether the instrument works: all of it said before the run. */
export function ContrastsStep({ draft, catalog, onChange, wrong }: StepProps) {
  const places = placesIn(draft, catalog);
  const part = { draft, onChange, wrong };
  return (
    <>
      {places.length < 2 && (
        <p className="text-sm text-muted">A contrast needs two places; choose them in step 3.</p>
      )}
      <PlainContrasts {...part} places={places} />
      <FurtherContrasts {...part} places={places} />
      <section
        aria-label="Controls"
        id={controlId("controls")}
        tabIndex={-1}
        className="grid gap-4 outline-none"
      >
        <h3>Controls</h3>
        <p className="text-[13px] text-muted">
          Services with known behaviour let readers judge whether the instrument works. The portal
          shows what they answered and runs no test of it.
        </p>
        <Controls {...part} />
      </section>
    </>
  );
}
