import { isCountable } from "@/components/composer/cost-table";
import { PowerSentences } from "@/components/composer/power-panel";
import { counted, listed } from "@/components/ui/count";
import { Money } from "@/components/ui/money";
import type { JobSpec } from "@/schemas/job-spec";
import { compareAmounts } from "@/server/domain/job/amount";
import type { Catalog } from "@/server/domain/job/catalog";
import { comparabilityNotes } from "@/server/domain/job/comparability-notes";
import { allPlacesOf, placesOf, taskCountOf } from "@/server/domain/job/places";
import { unsupportedSampling } from "@/server/domain/service/unsupported-sampling";
import { dollarsAtMost, type WorstCase } from "@/server/domain/service/worst-case";

/** A budget as it is typed may be no amount yet. */
const AMOUNT = /^\d{1,9}(\.\d{1,18})?$/;

/** The most dollars that the job can cost; null while its numbers are none. */
function worstCaseOf(spec: JobSpec, { services }: Catalog): WorstCase | null {
  if (!isCountable(spec)) return null;
  const charges = new Map(services.map(({ ref, charge }) => [ref.id, charge]));
  return dollarsAtMost(spec, ({ id }) => charges.get(id) ?? null);
}

/** What the job can cost in dollars if every answer is as long as allowed, held against its cap. */
function Dollars({ spec, catalog }: { spec: JobSpec; catalog: Catalog }) {
  if (spec.services.length === 0) return null;
  const worst = worstCaseOf(spec, catalog);
  if (worst === null) return null;
  if (worst.kind !== "known")
    return (
      <p className="text-sm text-beacon">
        Dollars at most:{" "}
        {worst.kind === "unknown"
          ? `not known, because nobody here knows what ${listed(worst.services)} costs.`
          : "more than 999,999,999."}
      </p>
    );
  const cap = spec.budget.usd;
  const isShort = AMOUNT.test(cap) && compareAmounts(worst.usd, cap) > 0;
  return (
    <p className="text-sm">
      Dollars at most: US$ <Money amount={worst.usd} currency="USD" />
      {Number(worst.usd) > 0 && (
        <span className="text-muted">
          {" "}
          if every answer is as long as allowed; most are shorter, and cost less.
        </span>
      )}
      {isShort && (
        <span className="block text-beacon">
          {Number(cap) === 0
            ? "Say how many dollars may be spent: a budget of US$ 0 is refused where something is paid for."
            : `That is more than the budget of US$ ${cap}: what it does not pay for closes as withdrawn.`}
        </span>
      )}
    </p>
  );
}

/** What is known of the GLM before anybody is rented: the cap. */
function Glm({ spec }: { spec: JobSpec }) {
  if (spec.services.length === 0) return null;
  if (spec.services.every(({ door }) => door === "home"))
    return <p className="text-sm">GLM: none, no provider is rented.</p>;
  return (
    <p className="text-sm">
      GLM: not known before providers are rented
      {AMOUNT.test(spec.budget.glm) && `; the most is the budget, ${spec.budget.glm}`}.
    </p>
  );
}

/** What chosen services cannot be told of the sampling: said before it is announced. */
function LeftOut({ spec }: { spec: JobSpec }) {
  const lines = spec.services.flatMap((service) => {
    if (service.door === "model") return [];
    const left = unsupportedSampling(service.api.dialect, service.model, spec.sampling);
    return left.length === 0 ? [] : [{ id: service.id, left }];
  });
  if (lines.length === 0) return null;
  return (
    <div role="note" className="border-s-4 border-beacon ps-4 text-sm">
      <p className="font-semibold text-beacon">Not every service can be asked alike.</p>
      <ul className="mt-1 grid gap-0.5">
        {lines.map(({ id, left }) => (
          <li key={id}>
            <span className="code">{id}</span> is not sent{" "}
            {listed(left.map(({ parameter, why }) => `${parameter} (${why})`))}.
          </li>
        ))}
      </ul>
    </div>
  );
}

/** How much it is. */
function Size({ spec }: { spec: JobSpec }) {
  const tasks = taskCountOf(spec);
  const isKnown = Number.isInteger(tasks) && tasks >= 0;
  const places = allPlacesOf(spec).length;
  const isEven = spec.services.every((service) => placesOf(spec, service).length === places);
  return (
    <p aria-live="polite" className="font-serif text-2xl">
      {counted(isKnown ? tasks : 0, "task")}
      <span className="mt-1 block font-sans text-sm text-muted">
        {counted(spec.prompts.length, "prompt")} × {counted(spec.services.length, "service")} ×{" "}
        {counted(places, "place")}
        {!isEven && " at most"} × {counted(isKnown ? spec.repeats : 0, "repeat")}, in{" "}
        {counted(taskCountOf({ ...spec, repeats: 1 }), "cell")}
      </span>
    </p>
  );
}

/** How much it is, what it can cost, what it can find, and what limits what may be said of it. */
export function SpecAside({ spec, catalog }: { spec: JobSpec; catalog: Catalog }) {
  const notes = comparabilityNotes(spec);
  return (
    <div className="grid gap-5 *:min-w-0">
      <div className="grid gap-3">
        <Size spec={spec} />
        <Dollars spec={spec} catalog={catalog} />
        <Glm spec={spec} />
      </div>
      <section aria-label="What it can find" className="grid gap-2 border-t border-line pt-4">
        <h3 className="text-base">What it can find</h3>
        {taskCountOf(spec) === 0 ? (
          <p className="text-sm text-muted">
            Said as soon as something is asked, of somebody, from somewhere.
          </p>
        ) : (
          <PowerSentences spec={spec} />
        )}
      </section>
      {(notes.length > 0 || spec.services.length > 0) && (
        <section aria-label="What it leaves open" className="grid gap-2 border-t border-line pt-4">
          <h3 className="text-base">What it leaves open</h3>
          <LeftOut spec={spec} />
          {notes.length === 0 ? (
            <p className="text-sm text-muted">
              Places are compared under one design, with both controls. What stays open is what no
              design settles: why a difference is there.
            </p>
          ) : (
            <ul className="grid gap-2 text-sm">
              {notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          )}
        </section>
      )}
    </div>
  );
}
