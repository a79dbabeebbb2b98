import { counted, formatCount, listed } from "@/components/ui/count";
import { placeName } from "@/components/ui/country";
import { CELL_LOOKS, RESPONSE_STATES } from "@/components/ui/response-state";
import type { FindingRung } from "@/schemas/comparison";
import type { JobSummary } from "@/schemas/snapshot";

/** What may be said, from the fixed ladder. It never names a cause and never claims a difference that nobody tested. */
export const FINDING_SENTENCE: Readonly<Record<FindingRung, string>> = {
  "not-comparable":
    "These answers may not be compared: what was asked was not the same in every country. They are kept and shown, and nothing is said about how they differ.",
  "not-tested":
    "The same question was put in the same words everywhere, and what came back is counted and compared below. No statistical test has been run, so nothing is said here about a difference between countries.",
};

const countOf = (states: JobSummary["states"][number]["states"]) =>
  RESPONSE_STATES.reduce((sum, state) => sum + (states[state] ?? 0), 0);

/** One state by country: `18 refused (all from Brazil)`, `6 empty (Kenya 4, Singapore 2)`. Null where it did not occur. */
function describeState(
  states: JobSummary["states"],
  state: (typeof RESPONSE_STATES)[number],
): string | null {
  const where = states.flatMap(({ country, states: counts }) => {
    const n = counts[state] ?? 0;
    return n > 0 ? [{ country, n }] : [];
  });
  const total = where.reduce((sum, { n }) => sum + n, 0);
  const first = where[0];
  if (first === undefined) return null;
  const label = `${formatCount(total)} ${CELL_LOOKS[state].label}`;
  if (where.length === 1)
    return `${label} (${total === 1 ? "" : "all "}from ${placeName(first.country)})`;
  const most = [...where].sort((a, b) => b.n - a.n).slice(0, 3);
  const rest = where.length - most.length;
  const names = most.map(({ country, n }) => `${placeName(country)} ${formatCount(n)}`);
  return `${label} (${rest > 0 ? `${names.join(", ")}, ${counted(rest, "other country", "other countries")}` : names.join(", ")})`;
}

/** What came back, in one plain sentence of counts. It describes; it does not test. */
export function describeStates(states: JobSummary["states"]): string {
  const total = states.reduce((sum, { states: counts }) => sum + countOf(counts), 0);
  if (total === 0) return "No task has closed with a response yet.";
  const answered = states.reduce((sum, { states: counts }) => sum + (counts.answered ?? 0), 0);
  if (answered === total)
    return `All ${counted(total, "response")} answered; none refused, none empty.`;
  const others = RESPONSE_STATES.filter((state) => state !== "answered").flatMap(
    (state) => describeState(states, state) ?? [],
  );
  return `Of ${counted(total, "response")}, ${formatCount(answered)} answered. ${listed(others)}.`;
}
