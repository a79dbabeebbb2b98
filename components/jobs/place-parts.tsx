import { Part, Tick } from "@/components/jobs/form-field";
import type { SpecDraft } from "@/components/jobs/spec-draft";
import { Country } from "@/components/ui/country";
import type { CountryCode } from "@/schemas/country";

/** What every part of the form gets: the draft, and the way to change it. */
export type PartProps = {
  readonly draft: SpecDraft;
  readonly onChange: (part: Partial<SpecDraft>) => void;
};

/** Adds to or takes from a list; what stays keeps the catalogue's order. */
const toggled = <T,>(
  all: readonly T[],
  chosen: readonly T[],
  one: T,
  isOn: boolean,
): readonly T[] => all.filter((item) => (item === one ? isOn : chosen.includes(item)));

/** Who is asked. */
export function ServicePart({
  draft,
  onChange,
  services,
}: PartProps & {
  services: readonly {
    readonly id: string;
    readonly description: string;
    readonly simulated: boolean;
  }[];
}) {
  const ids = services.map(({ id }) => id);
  return (
    <Part title="Services" hint="Who is asked.">
      <div>
        {services.map(({ id, description, simulated }) => (
          <Tick
            key={id}
            label={<span className="code">{id}</span>}
            checked={draft.services.includes(id)}
            onChange={({ currentTarget }) =>
              onChange({ services: toggled(ids, draft.services, id, currentTarget.checked) })
            }
          >
            {description}
            {simulated && <span className="text-beacon"> Simulated.</span>}
          </Tick>
        ))}
      </div>
    </Part>
  );
}

/** From where. A baseline that is taken away is no baseline any more. */
export function CountryPart({
  draft,
  onChange,
  countries: all,
}: PartProps & { countries: readonly CountryCode[] }) {
  const set = (code: CountryCode, isOn: boolean) => {
    const countries = toggled(all, draft.countries, code, isOn);
    const isBaselineGone = draft.baseline !== "" && !countries.includes(draft.baseline);
    onChange(isBaselineGone ? { countries, baseline: "" } : { countries });
  };
  return (
    <Part title="Countries" hint="From where. Only countries with a provider are listed.">
      <div className="grid grid-cols-[repeat(auto-fill,minmax(12rem,1fr))] gap-x-4">
        {all.map((code) => (
          <Tick
            key={code}
            label={<Country code={code} />}
            checked={draft.countries.includes(code)}
            onChange={({ currentTarget }) => set(code, currentTarget.checked)}
          />
        ))}
      </div>
    </Part>
  );
}
