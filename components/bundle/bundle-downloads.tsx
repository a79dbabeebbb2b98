import { DownloadLink } from "@/components/ui/button";
import { Card, CardHead } from "@/components/ui/card";
import type { JobId } from "@/schemas/primitives";

const FORMS = [
  {
    extension: "zip",
    label: "Everything, as a ZIP",
    text: "Raw responses, a receipt for each task, the log’s signed state, the method, and verifier.html, which checks the whole ZIP with the network off.",
  },
  {
    extension: "car",
    label: "Blocks, as a CAR",
    text: "The same documents and receipts for IPFS. Its root is the manifest.",
  },
  {
    extension: "json",
    label: "Manifest",
    text: "What is in both, with the address, the size and the log entry of each.",
  },
] as const;

/** What one can take home of a job that is over, and check without this portal. */
export function BundleDownloads({
  jobId,
  simulated,
  isClosed,
}: {
  jobId: JobId;
  simulated: boolean;
  /** Whether every task has closed and the report is in the published log. */
  isClosed: boolean;
}) {
  return (
    <Card label="Downloads">
      <CardHead title="Take it with you">
        A bundle is judged without this portal. Bring{" "}
        <a href="/tlog/policy" className="link">
          the policy
        </a>{" "}
        from somewhere else as well: the one in the bundle shows only that its files fit together.
      </CardHead>
      {isClosed ? (
        <ul className="grid gap-4">
          {FORMS.map(({ extension, label, text }) => (
            <li key={extension} className="grid gap-1.5 sm:grid-cols-[15rem_1fr] sm:items-center">
              <span>
                <DownloadLink
                  href={`/bundles/${jobId}.${extension}`}
                  name={`beacon-${jobId}`}
                  extension={extension}
                  simulated={simulated}
                >
                  {label}
                </DownloadLink>
              </span>
              <span className="text-[13px] text-muted">{text}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-muted">
          The bundle can be had when all tasks have closed and the report is in the log.
        </p>
      )}
    </Card>
  );
}
