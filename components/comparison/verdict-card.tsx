import { describeStates, FINDING_SENTENCE } from "@/components/comparison/finding-words";
import { Ladder, LadderNote } from "@/components/comparison/ladder";
import { NotShown } from "@/components/comparison/not-shown";
import { ButtonLink, DownloadLink } from "@/components/ui/button";
import { counted, listed } from "@/components/ui/count";
import { placeName } from "@/components/ui/country";
import type { Contrast } from "@/schemas/job-spec";
import type { ComparisonSnapshot, JobSummary } from "@/schemas/snapshot";
import { notShown } from "@/server/domain/eval/not-shown";

const announced = ({ outcome, baseline, against }: Contrast) =>
  `${outcome === "refusal-rate" ? "how often it refuses" : "how alike the answers are"}, ${placeName(baseline)} against ${listed(against.map(placeName))}`;

/** What may be said of a comparison, what it does not show, and the way to check it. */
export function VerdictCard({
  snapshot: { comparison, cid, leafIndex, spec },
  states,
}: {
  snapshot: ComparisonSnapshot;
  states: JobSummary["states"];
}) {
  const { rung, reasons } = comparison.finding;
  const name = `beacon-comparison-${comparison.id}`;
  return (
    <section
      aria-label="What may be said"
      className="rounded-lg border border-s-4 border-line border-s-beacon bg-sheet px-5 py-5 sm:px-6"
    >
      <div>
        <Ladder rung={rung} />
        <LadderNote />
        {rung === "not-tested" && (
          <p className="mt-3 max-w-[62ch] font-serif text-[21px] leading-[1.4]">
            {describeStates(states)}
          </p>
        )}
        <p
          className={
            rung === "not-tested"
              ? "mt-3 max-w-[66ch] text-muted"
              : "mt-3 max-w-[62ch] font-serif text-[21px] leading-[1.4]"
          }
        >
          {FINDING_SENTENCE[rung]}
        </p>
        {rung === "not-comparable" && (
          <ul className="mt-2 grid max-w-[66ch] gap-1 text-sm text-muted">
            {reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        )}
        <p className="mt-3 max-w-[66ch] text-sm text-muted">
          {spec.contrasts.length === 0
            ? "No contrast was announced before the run, so whatever one sees here is exploratory."
            : `Announced before the run, ${counted(spec.contrasts.length, "contrast")}: ${spec.contrasts.map(announced).join("; ")}.`}
        </p>
      </div>
      <div className="no-print mt-5 flex flex-wrap gap-2">
        {leafIndex !== null && (
          <ButtonLink href={`/log/${leafIndex}#verify`} tone="primary">
            Verify this comparison
          </ButtonLink>
        )}
        <DownloadLink
          href={`/ipfs/${cid}?format=raw`}
          name={name}
          extension="json"
          simulated={comparison.simulated}
        >
          Data (JSON)
        </DownloadLink>
        {leafIndex !== null && (
          <DownloadLink
            href={`/tlog/proof/${leafIndex}`}
            name={name}
            extension="tlog-proof"
            simulated={comparison.simulated}
          >
            Receipt
          </DownloadLink>
        )}
      </div>
      <NotShown sentences={notShown({ spec, comparison })} />
    </section>
  );
}
