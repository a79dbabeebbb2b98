import { type KeyboardEvent, useState } from "react";
import { COUNTRY_GROUPS } from "@/components/composer/country-groups";
import { Mark } from "@/components/composer/mark";
import { controlId } from "@/components/composer/problems";
import { type StepProps, toggled } from "@/components/composer/step-props";
import { Field, FieldError, Tick } from "@/components/jobs/form-field";
import { Button } from "@/components/ui/button";
import { counted } from "@/components/ui/count";
import { Country, placeName } from "@/components/ui/country";
import type { CountryCode } from "@/schemas/country";
import { placesToChoose } from "@/server/domain/draft/spec-from-draft";

/** So many countries are looked through at a glance; among more one searches. */
const AT_A_GLANCE = 24;

/** Without case and accents: "turk" finds Türkiye. */
const plain = (text: string): string =>
  text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

const isFound = (code: CountryCode, sought: string): boolean =>
  plain(`${code} ${placeName(code)}`).includes(plain(sought));

type Picking = {
  readonly all: readonly CountryCode[];
  readonly chosen: readonly CountryCode[];
  readonly onPick: (countries: readonly CountryCode[]) => void;
};

/** Picks the countries of a group that can be asked from, or takes them out again. */
function GroupPicks({ all, chosen, onPick }: Picking) {
  const groups = COUNTRY_GROUPS.map((group) => ({
    ...group,
    here: all.filter((code) => group.countries.includes(code)),
  })).filter(({ here }) => here.length > 0);
  if (groups.length === 0) return null;
  return (
    <fieldset className="min-w-0">
      <legend className="mb-2 text-[13px] text-muted">
        Pick a group; the specification lists its countries one by one
      </legend>
      <div className="flex flex-wrap gap-2">
        {groups.map(({ name, meaning, countries, here }) => {
          const isOn = here.every((code) => chosen.includes(code));
          return (
            <Button
              key={name}
              aria-pressed={isOn}
              title={meaning}
              className="aria-pressed:border-ink"
              onClick={() =>
                onPick(
                  isOn
                    ? chosen.filter((code) => !here.includes(code))
                    : all.filter((code) => chosen.includes(code) || here.includes(code)),
                )
              }
            >
              <Mark of={isOn ? "done" : "add"} /> {name}
              <span className="font-normal text-muted">
                {here.length} of {countries.length}
              </span>
            </Button>
          );
        })}
      </div>
    </fieldset>
  );
}

/** The list to tick in, searched where it is long. Enter ticks what is found when it is one. */
function CountryTicks({ all, chosen, onPick }: Picking) {
  const [sought, setSought] = useState("");
  const isLong = all.length > AT_A_GLANCE;
  const found = all.filter((code) => isFound(code, sought));
  const shown = isLong ? all.filter((code) => chosen.includes(code) || isFound(code, sought)) : all;
  const tickFound = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const [one] = found;
    if (one === undefined || found.length > 1) return;
    onPick(toggled(all, chosen, one, !chosen.includes(one)));
    setSought("");
  };
  return (
    <>
      {isLong && (
        <>
          <Field
            label="Find a country"
            type="search"
            autoComplete="off"
            hint="Enter ticks the country that is found, or takes it out."
            value={sought}
            onKeyDown={tickFound}
            onChange={(event) => setSought(event.currentTarget.value)}
          />
          <p role="status" className="text-[13px] text-muted">
            {sought.trim() === "" ? "" : `${counted(found.length, "country", "countries")} found.`}
          </p>
        </>
      )}
      <div
        className={`grid grid-cols-[repeat(auto-fill,minmax(11.5rem,1fr))] gap-x-4 ${isLong ? "max-h-96 overflow-y-auto" : ""}`}
      >
        {shown.map((code) => (
          <Tick
            key={code}
            label={<Country code={code} />}
            checked={chosen.includes(code)}
            onChange={({ currentTarget }) =>
              onPick(toggled(all, chosen, code, currentTarget.checked))
            }
          />
        ))}
      </div>
    </>
  );
}

/** From where: countries, and this machine. */
export function CountriesStep({ draft, catalog, onChange, wrong }: StepProps) {
  const { isExitAsked, isHomeOnly } = placesToChoose(draft, catalog);
  const unlisted = draft.countries.filter((code) => !catalog.countries.includes(code));
  const all = [...catalog.countries, ...unlisted];
  const picking: Picking = {
    all,
    chosen: draft.countries,
    onPick: (countries) => onChange({ countries }),
  };
  const error = wrong("countries");
  return (
    <div id={controlId("countries")} tabIndex={-1} className="grid gap-5 outline-none">
      {error !== undefined && <FieldError id="wrong-countries">{error}</FieldError>}
      {isHomeOnly ? (
        <p className="text-sm text-muted">
          What you chose is asked from this machine only: no country and no provider is involved.
        </p>
      ) : (
        <>
          <p className="text-[13px] text-muted">
            {catalog.areProvidersKnown
              ? "Only countries with a provider are listed."
              : "Whether somebody there rents out a machine is known only when one is looked for."}
          </p>
          <GroupPicks {...picking} />
          <CountryTicks {...picking} />
          {unlisted.length > 0 && catalog.areProvidersKnown && (
            <p className="text-[13px] text-beacon">
              Nobody is known to rent out a machine in {unlisted.map(placeName).join(", ")}: what is
              asked from there would close as withdrawn.
            </p>
          )}
          <p className="flex flex-wrap items-center gap-3 text-sm">
            <span role="status">
              {counted(draft.countries.length, "country", "countries")} chosen.
            </span>
            {draft.countries.length > 0 && (
              <Button tone="quiet" onClick={() => onChange({ countries: [] })}>
                Take all out
              </Button>
            )}
          </p>
        </>
      )}
      {isExitAsked && (
        <Tick
          label="Also from home (this machine, no country)"
          checked={draft.home}
          onChange={({ currentTarget }) => onChange({ home: currentTarget.checked })}
        >
          Services that are asked through providers’ exits are asked without a provider as well.
        </Tick>
      )}
    </div>
  );
}
