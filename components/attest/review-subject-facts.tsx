import Link from "next/link";
import { Card, CardHead } from "@/components/ui/card";
import { formatCount } from "@/components/ui/count";
import { Facts } from "@/components/ui/facts";
import { Hash } from "@/components/ui/hash";
import type { ReviewSubject } from "@/schemas/attestation-view";

const entry = (index: number) => (
  <Link href={`/log/${index}`} className="link" prefetch={false}>
    entry {formatCount(index)}
  </Link>
);

/** What a report would be about, to the byte. */
export function ReviewSubjectFacts({ subject }: { subject: ReviewSubject }) {
  return (
    <Card label="What is attested">
      <CardHead title="What is attested">
        One comparison, by its very bytes. A report does not carry over to another.
      </CardHead>
      <Facts
        rows={[
          [
            "Comparison",
            <Hash key="id" label="comparison id" value={subject.comparison} head={12} />,
          ],
          [
            "Its address",
            <a key="cid" href={`/ipfs/${subject.comparisonCid}?format=raw`} className="link code">
              {subject.comparisonCid}
            </a>,
          ],
          ["In the log", entry(subject.comparisonIndex)],
          ["Announced in", entry(subject.intent)],
          [
            "Log",
            <span key="log" className="code">
              {subject.log}
            </span>,
          ],
        ]}
      />
    </Card>
  );
}
