import { type Choice, choicePath } from "@/components/comparison/choice";
import { ChoiceLinks } from "@/components/comparison/choice-links";
import { ClosedTable } from "@/components/comparison/closed-table";
import { DIFFERENCES, DifferenceCard } from "@/components/comparison/difference-card";
import { DistinctAnswers } from "@/components/comparison/distinct-answers";
import { pairFrom, pairOf } from "@/components/comparison/pair";
import { RateCard } from "@/components/comparison/rate-card";
import { SideBySide } from "@/components/comparison/side-by-side";
import { SimilarityTable } from "@/components/comparison/similarity-table";
import { TermCard } from "@/components/comparison/term-card";
import { CellGrid, looksOf } from "@/components/jobs/cell-grid";
import { Card, CardHead } from "@/components/ui/card";
import { StateLegend } from "@/components/ui/response-state";
import { NotMeasured } from "@/components/ui/states";
import type { Place } from "@/schemas/country";
import type { ComparisonSnapshot, JobSnapshot, ResponseExcerpt } from "@/schemas/snapshot";
import type { Background } from "@/server/domain/eval/content-similarity";
import { ASKED_TWICE } from "@/server/domain/eval/similarity";

/** One prompt of a comparison: states, similarity, texts, completeness. The choice is the URL's. */
export function ComparisonView({
  job,
  snapshot,
  choice,
  excerpts,
  background,
}: {
  job: JobSnapshot;
  snapshot: ComparisonSnapshot;
  choice: Choice;
  /** All responses to the chosen prompt by the chosen service. */
  excerpts: readonly ResponseExcerpt[];
  /** Words that answers in its language share whatever was asked; null: they are not known. */
  background: Background | null;
}) {
  const tasks = job.tasks.filter((task) => task.prompt === choice.prompt);
  const group = snapshot.comparison.groups.find(
    (other) => other.prompt === choice.prompt && other.service === choice.service,
  );
  const language = snapshot.spec.prompts.find(({ id }) => id === choice.prompt)?.language ?? "und";
  const pair = pairFrom(choice, job.tasks, excerpts);
  const pathBetween = (from: Place, to: Place): string | null => {
    const two = pairOf(from, to, choice.repeat, excerpts);
    if (two === null) return null;
    return choicePath(job.id, { ...choice, a: two[0].taskId, b: two[1].taskId }, DIFFERENCES);
  };
  const services = (anchor: string) => (
    <ChoiceLinks
      label="Service"
      of={anchor}
      options={job.services.map(({ id }) => ({
        key: id,
        name: id,
        href: choicePath(job.id, { ...choice, service: id }, anchor),
        isChosen: id === choice.service,
      }))}
    />
  );
  return (
    <>
      <Card>
        <CardHead title="Answers" id="answers">
          Countries by services, one square a repeat. Press a square for the answer and its
          evidence.
        </CardHead>
        <CellGrid
          label="States of answers by country and service"
          tasks={tasks}
          countries={job.countries}
          services={job.services}
        />
        <div className="mt-5">
          <StateLegend looks={looksOf(tasks)} />
        </div>
      </Card>
      <RateCard job={job} comparison={snapshot.comparison} choice={choice} />
      <Card className="grid gap-x-12 gap-y-5 *:min-w-0 lg:grid-cols-[21rem_1fr]">
        <div>
          <CardHead title="Similarity" id="similarity">
            How alike answers are, from 0 (no word in common) to 1 (the same words). The framed
            diagonal is the noise floor: how alike two answers from the same country are. Only what
            lies well away from the floor is worth a second look. Press a figure to see two of the
            answers that it rests on beside each other.
          </CardHead>
          {services("similarity")}
          <p className="mt-4 text-[13px] text-muted">
            Each figure is a mean over pairs of answers: of all the words that either has, the share
            that both have (<span className="code">{snapshot.comparison.engine.similarity}</span>,
            Jaccard; words cut by ICU {snapshot.comparison.engine.icu}). A mean has no interval
            here: none has been computed. For scale: one model that was asked the same question
            twice came to {ASKED_TWICE.lowest} to {ASKED_TWICE.highest} ({ASKED_TWICE.pairs} pairs,
            SpeechMap data).
          </p>
        </div>
        {group === undefined ? (
          <NotMeasured />
        ) : (
          <SimilarityTable group={group} hrefOf={pathBetween} />
        )}
      </Card>
      <DifferenceCard
        job={job}
        choice={choice}
        pair={pair}
        excerpts={excerpts}
        language={language}
        background={background}
      />
      <TermCard pair={pair} excerpts={excerpts} language={language} background={background} />
      <Card className="pb-0!">
        <CardHead title="Read side by side" id="read">
          One repeat, as it came back. Different wording is not a different answer: even one country
          does not say the same thing twice in the same words.
        </CardHead>
        <div className="mb-4 flex flex-wrap gap-x-8 gap-y-2">
          {services("read")}
          <ChoiceLinks
            label="Repeat"
            options={Array.from({ length: job.repeats }, (_, repeat) => ({
              key: String(repeat),
              name: String(repeat + 1),
              href: choicePath(job.id, { ...choice, repeat }, "read"),
              isChosen: repeat === choice.repeat,
            }))}
          />
        </div>
        <SideBySide
          countries={job.countries}
          language={language}
          tasks={tasks.filter(
            (task) => task.service === choice.service && task.repeat === choice.repeat,
          )}
          excerpts={excerpts}
        />
      </Card>
      <DistinctAnswers excerpts={excerpts} language={language} />
      <Card>
        <CardHead title="How tasks closed" id="closed">
          Every announced task has to close in the log, so what was asked and did not suit cannot be
          left out. Shown for the service {choice.service}.
        </CardHead>
        {group === undefined ? <NotMeasured /> : <ClosedTable jobId={job.id} group={group} />}
      </Card>
    </>
  );
}
