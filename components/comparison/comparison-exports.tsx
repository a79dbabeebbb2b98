import Link from "next/link";
import type { Choice } from "@/components/comparison/choice";
import { DownloadLink } from "@/components/ui/button";
import { Card, CardHead } from "@/components/ui/card";
import type { JobId } from "@/schemas/primitives";
import { explorePath } from "@/server/domain/explore/query";

const FILES = [
  { file: "comparison", extension: "csv", label: "Table as CSV" },
  { file: "answers", extension: "csv", label: "Answers as CSV" },
  { file: "comparison", extension: "json", label: "Both as JSON" },
] as const;

/** What this page shows, as files: the table of the chosen prompt and service, and the answers side by side. */
export function ComparisonExports({
  jobId,
  choice: { prompt, service, repeat },
  simulated,
}: {
  jobId: JobId;
  choice: Pick<Choice, "prompt" | "service" | "repeat">;
  simulated: boolean;
}) {
  const query = new URLSearchParams({ prompt, service, repeat: String(repeat + 1) });
  return (
    <Card>
      <CardHead title="What this page shows, as data" id="data">
        The prompt {prompt}, the service {service}, repeat {repeat + 1}. Every row names its task,
        its log entry and its content address.
      </CardHead>
      <ul className="no-print flex flex-wrap gap-2">
        {FILES.map(({ file, extension, label }) => (
          <li key={label}>
            <DownloadLink
              href={`/jobs/${jobId}/${file}.${extension}?${query}`}
              name={`beacon-${file}-${jobId}`}
              extension={extension}
              simulated={simulated}
            >
              {label}
            </DownloadLink>
          </li>
        ))}
      </ul>
      <p className="mt-4 flex flex-wrap gap-x-5 text-sm">
        <Link
          href={explorePath({ job: jobId, prompt, services: [service] })}
          prefetch={false}
          className="link inline-flex min-h-11 items-center"
        >
          All repeats of it in the explorer
        </Link>
        <Link
          href={explorePath({ job: jobId })}
          prefetch={false}
          className="link inline-flex min-h-11 items-center"
        >
          Everything of this job in the explorer
        </Link>
      </p>
    </Card>
  );
}
