import Link from "next/link";
import { placeName } from "@/components/ui/country";
import { languageName } from "@/components/ui/language";
import { CELL_LOOKS } from "@/components/ui/response-state";
import type { ExploreQuery } from "@/schemas/explore";
import { explorePath } from "@/server/domain/explore/query";

type Chip = { readonly key: string; readonly words: string; readonly without: ExploreQuery };

/** What is filtered by, each with the query that is left without it. */
function chipsOf(query: ExploreQuery, jobTitle: string | null): readonly Chip[] {
  const first = { ...query, cursor: null };
  const { text, countries, services, languages, states, job, prompt, data } = query;
  const others = <T,>(values: T[], value: T) => values.filter((other) => other !== value);
  const chip = (words: string, key: string, without: Partial<ExploreQuery>) => ({
    key,
    words,
    without: { ...first, ...without },
  });
  return [
    ...(text === null ? [] : [chip(`contains “${text}”`, "q", { text: null })]),
    ...countries.map((value) =>
      chip(`from ${placeName(value)}`, `country ${value}`, { countries: others(countries, value) }),
    ),
    ...services.map((value) =>
      chip(`service ${value}`, `service ${value}`, { services: others(services, value) }),
    ),
    ...languages.map((value) =>
      chip(`in ${languageName(value)}`, `language ${value}`, {
        languages: others(languages, value),
      }),
    ),
    ...states.map((value) =>
      chip(CELL_LOOKS[value].label, `state ${value}`, { states: others(states, value) }),
    ),
    ...(job === null ? [] : [chip(`job ${jobTitle ?? job}`, "job", { job: null })]),
    ...(prompt === null ? [] : [chip(`prompt ${prompt}`, "prompt", { prompt: null })]),
    ...(data === null
      ? []
      : [chip(data === "simulated" ? "simulated data" : "real data", "data", { data: null })]),
  ];
}

/** Everything that is filtered by; pressing one takes it away. */
export function FilterChips({ query, jobTitle }: { query: ExploreQuery; jobTitle: string | null }) {
  const chips = chipsOf(query, jobTitle);
  if (chips.length === 0) return null;
  return (
    <ul aria-label="Filters in use" className="no-print flex flex-wrap gap-2">
      {chips.map(({ key, words, without }) => (
        <li key={key} className="min-w-0">
          <Link
            href={explorePath(without)}
            prefetch={false}
            scroll={false}
            aria-label={`Remove the filter: ${words}`}
            className="inline-flex min-h-9 max-w-full items-center gap-2 rounded-full border border-line-strong bg-sheet px-3.5 text-[13px] hover:border-ink pointer-coarse:min-h-11"
          >
            <bdi className="truncate">{words}</bdi>
            <span aria-hidden="true" className="text-muted">
              ×
            </span>
          </Link>
        </li>
      ))}
      {chips.length > 1 && (
        <li>
          <Link
            href="/explore"
            prefetch={false}
            scroll={false}
            className="link inline-flex min-h-9 items-center px-2 text-[13px] text-muted pointer-coarse:min-h-11"
          >
            Remove all filters
          </Link>
        </li>
      )}
    </ul>
  );
}
