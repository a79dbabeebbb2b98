import { answersIn, isAnswer } from "@/components/comparison/answers";
import { namesOf } from "@/components/comparison/difference-words";
import type { Pair } from "@/components/comparison/pair";
import { OmittedTerms, TermTable } from "@/components/comparison/term-table";
import { Card, CardHead } from "@/components/ui/card";
import type { ResponseExcerpt } from "@/schemas/snapshot";
import type { Background } from "@/server/domain/eval/content-similarity";
import { MIN_COVERED_ANSWERS, termCoverage } from "@/server/domain/eval/term-coverage";

/** What one answer leaves out and most others say, by name: by country, and for the two that are compared. */
export function TermCard({
  pair: { a, b },
  excerpts,
  language,
  background,
}: {
  pair: Pair;
  excerpts: readonly ResponseExcerpt[];
  language: string;
  background: Background | null;
}) {
  const answers = answersIn(excerpts);
  const coverage = termCoverage(answers, language, background);
  const compared = [a, b].flatMap((one) => (one !== null && isAnswer(one) ? [one] : []));
  const names = a === null || b === null ? [] : namesOf(a, b);
  return (
    <Card>
      <CardHead title="Terms that most answers use" id="terms">
        Words that at least half of all answers to this prompt use, and in how many answers of each
        country they are; those that countries use most differently come first. The same thing said
        in other words counts as left out.
      </CardHead>
      {coverage === null ? (
        <p className="text-sm text-muted">
          Not worked out: it takes {MIN_COVERED_ANSWERS} answers, and there{" "}
          {answers.length === 1 ? "is 1" : `are ${answers.length}`}.
        </p>
      ) : (
        <div className="grid items-start gap-x-12 gap-y-6 *:min-w-0 lg:grid-cols-[1fr_22rem]">
          <div>
            <TermTable coverage={coverage} language={language} />
          </div>
          <div className="grid gap-5">
            {compared.map((one) => (
              <OmittedTerms
                key={one.taskId}
                coverage={coverage}
                text={one.text ?? ""}
                language={language}
                name={names[one === a ? 0 : 1] ?? ""}
              />
            ))}
          </div>
        </div>
      )}
    </Card>
  );
}
