import Link from "next/link";
import { Country, placeName } from "@/components/ui/country";
import { lookOf, StateLabel } from "@/components/ui/response-state";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { Place } from "@/schemas/country";
import type { ResponseExcerpt, TaskCell } from "@/schemas/snapshot";

type Column = {
  readonly country: Place;
  readonly task: TaskCell | null;
  readonly excerpt: ResponseExcerpt | null;
};

/** The first country whose answer is the same text, character for character. */
const twinOf = (column: Column, columns: readonly Column[]): Place | null => {
  const text = column.excerpt?.text;
  if (text === null || text === undefined || text === "") return null;
  const first = columns.find((other) => other.excerpt?.text === text);
  return first === undefined || first.country === column.country ? null : first.country;
};

function Text({ excerpt, language }: { excerpt: ResponseExcerpt | null; language: string }) {
  if (excerpt === null)
    return <p className="mt-3 text-sm text-muted">There is no response to read.</p>;
  if (excerpt.text === null)
    return <p className="mt-3 text-sm text-muted">The response carries no text.</p>;
  if (excerpt.text === "") return <p className="mt-3 text-sm text-muted">The text is empty.</p>;
  return (
    <UntrustedText
      text={excerpt.text}
      language={language}
      className="mt-3 font-serif text-[16.5px] leading-[1.6]"
    />
  );
}

/** One repeat of one prompt and service, a column a country. */
export function SideBySide({
  countries,
  language,
  tasks,
  excerpts,
}: {
  countries: readonly Place[];
  language: string;
  tasks: readonly TaskCell[];
  excerpts: readonly ResponseExcerpt[];
}) {
  const columns = countries.map((country): Column => {
    const task = tasks.find((other) => other.country === country) ?? null;
    return { country, task, excerpt: excerpts.find(({ taskId }) => taskId === task?.id) ?? null };
  });
  return (
    <div className="-mx-5 grid grid-cols-[repeat(auto-fill,minmax(min(100%,300px),1fr))] overflow-hidden sm:-mx-6">
      {columns.map((column) => {
        const { country, task, excerpt } = column;
        const twin = twinOf(column, columns);
        return (
          <article
            key={country}
            className="-mt-px -ms-px border-s border-t border-line px-5 py-5 sm:px-6"
          >
            <header className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 text-[13px]">
              <b className="font-semibold">
                <Country code={country} />
              </b>
              {task !== null && (
                <Link href={`/responses/${task.id}`} prefetch={false} className="link text-muted">
                  Evidence
                  <span className="sr-only"> of the answer from {placeName(country)}</span>
                  {excerpt?.leafIndex !== null && excerpt?.leafIndex !== undefined && (
                    <span className="code"> #{excerpt.leafIndex}</span>
                  )}
                </Link>
              )}
            </header>
            {task !== null && (
              <p className="mt-2 text-[13px] text-muted">
                <StateLabel look={lookOf(task)} />
              </p>
            )}
            {excerpt?.isElsewhere === true && (
              <p className="mt-2 text-[13px] text-beacon">
                Left out of all figures: its exit turned out to be in another country.
              </p>
            )}
            {twin !== null && (
              <p className="mt-2 text-[13px] text-muted">
                The same text as from {placeName(twin)}.
              </p>
            )}
            <Text excerpt={excerpt} language={language} />
          </article>
        );
      })}
    </div>
  );
}
