import type { FindingRung } from "@/schemas/comparison";

/** The rungs above "not comparable", lowest first. Only the first can be reached before a test has run. */
const RUNGS = [
  "Not tested",
  "Single observation",
  "No difference detected",
  "Signs of a difference",
  "Replicated",
  "Attested",
] as const;

const REACHED: Readonly<Record<FindingRung, number>> = { "not-comparable": 0, "not-tested": 1 };

/** A rung in words. */
export const rungLabel = (rung: FindingRung): string =>
  rung === "not-comparable" ? "Not comparable" : "Not tested";

/** How far up the ladder of findings a comparison stands, as bars and as words. */
export function Ladder({ rung }: { rung: FindingRung }) {
  const reached = REACHED[rung];
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2.5 gap-y-1">
      <span
        role="img"
        aria-label={`Rung ${reached} of ${RUNGS.length}: ${rungLabel(rung).toLowerCase()}`}
        title={`The ladder: ${["Not comparable", ...RUNGS].join(" → ")}`}
        className="inline-flex gap-[3px]"
      >
        {RUNGS.map((name, i) => (
          <span
            key={name}
            className={`h-[5px] w-[18px] rounded-full ${i < reached ? "bg-beacon" : "bg-line-strong"}`}
          />
        ))}
      </span>
      <b className="text-[13px] font-semibold">{rungLabel(rung)}</b>
    </span>
  );
}

/** Why no comparison stands higher, and that attesters do not lift it. */
export function LadderNote() {
  return (
    <p className="mt-2 max-w-[66ch] text-[13px] text-muted">
      This portal runs no tests yet, so the higher rungs are not reached here; attestations are
      counted apart.
    </p>
  );
}
