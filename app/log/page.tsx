import type { Metadata } from "next";
import Link from "next/link";
import { AnchorList } from "@/components/log/anchor-list";
import { HaltedNote } from "@/components/log/halted-note";
import { LeafTable } from "@/components/log/leaf-table";
import { WitnessList } from "@/components/log/witness-list";
import { PageBody, PageHead } from "@/components/site/page-body";
import { Card, CardHead } from "@/components/ui/card";
import { counted, formatCount } from "@/components/ui/count";
import { Facts } from "@/components/ui/facts";
import { Hash } from "@/components/ui/hash";
import { Instant } from "@/components/ui/instant";
import { Pager } from "@/components/ui/pager";
import { Empty } from "@/components/ui/states";
import { AuditLogPanel } from "@/components/verify/audit-log-panel";
import { ForkAlarm } from "@/components/verify/fork-alarm";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "The log" };

const PAGE = 30;
/** The anchors of the newest checkpoints; `/tlog/anchors` lists all. */
const ANCHORS = 10;

export default async function LogPage({
  searchParams,
}: {
  searchParams: Promise<{ cursor?: string | string[] }>;
}) {
  const { cursor: given } = await searchParams;
  const cursor = typeof given === "string" && /^\d{1,15}$/.test(given) ? given : null;
  const caller = await api();
  const [head, leaves, anchors] = await Promise.all([
    caller.log.head(),
    caller.log.leaves({ cursor, limit: PAGE }),
    caller.log.anchors({ cursor: null, limit: ANCHORS }),
  ]);
  return (
    <PageBody simulated={leaves.items.some(({ simulated }) => simulated === true)}>
      <PageHead
        eyebrow="The log"
        title={
          head.size === 0
            ? "The log is empty."
            : `${counted(head.size, "entry", "entries")}, in an order that anybody can check.`
        }
      >
        <p className="lede">
          Announcements, responses, failures, withdrawals and comparisons, in the order in which
          they were taken in. Anybody can audit it with tools that are not ours: it is a C2SP tlog.
        </p>
      </PageHead>
      <ForkAlarm note={head.note} />
      <HaltedNote head={head} />
      <div className="grid items-start gap-6 *:min-w-0 lg:grid-cols-[1.15fr_1fr]">
        <Card>
          <CardHead title="Checkpoint">
            The log’s signed statement of its state, byte for byte.
          </CardHead>
          {head.note === null ? (
            <Empty title="Nothing is published yet." />
          ) : (
            <pre className="code rounded border border-line bg-paper p-4 text-[12.5px] leading-relaxed whitespace-pre-wrap">
              {head.note}
            </pre>
          )}
          <div className="mt-5">
            <Facts
              rows={[
                [
                  "Origin",
                  <span key="origin" className="code">
                    {head.origin}
                  </span>,
                ],
                ["Entries", formatCount(head.size)],
                [
                  "Root",
                  <Hash key="root" label="the root hash" value={head.root} head={16} tail={8} />,
                ],
                [
                  "Published",
                  head.publishedAt === null ? (
                    "not yet"
                  ) : (
                    <Instant key="at" at={head.publishedAt} />
                  ),
                ],
                [
                  "Log’s key",
                  <Hash
                    key="key"
                    label="the log’s verifier key"
                    value={head.logVerifierKey}
                    head={28}
                    tail={8}
                  />,
                ],
                [
                  "Still open",
                  head.openTasks === 0
                    ? "nothing: every announced task has closed"
                    : `${counted(head.openTasks, "task")} of ${counted(head.openJobs, "job")}`,
                ],
                [
                  "For machines",
                  <span key="machines" className="flex flex-wrap gap-x-4">
                    <a href="/tlog/checkpoint" className="link">
                      checkpoint
                    </a>
                    <a href="/tlog/policy" className="link">
                      policy
                    </a>
                    <a href="/tlog/anchors" className="link">
                      anchors
                    </a>
                    <Link href="/log/keys" className="link">
                      key registry
                    </Link>
                  </span>,
                ],
              ]}
            />
          </div>
        </Card>
        <div className="grid gap-6 *:min-w-0">
          <Card>
            <CardHead title="Witnesses" />
            <WitnessList head={head} />
          </Card>
          <AuditLogPanel size={head.size} />
          <Card>
            <CardHead title="Anchors">
              Who outside vouches that a state of the log existed at a time, also against us and our
              witnesses.
            </CardHead>
            <AnchorList page={anchors} />
          </Card>
        </div>
      </div>
      <section aria-labelledby="entries" className="mt-12">
        <h2 id="entries" className="mb-4">
          Entries
        </h2>
        {leaves.items.length === 0 ? (
          <Empty title="The log is empty." />
        ) : (
          <LeafTable leaves={leaves.items} />
        )}
        <Pager
          path="/log"
          cursor={cursor}
          nextCursor={leaves.nextCursor}
          newer="Newest"
          older="Older entries"
        />
      </section>
    </PageBody>
  );
}
