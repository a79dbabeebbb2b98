import Link from "next/link";
import { FindingCard } from "@/components/home/finding-card";
import { LogHeadCard } from "@/components/home/log-head-card";
import { ThreeSteps } from "@/components/home/three-steps";
import { PageBody } from "@/components/site/page-body";
import { Empty } from "@/components/ui/states";
import { ForkAlarm } from "@/components/verify/fork-alarm";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";

const LATEST = 6;

export default async function FrontPage() {
  const caller = await api();
  const [head, latest] = await Promise.all([
    caller.log.head(),
    caller.comparisons.latest({ limit: LATEST }),
  ]);
  return (
    <PageBody simulated={latest.some(({ comparison }) => comparison.simulated)}>
      <ForkAlarm note={head.note} />
      <section className="grid items-end gap-x-14 gap-y-8 pt-12 pb-12 md:grid-cols-[1.5fr_1fr] md:pt-16">
        <div>
          <h1>The same question, asked from different countries.</h1>
          <p className="lede mt-5">
            What AI services answer, refuse or leave out depending on where one asks. Every answer
            is kept in a public log that shows when it is changed, and you can check each one here,
            in your own browser.
          </p>
        </div>
        <LogHeadCard head={head} />
      </section>
      <section aria-labelledby="latest">
        <div className="flex items-baseline justify-between gap-4 pb-4">
          <h2 id="latest">Latest findings</h2>
          <Link
            href="/jobs"
            className="link inline-flex min-h-11 items-center text-[13px] text-muted"
          >
            All jobs
          </Link>
        </div>
        {latest.length === 0 ? (
          <div className="pb-12">
            <Empty title="Nothing has been compared yet.">
              A comparison appears here as soon as every task of a job has closed in the log. Jobs
              that are under way are in the{" "}
              <Link href="/jobs" className="link">
                list of jobs
              </Link>
              .
            </Empty>
          </div>
        ) : (
          latest.map(({ job, comparison }) => (
            <FindingCard key={comparison.id} job={job} comparison={comparison} />
          ))
        )}
      </section>
      <ThreeSteps />
    </PageBody>
  );
}
