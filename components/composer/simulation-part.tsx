import { controlId } from "@/components/composer/problems";
import { type StepProps, toggled } from "@/components/composer/step-props";
import {
  FAULT_MOMENT_WORDS,
  PROVIDER_FAULT_WORDS,
  YAGNA_FAULT_WORDS,
} from "@/components/jobs/fault-words";
import { Choice, Field, FieldError, Tick } from "@/components/jobs/form-field";
import { Button } from "@/components/ui/button";
import { counted } from "@/components/ui/count";
import { placeName } from "@/components/ui/country";
import type { CountryCode } from "@/schemas/country";
import type { ProviderFaultDraft, YagnaFaultDraft } from "@/schemas/draft";
import type { FaultMoment, ProviderFault, YagnaFault } from "@/schemas/simulation";
import { nextKey } from "@/server/domain/draft/empty-draft";

/** As many as a job spec takes. */
const MAX_PROVIDER_FAULTS = 20;
const MAX_YAGNA_FAULTS = 10;

const namesOf = <T extends string>(words: Readonly<Record<T, { readonly name: string }>>) =>
  (Object.keys(words) as T[]).map((one) => [one, words[one].name] as const);

const PROVIDER_FAULTS = namesOf<ProviderFault>(PROVIDER_FAULT_WORDS);
const YAGNA_FAULTS = namesOf<YagnaFault>(YAGNA_FAULT_WORDS);
const MOMENTS = Object.entries(FAULT_MOMENT_WORDS) as [FaultMoment, string][];

function ProviderFaultRow({
  row,
  number,
  countries,
  onChange,
  onRemove,
}: {
  row: ProviderFaultDraft;
  number: number;
  countries: readonly CountryCode[];
  onChange: (part: Partial<ProviderFaultDraft>) => void;
  onRemove: () => void;
}) {
  return (
    <li className="grid gap-3 border-t border-line pt-4">
      <div className="grid gap-3 sm:grid-cols-[1fr_1fr_7rem_auto] sm:items-end">
        <Choice
          label={`Provider fault ${number}`}
          value={row.fault}
          options={PROVIDER_FAULTS}
          onChange={(fault) => onChange({ fault })}
        />
        <Choice
          label="When"
          value={row.moment}
          options={MOMENTS}
          onChange={(moment) => onChange({ moment })}
        />
        <Field
          label="Share, %"
          type="number"
          required
          min={0}
          max={100}
          step="any"
          value={row.share}
          onChange={(event) => onChange({ share: event.currentTarget.value })}
        />
        <Button tone="quiet" aria-label={`Remove provider fault ${number}`} onClick={onRemove}>
          Remove
        </Button>
      </div>
      <p className="text-[13px] text-muted">
        {PROVIDER_FAULT_WORDS[row.fault].meaning} The share is of each country’s providers, rounded
        up.
      </p>
      {countries.length > 0 && (
        <fieldset className="min-w-0">
          <legend className="text-[13px] text-muted">
            In these countries; in all of the job’s when none is ticked
          </legend>
          <div className="flex flex-wrap gap-x-5">
            {countries.map((code) => (
              <Tick
                key={code}
                label={placeName(code)}
                aria-label={`${placeName(code)}, provider fault ${number}`}
                checked={row.countries.includes(code)}
                onChange={({ currentTarget }) =>
                  onChange({
                    countries: toggled(countries, row.countries, code, currentTarget.checked),
                  })
                }
              />
            ))}
          </div>
        </fieldset>
      )}
    </li>
  );
}

function YagnaFaultRow({
  row,
  number,
  onChange,
  onRemove,
}: {
  row: YagnaFaultDraft;
  number: number;
  onChange: (part: Partial<YagnaFaultDraft>) => void;
  onRemove: () => void;
}) {
  const seconds = { type: "number", required: true, min: 0, step: "any" } as const;
  return (
    <li className="grid gap-3 border-t border-line pt-4">
      <div className="grid gap-3 sm:grid-cols-[1fr_7rem_7rem_auto] sm:items-end">
        <Choice
          label={`Network fault ${number}`}
          value={row.fault}
          options={YAGNA_FAULTS}
          onChange={(fault) => onChange({ fault })}
        />
        <Field
          label="After, s"
          {...seconds}
          max={3_600}
          value={row.afterS}
          onChange={(event) => onChange({ afterS: event.currentTarget.value })}
        />
        <Field
          label="For, s"
          {...seconds}
          max={600}
          value={row.forS}
          onChange={(event) => onChange({ forS: event.currentTarget.value })}
        />
        <Button tone="quiet" aria-label={`Remove network fault ${number}`} onClick={onRemove}>
          Remove
        </Button>
      </div>
      <p className="text-[13px] text-muted">
        {YAGNA_FAULT_WORDS[row.fault].meaning} Seconds are counted from the job’s first search for a
        provider.
      </p>
    </li>
  );
}

/** What providers do wrong. A country that a fault names stays listed when the job drops it. */
function ProviderFaults({ draft, onChange }: Pick<StepProps, "draft" | "onChange">) {
  const rows = draft.providerFaults;
  const change = (key: number, part: Partial<ProviderFaultDraft>) =>
    onChange({ providerFaults: rows.map((row) => (row.key === key ? { ...row, ...part } : row)) });
  return (
    <>
      <ol className="grid gap-4">
        {rows.map((row, i) => (
          <ProviderFaultRow
            key={row.key}
            row={row}
            number={i + 1}
            countries={[...new Set([...draft.countries, ...row.countries])]}
            onChange={(part) => change(row.key, part)}
            onRemove={() => onChange({ providerFaults: rows.filter(({ key }) => key !== row.key) })}
          />
        ))}
      </ol>
      <div>
        <Button
          disabled={rows.length >= MAX_PROVIDER_FAULTS}
          onClick={() =>
            onChange({
              providerFaults: [
                ...rows,
                {
                  key: nextKey(rows),
                  fault: "vanishes",
                  moment: "mid-run",
                  countries: [],
                  share: "50",
                },
              ],
            })
          }
        >
          Add a provider fault
        </Button>
      </div>
    </>
  );
}

function YagnaFaults({ draft, onChange }: Pick<StepProps, "draft" | "onChange">) {
  const rows = draft.yagnaFaults;
  const change = (key: number, part: Partial<YagnaFaultDraft>) =>
    onChange({ yagnaFaults: rows.map((row) => (row.key === key ? { ...row, ...part } : row)) });
  return (
    <>
      <ol className="grid gap-4">
        {rows.map((row, i) => (
          <YagnaFaultRow
            key={row.key}
            row={row}
            number={i + 1}
            onChange={(part) => change(row.key, part)}
            onRemove={() => onChange({ yagnaFaults: rows.filter(({ key }) => key !== row.key) })}
          />
        ))}
      </ol>
      <div>
        <Button
          disabled={rows.length >= MAX_YAGNA_FAULTS}
          onClick={() =>
            onChange({
              yagnaFaults: [
                ...rows,
                { key: nextKey(rows), fault: "slow", afterS: "2", forS: "10" },
              ],
            })
          }
        >
          Add a network fault
        </Button>
      </div>
    </>
  );
}

/** Faults that are made on purpose, folded away until somebody wants them. For the loopback network only. */
export function SimulationPart({
  draft,
  onChange,
  wrong,
}: Pick<StepProps, "draft" | "onChange" | "wrong">) {
  const faults = draft.providerFaults.length + draft.yagnaFaults.length;
  const error = wrong("simulation");
  return (
    <section
      aria-label="Simulation"
      id={controlId("simulation")}
      tabIndex={-1}
      className="grid gap-2 outline-none"
    >
      <h3>Simulation</h3>
      <p className="text-[13px] text-muted">
        For trying out what happens when things go wrong. Only the simulated network does this.
      </p>
      {error !== undefined && <FieldError id="wrong-simulation">{error}</FieldError>}
      <details open={faults > 0}>
        <summary className="flex min-h-11 items-center text-sm font-medium">
          Faults made on purpose, simulated: {faults === 0 ? "none" : counted(faults, "fault")}
        </summary>
        <div className="grid gap-4 pt-2">
          <p className="max-w-[62ch] text-[13px] text-muted">
            They stand in the job’s specification, in the log and on its page, so that nobody takes
            them for what happened by itself.
          </p>
          <ProviderFaults draft={draft} onChange={onChange} />
          <YagnaFaults draft={draft} onChange={onChange} />
        </div>
      </details>
    </section>
  );
}
