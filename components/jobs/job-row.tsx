import Link from "next/link";
import { Completeness } from "@/components/jobs/completeness";
import { JobStatusBadge } from "@/components/jobs/job-status";
import { counted } from "@/components/ui/count";
import { CountryChip } from "@/components/ui/country";
import { Instant } from "@/components/ui/instant";
import { languageName } from "@/components/ui/language";
import type { JobSummary } from "@/schemas/snapshot";

/** One job in the list. */
export function JobRow({ job }: { job: JobSummary }) {
  return (
    <li className="grid gap-x-10 gap-y-4 border-t border-line py-6 md:grid-cols-[1fr_330px]">
      <div className="min-w-0">
        <p className="eyebrow">
          <Instant at={job.createdAt} seconds={false} />
          {job.simulated && <span className="text-beacon"> · simulated</span>}
        </p>
        <h2 className="minor mt-1.5">
          <Link
            href={`/jobs/${job.id}`}
            className="hover:underline hover:decoration-line-strong hover:decoration-1 hover:underline-offset-4"
          >
            {job.title}
          </Link>
        </h2>
        <p className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1.5 text-[13px] text-muted">
          <JobStatusBadge status={job.status} />
          <span>
            {job.languages.map(languageName).join(", ")} · {counted(job.services.length, "service")}{" "}
            · {counted(job.repeats, "repeat")}
          </span>
        </p>
      </div>
      <div className="grid content-center gap-3">
        <div className="flex flex-wrap gap-1">
          {job.countries.map((code) => (
            <CountryChip key={code} code={code} />
          ))}
        </div>
        <Completeness counts={job.counts} />
      </div>
    </li>
  );
}
