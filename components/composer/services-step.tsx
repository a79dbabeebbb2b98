import Link from "next/link";
import { controlId } from "@/components/composer/problems";
import { type StepProps, toggled } from "@/components/composer/step-props";
import { DOOR_WORDS } from "@/components/jobs/door-words";
import { FieldError, Tick } from "@/components/jobs/form-field";
import { Money } from "@/components/ui/money";
import { Empty } from "@/components/ui/states";
import type { CatalogService } from "@/server/domain/job/catalog";

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
      // What was chosen before it was paused can be taken out again.
      disabled={obstacle !== null && !isChosen}
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
export function ServicesStep({ draft, catalog, onChange, wrong }: StepProps) {
  const ids = catalog.services.map(({ ref }) => ref.id);
  const gone = draft.services.filter((id) => !ids.includes(id));
  const groups = (["model", "exit", "home"] as const)
    .map((door) => ({ door, services: catalog.services.filter(({ ref }) => ref.door === door) }))
    .filter(({ services }) => services.length > 0);
  const choose = (id: string, isOn: boolean) =>
    onChange({ services: toggled(ids, draft.services, id, isOn) });
  const error = wrong("services");
  return (
    <div id={controlId("services")} tabIndex={-1} className="grid gap-5 outline-none">
      {error !== undefined && <FieldError id="wrong-services">{error}</FieldError>}
      {catalog.services.length === 0 && (
        <Empty title="Nothing can be asked here yet.">
          An admin adds services and their keys first.
        </Empty>
      )}
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
              onChange={(isOn) => choose(service.ref.id, isOn)}
            />
          ))}
        </section>
      ))}
      {gone.length > 0 && (
        <section aria-label="Not known here any more">
          {gone.map((id) => (
            <Tick
              key={id}
              label={<span className="code">{id}</span>}
              checked
              onChange={() => choose(id, false)}
            >
              <span className="text-bad">It is not known here any more.</span>
            </Tick>
          ))}
        </section>
      )}
      <p className="text-[13px] text-muted">
        Keys, prices and limits are kept with{" "}
        <Link href="/services" className="link">
          the services
        </Link>
        . What is composed here stays as it is meanwhile.
      </p>
    </div>
  );
}
