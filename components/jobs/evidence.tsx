import Link from "next/link";
import { Card, CardHead } from "@/components/ui/card";
import { formatCount } from "@/components/ui/count";
import { Facts } from "@/components/ui/facts";
import { Hash } from "@/components/ui/hash";
import { Instant } from "@/components/ui/instant";
import type { ComparisonSnapshot, JobSnapshot } from "@/schemas/snapshot";

const entry = (index: number | null, simulated: boolean) =>
  index === null ? (
    <span className="text-muted">not in a published checkpoint yet</span>
  ) : (
    <span className="flex flex-wrap gap-x-4">
      <Link href={`/log/${index}`} className="link">
        entry {formatCount(index)}
      </Link>
      <a
        href={`/tlog/proof/${index}`}
        className="link"
        download={`beacon-entry-${index}${simulated ? "-simulated" : ""}.tlog-proof`}
      >
        Download proof{simulated && ", simulated"}
      </a>
    </span>
  );

/** Where a job and its comparison stand in the log, and the addresses of their documents. */
export function JobEvidence({
  job,
  comparison,
}: {
  job: JobSnapshot;
  comparison: ComparisonSnapshot | null;
}) {
  return (
    <Card>
      <CardHead title="Evidence" id="evidence" />
      <Facts
        rows={[
          ["Announced", entry(job.intentIndex, job.simulated)],
          ...(comparison === null
            ? []
            : ([["Comparison", entry(comparison.leafIndex, job.simulated)]] as const)),
          ["Job", <Hash key="job" label="job id" value={job.id} head={12} />],
          [
            "Specification",
            <a key="spec" href={`/ipfs/${job.specCid}?format=raw`} className="link code">
              {job.specCid}
            </a>,
          ],
          [
            "Its digest",
            <Hash
              key="digest"
              label="digest of the specification"
              value={job.specDigest}
              head={16}
              tail={8}
            />,
          ],
          ...(comparison === null
            ? []
            : ([
                [
                  "Report",
                  <a key="report" href={`/ipfs/${comparison.cid}?format=raw`} className="link code">
                    {comparison.cid}
                  </a>,
                ],
                ["Computed", <Instant key="computed" at={comparison.comparison.computed_at} />],
              ] as const)),
          ["Submitted", <Instant key="submitted" at={job.createdAt} />],
        ]}
      />
    </Card>
  );
}
