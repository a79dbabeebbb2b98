import { formatCount } from "@/components/ui/count";
import { CountryChip, placeName } from "@/components/ui/country";
import { CELL_LOOKS, RESPONSE_STATES, StateSymbol } from "@/components/ui/response-state";
import type { JobSummary, StateCounts } from "@/schemas/snapshot";

/** Up to this many responses each get a square of their own; above it, a square stands for many and says so. */
const MAX_SQUARES = 10;

const present = (states: StateCounts) =>
  RESPONSE_STATES.flatMap((state) => {
    const n = states[state] ?? 0;
    return n > 0 ? [{ state, n }] : [];
  });

function inWords(states: StateCounts): string {
  const all = present(states);
  const odd = all.filter(({ state }) => state !== "answered");
  const told = odd.length > 0 ? odd : all;
  return told.length === 0
    ? "nothing yet"
    : told.map(({ state, n }) => `${formatCount(n)} ${CELL_LOOKS[state].label}`).join(" · ");
}

function Squares({ states }: { states: StateCounts }) {
  const all = present(states);
  const total = all.reduce((sum, { n }) => sum + n, 0);
  if (total <= MAX_SQUARES)
    return all.flatMap(({ state, n }) =>
      // biome-ignore lint/suspicious/noArrayIndexKey: squares of one state are all the same
      Array.from({ length: n }, (_, i) => <StateSymbol key={`${state}-${i}`} look={state} />),
    );
  return all.map(({ state, n }) => (
    <span key={state} className="grid min-w-[19px]" style={{ flexGrow: n }}>
      <StateSymbol look={state} label={`${formatCount(n)} ${CELL_LOOKS[state].label}`} />
    </span>
  ));
}

/** One line a country: what came back from there, over everything that the job asked. */
export function StateStrip({ states }: { states: JobSummary["states"] }) {
  return (
    <ul aria-label="What came back, by country" className="grid content-start gap-2">
      {states.map(({ country, states: counts }) => (
        <li key={country} className="grid grid-cols-[36px_1fr] items-center gap-x-2 gap-y-0.5">
          <CountryChip code={country} />
          <span aria-hidden="true" className="flex min-w-0 gap-[3px]">
            <Squares states={counts} />
          </span>
          <span className="col-start-2 text-[12.5px] leading-snug text-muted">
            <span className="sr-only">{placeName(country)}: </span>
            {inWords(counts)}
          </span>
        </li>
      ))}
    </ul>
  );
}
