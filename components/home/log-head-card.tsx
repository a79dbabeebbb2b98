import Link from "next/link";
import { Card } from "@/components/ui/card";
import { counted, formatCount } from "@/components/ui/count";
import { Facts } from "@/components/ui/facts";
import { Hash } from "@/components/ui/hash";
import { Instant } from "@/components/ui/instant";
import type { LogHead } from "@/schemas/snapshot";

/** `1 of 1 witness, run by this operator`: how many have cosigned the published checkpoint, and whose they are. */
export function cosignedWords({
  witnesses,
  quorum,
}: Pick<LogHead, "witnesses" | "quorum">): string {
  const signed = witnesses.filter((witness) => witness.cosignedAt !== null);
  const words = `${signed.length} of ${counted(witnesses.length, "witness", "witnesses")}, ${quorum} needed`;
  return signed.length > 0 && signed.every((witness) => witness.operator === "local")
    ? `${words}; run by this operator`
    : words;
}

/** The log's head as a meter: how long it is, when it was published, who cosigned it. */
export function LogHeadCard({ head }: { head: LogHead }) {
  const isWeak = head.witnesses.every((witness) => witness.operator === "local");
  return (
    <Card label="Log head" className="text-[13.5px]">
      <div className="mb-3 flex items-baseline justify-between">
        <span className="eyebrow">Log head</span>
        <Link href="/log" className="link text-muted">
          Open the log
        </Link>
      </div>
      <Facts
        aligned
        rows={[
          ["Entries", formatCount(head.size)],
          [
            "Published",
            head.publishedAt === null ? (
              "nothing is published yet"
            ) : (
              <Instant key="at" at={head.publishedAt} />
            ),
          ],
          [
            "Cosigned",
            head.note === null ? (
              "not yet"
            ) : (
              <span key="by" className={isWeak ? "text-beacon" : ""}>
                {cosignedWords(head)}
              </span>
            ),
          ],
          [
            "Still open",
            head.openTasks === 0
              ? "nothing: every announced task has closed"
              : `${counted(head.openTasks, "task")} of ${counted(head.openJobs, "job")}`,
          ],
          ["Root", <Hash key="root" label="the root hash" value={head.root} head={10} tail={6} />],
        ]}
      />
    </Card>
  );
}
