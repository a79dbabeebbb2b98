"use client";
import { useRouter } from "next/navigation";
import { type FormEvent, type ReactNode, useEffect, useRef, useState, useTransition } from "react";
import { Tick } from "@/components/jobs/form-field";
import { Button } from "@/components/ui/button";
import { placeName } from "@/components/ui/country";
import { languageName } from "@/components/ui/language";
import { CELL_LOOKS, RESPONSE_STATES } from "@/components/ui/response-state";
import type { ExploreFacets, ExploreQuery } from "@/schemas/explore";
import {
  exploreParameters,
  explorePath,
  filterOf,
  formatExploreQuery,
  isFiltered,
  parseExploreQuery,
} from "@/server/domain/explore/query";

/** Where a filled-in form leads: to its query in its one spelling; what is not understood goes along and is said there. */
function targetOf(form: HTMLFormElement): string {
  const entries = [...new FormData(form)].flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  const { query, problems } = parseExploreQuery(entries);
  if (problems.length === 0) return explorePath(query);
  const asked = entries.filter(([, value]) => value !== "").map(([name, value]) => [name, value]);
  return `/explore?${new URLSearchParams(asked)}`;
}

/** Puts into the form's controls what the query says. */
function fillIn(form: HTMLFormElement, query: ExploreQuery): void {
  const parameters = exploreParameters(query);
  for (const control of form.elements) {
    if (control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type)) {
      const values = parameters.filter(([name]) => name === control.name).map(([, value]) => value);
      control.checked =
        values.includes(control.value) || (control.value === "" && values.length === 0);
    } else if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement)
      control.value = parameters.find(([name]) => name === control.name)?.[1] ?? "";
  }
}

/** One thing to filter by; what is chosen is always among what can be chosen. */
function Facet({
  title,
  name,
  values,
  chosen,
  nameOf,
}: {
  title: string;
  name: string;
  values: readonly string[];
  chosen: readonly string[];
  nameOf: (value: string) => ReactNode;
}) {
  const all = [...values, ...chosen.filter((value) => !values.includes(value))];
  return (
    <fieldset className="min-w-0">
      <legend className="eyebrow">{title}</legend>
      <div className="mt-1 max-h-[23rem] overflow-y-auto">
        {all.length === 0 && <p className="py-2 text-sm text-muted">Nothing was asked yet.</p>}
        {all.map((value) => (
          <Tick
            key={value}
            label={<bdi className="font-normal wrap-anywhere">{nameOf(value)}</bdi>}
            name={name}
            value={value}
            defaultChecked={chosen.includes(value)}
          />
        ))}
      </div>
    </fieldset>
  );
}

function JobChoice({
  query: { job },
  jobs,
  jobTitle,
}: {
  query: ExploreQuery;
  jobs: ExploreFacets["jobs"];
  jobTitle: string | null;
}) {
  const isListed = job === null || jobs.some(({ id }) => id === job);
  return (
    <label className="grid min-w-0 content-start gap-1.5 text-sm font-medium">
      Job
      <select name="job" defaultValue={job ?? ""} className="field font-normal">
        <option value="">Any job</option>
        {!isListed && <option value={job}>{jobTitle ?? job}</option>}
        {jobs.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

const DATA = [
  ["", "simulated and real"],
  ["simulated", "simulated only"],
  ["real", "real only"],
] as const;

function DataChoice({ chosen }: { chosen: string }) {
  return (
    <fieldset>
      <legend className="text-sm font-medium">Data</legend>
      <div className="flex flex-wrap gap-x-5">
        {DATA.map(([value, words]) => (
          <label key={value} className="inline-flex min-h-11 items-center gap-2.5 text-sm">
            <input
              type="radio"
              name="data"
              value={value}
              defaultChecked={value === chosen}
              className="size-[18px] accent-accent"
            />
            {words}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

type Props = {
  query: ExploreQuery;
  facets: ExploreFacets;
  /** Of the job that is filtered by; null: none, or it is not known. */
  jobTitle: string | null;
};

function Facets({ query, facets, jobTitle }: Props) {
  return (
    <div className="mt-2 grid gap-x-8 gap-y-5 *:min-w-0 sm:grid-cols-2 lg:grid-cols-4">
      <Facet
        title="Country"
        name="country"
        values={facets.countries}
        chosen={query.countries}
        nameOf={(value) => placeName(value as ExploreQuery["countries"][number])}
      />
      <Facet
        title="Service"
        name="service"
        values={facets.services}
        chosen={query.services}
        nameOf={(value) => value}
      />
      <Facet
        title="Language"
        name="language"
        values={facets.languages}
        chosen={query.languages}
        nameOf={languageName}
      />
      <Facet
        title="State"
        name="state"
        values={RESPONSE_STATES}
        chosen={query.states}
        nameOf={(value) => CELL_LOOKS[value as (typeof RESPONSE_STATES)[number]].label}
      />
      <div className="sm:col-span-2">
        <JobChoice query={query} jobs={facets.jobs} jobTitle={jobTitle} />
      </div>
      <div className="sm:col-span-2">
        <DataChoice chosen={query.data ?? ""} />
      </div>
    </div>
  );
}

/**
 * What to look for. A plain form, so it works without JavaScript; with it, nothing is loaded anew, and the
 * form follows the address, wherever that changes.
 */
export function FilterForm({ query, facets, jobTitle }: Props) {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  const form = useRef<HTMLFormElement>(null);
  const asked = formatExploreQuery(query);
  useEffect(() => {
    const { query: now } = parseExploreQuery(new URLSearchParams(asked));
    if (form.current !== null) fillIn(form.current, now);
  }, [asked]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const target = targetOf(event.currentTarget);
    startTransition(() => router.push(target, { scroll: false }));
  };
  // Open from the start when something in it is chosen; from then on it is the reader's.
  const [isOpen, setIsOpen] = useState(isFiltered({ ...filterOf(query), text: null }));
  return (
    <form
      ref={form}
      action="/explore"
      method="get"
      onSubmit={submit}
      aria-label="Filter answers"
      className="no-print grid gap-4 rounded-lg border border-line bg-sheet px-5 py-5 *:min-w-0 sm:px-6"
    >
      <div className="flex flex-wrap items-end gap-3">
        <label className="grid min-w-0 flex-[1_1_18rem] gap-1.5 text-sm font-medium">
          Text in the answer
          <input
            type="search"
            name="q"
            defaultValue={query.text ?? ""}
            minLength={2}
            maxLength={200}
            dir="auto"
            className="field font-normal"
          />
        </label>
        <Button type="submit" tone="primary">
          Search
        </Button>
        <p role="status" className="w-full text-sm text-muted empty:hidden">
          {isPending && "Searching…"}
        </p>
      </div>
      <details open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
        <summary className="flex min-h-11 items-center text-sm font-medium">Filters</summary>
        <Facets query={query} facets={facets} jobTitle={jobTitle} />
      </details>
      {query.prompt !== null && <input type="hidden" name="prompt" value={query.prompt} />}
    </form>
  );
}
