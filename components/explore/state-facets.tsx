import Link from "next/link";
import { formatCount } from "@/components/ui/count";
import { RESPONSE_STATES, StateLabel } from "@/components/ui/response-state";
import type { ExploreCount, ExploreQuery } from "@/schemas/explore";
import { explorePath } from "@/server/domain/explore/query";

/** How many of what the filter finds are in each state; pressing a state shows it alone, or no longer. */
export function StateFacets({ query, count }: { query: ExploreQuery; count: ExploreCount }) {
  const shown = RESPONSE_STATES.filter(
    (state) => (count.states[state] ?? 0) > 0 || query.states.includes(state),
  );
  if (shown.length === 0) return null;
  return (
    <nav aria-label="By state" className="no-print">
      <ul className="flex flex-wrap gap-2">
        {shown.map((state) => {
          const isChosen = query.states.includes(state);
          const states = isChosen
            ? query.states.filter((other) => other !== state)
            : [...query.states, state];
          return (
            <li key={state}>
              <Link
                href={explorePath({ ...query, states, cursor: null })}
                prefetch={false}
                scroll={false}
                aria-current={isChosen ? "true" : undefined}
                className="inline-flex min-h-11 items-center gap-2.5 rounded border border-line px-3 text-[13px] text-muted hover:border-ink aria-[current=true]:border-ink aria-[current=true]:text-ink"
              >
                <StateLabel look={state} />
                <b className="font-semibold text-ink">{formatCount(count.states[state] ?? 0)}</b>
                {isChosen && <span className="sr-only">, chosen</span>}
              </Link>
            </li>
          );
        })}
      </ul>
      {count.areStatesCut && (
        <p className="mt-2 text-[13px] text-muted">
          Counted over the newest {formatCount(count.bound)} of them.
        </p>
      )}
    </nav>
  );
}
