import { useState } from "react";
import { DOOR_WORDS } from "@/components/jobs/door-words";
import { Field, Part, Tick } from "@/components/jobs/form-field";
import { placesToChoose, type SpecDraft } from "@/components/jobs/spec-draft";
import { Country, placeName } from "@/components/ui/country";
import { Money } from "@/components/ui/money";
import type { CountryCode } from "@/schemas/country";
import type { Catalog, CatalogService } from "@/server/domain/job/catalog";

/** What every part of the form gets: the draft, what there is to choose from, and the way to change it. */
export type PartProps = {
  readonly draft: SpecDraft;
  readonly catalog: Catalog;
  readonly onChange: (part: Partial<SpecDraft>) => void;
};

/** Adds to or takes from a list; what stays keeps the catalogue's order. */
export const toggled = <T,>(
  all: readonly T[],
  chosen: readonly T[],
  one: T,
  isOn: boolean,
): readonly T[] => all.filter((item) => (item === one ? isOn : chosen.includes(item)));

/** What asking a service costs, in dollars. Nothing is said of what is paid in GLM with the machine. */
function Charge({ charge }: Pick<CatalogService, "charge">) {
  if (charge === "in-glm") return null;
  if (charge === null)
    return (
      <span className="text-beacon">
        {" "}
        Nobody here knows its price: the job is refused until an admin enters one with the service.
      </span>
    );
  if (Number(charge.inputUsd) === 0 && Number(charge.outputUsd) === 0)
    return " It costs no dollars.";
  return (
    <>
      {" US$ "}
      <Money amount={charge.inputUsd} currency="USD" /> in and{" "}
      <Money amount={charge.outputUsd} currency="USD" /> out for a million tokens.
    </>
  );
}

function ServiceTick({
  service,
  isChosen,
  onChange,
}: {
  service: CatalogService;
  isChosen: boolean;
  onChange: (isOn: boolean) => void;
}) {
  const { ref, name, description, simulated, charge, obstacle } = service;
  return (
    <Tick
      label={<span className="code">{ref.id}</span>}
      checked={isChosen}
      disabled={obstacle !== null}
      onChange={({ currentTarget }) => onChange(currentTarget.checked)}
    >
      {description ?? `${name}: ${ref.model}.`}
      {simulated && <span className="text-beacon"> Simulated.</span>}
      <Charge charge={charge} />
      {obstacle !== null && (
        <span className="block text-bad">Cannot be asked now. {obstacle.message}</span>
      )}
    </Tick>
  );
}

/** Who is asked, by the way in which each is reached. */
export function ServicePart({ draft, catalog, onChange }: PartProps) {
  const ids = catalog.services.map(({ ref }) => ref.id);
  const groups = (["model", "exit", "home"] as const)
    .map((door) => ({ door, services: catalog.services.filter(({ ref }) => ref.door === door) }))
    .filter(({ services }) => services.length > 0);
  return (
    <Part title="Services" hint="Who is asked, and who sees the question come from where.">
      {groups.map(({ door, services }) => (
        <section key={door} aria-label={`Asked ${DOOR_WORDS[door].way}`}>
          <p className="text-[13px] text-muted">
            <b className="font-semibold text-ink">Asked {DOOR_WORDS[door].way}.</b>{" "}
            {DOOR_WORDS[door].meaning}
          </p>
          {services.map((service) => (
            <ServiceTick
              key={service.ref.id}
              service={service}
              isChosen={draft.services.includes(service.ref.id)}
              onChange={(isOn) =>
                onChange({ services: toggled(ids, draft.services, service.ref.id, isOn) })
              }
            />
          ))}
        </section>
      ))}
    </Part>
  );
}

/** So many countries are looked through at a glance; among more one searches. */
const AT_A_GLANCE = 24;

/** From where: countries, and this machine. */
export function CountryPart({ draft, catalog, onChange }: PartProps) {
  const [sought, setSought] = useState("");
  const { isExitAsked, isHomeOnly } = placesToChoose(draft, catalog);
  const all = catalog.countries;
  const isLong = all.length > AT_A_GLANCE;
  const isShown = (code: CountryCode) =>
    draft.countries.includes(code) ||
    `${code} ${placeName(code)}`.toLowerCase().includes(sought.trim().toLowerCase());
  return (
    <Part
      title="Countries"
      hint={
        catalog.areProvidersKnown
          ? "From where. Only countries with a provider are listed."
          : "From where. Whether somebody there rents out a machine is known only when one is looked for."
      }
    >
      {isHomeOnly ? (
        <p className="text-sm text-muted">
          What you chose is asked from this machine only: no country and no provider is involved.
        </p>
      ) : (
        <>
          {isLong && (
            <Field
              label="Find a country"
              type="search"
              value={sought}
              onChange={(event) => setSought(event.currentTarget.value)}
            />
          )}
          <div
            className={`grid grid-cols-[repeat(auto-fill,minmax(12rem,1fr))] gap-x-4 ${isLong ? "max-h-96 overflow-y-auto" : ""}`}
          >
            {all
              .filter((code) => !isLong || isShown(code))
              .map((code) => (
                <Tick
                  key={code}
                  label={<Country code={code} />}
                  checked={draft.countries.includes(code)}
                  onChange={({ currentTarget }) =>
                    onChange({
                      countries: toggled(all, draft.countries, code, currentTarget.checked),
                    })
                  }
                />
              ))}
          </div>
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
    </Part>
  );
}
