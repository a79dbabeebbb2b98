import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AnswerRow } from "@/components/explore/answer-row";
import { ExportLinks } from "@/components/explore/export-links";
import { FilterChips } from "@/components/explore/filter-chips";
import { FilterForm } from "@/components/explore/filter-form";
import { IgnoredNote } from "@/components/explore/ignored-note";
import { StateFacets } from "@/components/explore/state-facets";
import { PageBody, PageHead } from "@/components/site/page-body";
import { ButtonLink } from "@/components/ui/button";
import { counted, formatCount } from "@/components/ui/count";
import { Empty, ErrorNote } from "@/components/ui/states";
import type {
  ExploreCount,
  ExplorePage as ExploredPage,
  ExploreFacets,
  ExploreQuery,
} from "@/schemas/explore";
import { api } from "@/server/api/rsc";
import { isBeaconError } from "@/server/domain/errors";
import {
  exploreParameters,
  explorePath,
  filterOf,
  isFiltered,
  parseExploreQuery,
} from "@/server/domain/explore/query";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Explore" };

type Props = { searchParams: Promise<{ [name: string]: string | string[] | undefined }> };

/** The parameters of an address as they were given. */
const pairsOf = (given: Awaited<Props["searchParams"]>) =>
  Object.entries(given).flatMap(([name, values]) =>
    [values ?? []].flat().map((value) => [name, value] as const),
  );

type Refused = { readonly code: string; readonly message: string };

/** What was asked for; when it takes too long, or too many ask at once, that is told in place. */
async function orRefused<T>(thing: Promise<T>): Promise<T | Refused> {
  try {
    return await thing;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : null;
    if (!isBeaconError(cause) || !cause.code.startsWith("EXPLORER_")) throw error;
    return { code: cause.code, message: cause.message };
  }
}

type Found = { readonly page: ExploredPage; readonly count: ExploreCount };

async function find(query: ExploreQuery): Promise<Found> {
  const { explorer } = await api();
  const [page, count] = await Promise.all([
    explorer.search(query),
    explorer.count(filterOf(query)),
  ]);
  return { page, count };
}

/** A form that offers nothing but what is chosen already. */
const NO_FACETS: ExploreFacets = { countries: [], services: [], languages: [], jobs: [] };

export default async function ExplorePage({ searchParams }: Props) {
  const given = pairsOf(await searchParams);
  const { query, problems } = parseExploreQuery(given);
  // A form without JavaScript sends what was not filled in as well: every query has one address.
  if (problems.length === 0 && JSON.stringify(given) !== JSON.stringify(exploreParameters(query)))
    redirect(explorePath(query));
  const { explorer } = await api();
  const [choices, found] = await Promise.all([
    orRefused(explorer.facets()),
    orRefused(find(query)),
  ]);
  const facets = "code" in choices ? NO_FACETS : choices;
  const rows = "page" in found ? found.page.rows : [];
  const jobTitle =
    query.job === null
      ? null
      : (facets.jobs.find(({ id }) => id === query.job)?.title ?? rows[0]?.job.title ?? null);
  return (
    <PageBody simulated={rows.some(({ simulated }) => simulated)}>
      <PageHead eyebrow="Explore" title="Every answer, and every failure to get one.">
        <p className="lede">
          All that came back in all jobs, newest first. What you look for stands in the address:
          whoever gets it from you makes the same search, and also sees what came in since.
        </p>
      </PageHead>
      <IgnoredNote problems={problems} />
      <div className="grid gap-5 *:min-w-0">
        <FilterForm query={query} facets={facets} jobTitle={jobTitle} />
        <FilterChips query={query} jobTitle={jobTitle} />
        {"page" in found ? (
          <Results query={query} found={found} />
        ) : (
          <ErrorNote title="The search did not come to its end." code={found.code}>
            {found.message}
          </ErrorNote>
        )}
      </div>
    </PageBody>
  );
}

function Results({ query, found: { page, count } }: { query: ExploreQuery; found: Found }) {
  const total = count.isMore
    ? `More than ${formatCount(count.bound)} answers and failures`
    : counted(count.matches, "answer or failure", "answers and failures");
  return (
    <section aria-labelledby="found" className="grid gap-4 *:min-w-0">
      <h2 id="found" className="minor mt-3" aria-live="polite">
        {total}
      </h2>
      <StateFacets query={query} count={count} />
      {page.rows.length === 0 ? (
        <Nothing query={query} />
      ) : (
        <>
          <ExportLinks query={query} count={count} rows={page.rows.length} />
          <ul aria-label="Answers">
            {page.rows.map((row) => (
              <AnswerRow key={row.taskId} row={row} />
            ))}
          </ul>
        </>
      )}
      <nav aria-label="Pages" className="no-print flex gap-2 empty:hidden">
        {query.cursor !== null && (
          <ButtonLink href={explorePath({ ...query, cursor: null })}>Newest</ButtonLink>
        )}
        {page.nextCursor !== null && (
          <ButtonLink href={explorePath({ ...query, cursor: page.nextCursor })}>
            Older answers
          </ButtonLink>
        )}
      </nav>
    </section>
  );
}

function Nothing({ query }: { query: ExploreQuery }) {
  if (!isFiltered(filterOf(query)) && query.cursor === null)
    return <Empty title="Nothing has come back yet." />;
  return (
    <Empty title="Nothing matches.">
      Take a filter away above, or look for another text: it is found letter by letter, in capitals
      or not, and never across languages.
    </Empty>
  );
}
