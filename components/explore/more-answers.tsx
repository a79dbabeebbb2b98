import Link from "next/link";
import { placeName } from "@/components/ui/country";
import { CELL_LOOKS } from "@/components/ui/response-state";
import type { Place } from "@/schemas/country";
import type { ExploreQuery } from "@/schemas/explore";
import type { JobId } from "@/schemas/primitives";
import type { ResponseState } from "@/schemas/task";
import { explorePath } from "@/server/domain/explore/query";

/** From one answer to others like it: the same question, service, country or state. */
export function MoreAnswers({
  job,
  prompt,
  service,
  country,
  state,
}: {
  job: JobId;
  prompt: string;
  service: string;
  country: Place;
  /** Null: it has none. */
  state: ResponseState | null;
}) {
  const links: (readonly [string, Partial<ExploreQuery>])[] = [
    ["the same question in this job", { job, prompt }],
    [`from ${placeName(country)}`, { countries: [country] }],
    [`of ${service}`, { services: [service] }],
  ];
  if (state !== null) links.push([CELL_LOOKS[state].label, { states: [state] }]);
  return (
    <nav aria-label="More answers" className="no-print flex flex-wrap gap-x-4 text-[13px]">
      <span className="inline-flex min-h-11 items-center text-muted">More answers:</span>
      {links.map(([words, wanted]) => (
        <Link
          key={words}
          href={explorePath(wanted)}
          prefetch={false}
          className="link inline-flex min-h-11 items-center"
        >
          {words}
        </Link>
      ))}
    </nav>
  );
}
