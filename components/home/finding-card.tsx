import Link from "next/link";
import { describeStates, FINDING_SENTENCE } from "@/components/comparison/finding-words";
import { Ladder } from "@/components/comparison/ladder";
import { StateStrip } from "@/components/comparison/state-strip";
import { counted } from "@/components/ui/count";
import { Instant } from "@/components/ui/instant";
import { languageName } from "@/components/ui/language";
import type { Comparison } from "@/schemas/comparison";
import type { JobSummary } from "@/schemas/snapshot";

/** One comparison as a finding: what was asked, what may be said, what came back. */
export function FindingCard({ job, comparison }: { job: JobSummary; comparison: Comparison }) {
  const { rung } = comparison.finding;
  return (
    <article className="grid gap-x-10 gap-y-6 border-t border-line py-8 md:grid-cols-[1fr_330px]">
      <div>
        <p className="eyebrow">
          {job.languages.map(languageName).join(", ")} ·{" "}
          <Instant at={comparison.computed_at} seconds={false} />
          {comparison.simulated && <span className="text-beacon"> · simulated</span>}
        </p>
        <h3 className="mt-2 text-2xl">
          <Link
            href={`/jobs/${job.id}`}
            className="hover:underline hover:decoration-line-strong hover:decoration-1 hover:underline-offset-4"
          >
            {job.title}
          </Link>
        </h3>
        <p className="mt-2.5 max-w-[64ch]">
          {rung === "not-comparable" ? FINDING_SENTENCE[rung] : describeStates(job.states)}
        </p>
        <div className="mt-4 flex flex-wrap items-center gap-x-4 gap-y-1.5 text-[13px] text-muted">
          <span className="text-ink">
            <Ladder rung={rung} />
          </span>
          <span>
            {counted(comparison.closed.results, "response")} ·{" "}
            {counted(job.countries.length, "country", "countries")} ·{" "}
            {counted(job.services.length, "service")} · {counted(job.repeats, "repeat")}
          </span>
        </div>
      </div>
      <StateStrip states={job.states} />
    </article>
  );
}
