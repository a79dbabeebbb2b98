import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { cache } from "react";
import { CitePanel } from "@/components/cite/cite-panel";
import { QuoteAnswer } from "@/components/cite/quote-answer";
import { MoreAnswers } from "@/components/explore/more-answers";
import { Question } from "@/components/jobs/asked";
import { Answer } from "@/components/response/answer";
import { Attempts } from "@/components/response/attempts";
import { Exchange } from "@/components/response/exchange";
import { TaskTimesList } from "@/components/response/task-times";
import { WhereAsked } from "@/components/response/where-asked";
import { orNotFound } from "@/components/site/or-not-found";
import { PageBody } from "@/components/site/page-body";
import { formatCount } from "@/components/ui/count";
import { placeName } from "@/components/ui/country";
import { Empty } from "@/components/ui/states";
import { UntrustedText } from "@/components/ui/untrusted-text";
import { localWitnessesOf } from "@/components/verify/local-witnesses";
import { VerifyPanel } from "@/components/verify/verify-panel";
import { TaskId } from "@/schemas/primitives";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";

type Props = { params: Promise<{ taskId: string }> };

/** One snapshot a request: title and page are of the same moment. */
const snapshotOf = cache(async (taskId: TaskId) =>
  orNotFound((await api()).responses.byTask({ taskId })),
);

async function responseOf(params: Props["params"]) {
  const taskId = TaskId.safeParse((await params).taskId);
  if (!taskId.success) notFound();
  return snapshotOf(taskId.data);
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { task, job } = await responseOf(params);
  return { title: `${placeName(task.country)}, ${task.service}: ${job.title}` };
}

export default async function ResponsePage({ params }: Props) {
  const response = await responseOf(params);
  const caller = await api();
  const [head, work] = await Promise.all([
    caller.log.head(),
    caller.citations.byTask({ taskId: response.task.id }),
  ]);
  const { task, job, prompt, systemPrompt, outcome } = response;
  const isPublished = task.leafIndex !== null && task.leafIndex < head.size;
  return (
    <PageBody simulated={job.simulated}>
      <div className="grid items-start gap-x-10 gap-y-9 pt-10 *:min-w-0 lg:grid-cols-[1.15fr_1fr] lg:grid-rows-[auto_1fr]">
        <div>
          <p className="eyebrow">
            Answer ·{" "}
            {task.leafIndex === null ? (
              "not in the log yet"
            ) : (
              <Link href={`/log/${task.leafIndex}`} className="link">
                log entry {formatCount(task.leafIndex)}
              </Link>
            )}{" "}
            ·{" "}
            <Link href={`/jobs/${job.id}`} className="link">
              to the job
            </Link>
          </p>
          <h1 className="mt-3 mb-6 text-[1.9rem]">
            <UntrustedText
              as="span"
              text={prompt.text}
              language={prompt.language}
              className="line-clamp-4"
            />
          </h1>
          <Answer response={response} />
          <MoreAnswers
            job={job.id}
            prompt={prompt.id}
            service={task.service}
            country={task.country}
            state={task.state}
          />
        </div>
        <aside className="lg:sticky lg:top-6 lg:col-start-2 lg:row-span-2 lg:row-start-1">
          {isPublished && task.leafIndex !== null ? (
            <VerifyPanel
              expected={{
                leafIndex: task.leafIndex,
                taskId: task.id,
                text: outcome?.kind === "result" ? outcome.text : null,
              }}
              simulated={job.simulated}
              localWitnesses={localWitnessesOf(head)}
            />
          ) : (
            <Empty title="There is nothing to verify yet.">
              This task has no entry in a published state of the log. As soon as it has, its proof
              is here.
            </Empty>
          )}
        </aside>
        <div className="grid gap-9 *:min-w-0">
          {work !== null && (
            <CitePanel work={work}>
              {outcome?.kind === "result" && outcome.text !== null && outcome.text !== "" && (
                <QuoteAnswer
                  work={work}
                  answer={{
                    text: outcome.text,
                    service: task.service,
                    model: response.serviceRef.model,
                    country: task.country,
                    state: outcome.state,
                  }}
                />
              )}
            </CitePanel>
          )}
          <section aria-labelledby="question">
            <h2 id="question" className="mb-4 text-xl">
              What was asked
            </h2>
            <Question prompt={prompt} />
            <p className="mt-3 text-[13.5px] text-muted">
              One of the questions of{" "}
              <Link href={`/jobs/${job.id}`} className="link">
                {job.title}
              </Link>
            </p>
            {systemPrompt !== null && (
              <div className="mt-5">
                <p className="eyebrow mb-2">System prompt</p>
                <UntrustedText
                  text={systemPrompt}
                  language="en"
                  className="max-w-[62ch] font-serif text-base"
                />
              </div>
            )}
          </section>
          <section aria-labelledby="where">
            <h2 id="where" className="mb-4 text-xl">
              Where it was asked
            </h2>
            <WhereAsked country={task.country} session={response.session} />
          </section>
          <section aria-labelledby="exchange">
            <h2 id="exchange" className="mb-4 text-xl">
              How it was asked
            </h2>
            <Exchange exchange={response.exchange} />
          </section>
          <section aria-labelledby="attempts">
            <h2 id="attempts" className="mb-4 text-xl">
              Attempts
            </h2>
            <TaskTimesList times={response.times} />
            <Attempts attempts={response.attempts} />
          </section>
        </div>
      </div>
    </PageBody>
  );
}
