import Link from "next/link";
import type { Choice } from "@/components/comparison/choice";
import { choicePath } from "@/components/comparison/choice";
import { ChoiceLinks } from "@/components/comparison/choice-links";
import { CopyLink } from "@/components/comparison/copy-link";
import { DifferenceView } from "@/components/comparison/difference-view";
import type { Pair } from "@/components/comparison/pair";
import { Card, CardHead } from "@/components/ui/card";
import { Country, placeName } from "@/components/ui/country";
import { StateLabel } from "@/components/ui/response-state";
import { Empty } from "@/components/ui/states";
import type { JobSnapshot, ResponseExcerpt } from "@/schemas/snapshot";
import type { Background } from "@/server/domain/eval/content-similarity";

/** Where on the page the differences are. */
export const DIFFERENCES = "differences";

/** The choice of one of the two answers: its country, then its repeat. Each choice is a link. */
function Chooser({
  title,
  of,
  chosen,
  excerpts,
  hrefOf,
}: {
  title: string;
  /** What tells the two choosers apart for those who hear them. */
  of: string;
  chosen: ResponseExcerpt;
  excerpts: readonly ResponseExcerpt[];
  hrefOf: (excerpt: ResponseExcerpt) => string;
}) {
  const places = [...new Set(excerpts.map(({ country }) => country))];
  const repeats = excerpts.filter(({ country }) => country === chosen.country);
  return (
    <div className="grid content-start gap-2">
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-[13px]">
        <b className="font-semibold">{title}</b>
        <Country code={chosen.country} />
        <span className="text-muted">
          <StateLabel look={chosen.state} />
        </span>
        <Link href={`/responses/${chosen.taskId}`} prefetch={false} className="link text-muted">
          Evidence<span className="sr-only"> of the {of}</span>
        </Link>
      </p>
      {chosen.isElsewhere && (
        <p className="text-[13px] text-beacon">
          Left out of all figures: its exit turned out to be in another country.
        </p>
      )}
      <ChoiceLinks
        label="Country"
        of={of}
        options={places.flatMap((place) => {
          const ofPlace = excerpts.filter(({ country }) => country === place);
          const to = ofPlace.find(({ repeat }) => repeat === chosen.repeat) ?? ofPlace[0];
          return to === undefined
            ? []
            : [
                {
                  key: place,
                  name: placeName(place),
                  href: hrefOf(to),
                  isChosen: place === chosen.country,
                },
              ];
        })}
      />
      <ChoiceLinks
        label="Repeat"
        of={of}
        options={repeats.map((to) => ({
          key: to.taskId,
          name: String(to.repeat + 1),
          href: hrefOf(to),
          isChosen: to.taskId === chosen.taskId,
        }))}
      />
    </div>
  );
}

/** Two answers of one prompt and service, chosen in the URL, and how they differ. */
export function DifferenceCard({
  job,
  choice,
  pair: { a, b },
  excerpts,
  language,
  background,
}: {
  job: Pick<JobSnapshot, "id">;
  choice: Choice;
  pair: Pair;
  excerpts: readonly ResponseExcerpt[];
  language: string;
  background: Background | null;
}) {
  const pathOf = (first: ResponseExcerpt, second: ResponseExcerpt) =>
    choicePath(job.id, { ...choice, a: first.taskId, b: second.taskId }, DIFFERENCES);
  return (
    <Card>
      <CardHead title="Differences" id={DIFFERENCES}>
        Two answers laid beside each other. The first is the reference and stays while you change
        the second, the prompt or the service. Different words are not yet a different answer.
      </CardHead>
      {a === null || b === null ? (
        <Empty title="There are no two responses to compare.">
          For this prompt and service{" "}
          {a === null ? "no response came back" : "only one response came back"}.
        </Empty>
      ) : (
        <>
          <div className="mb-5 grid gap-x-10 gap-y-4 *:min-w-0 lg:grid-cols-2">
            <Chooser
              title="Reference"
              of="reference"
              chosen={a}
              excerpts={excerpts.filter(({ taskId }) => taskId !== b.taskId)}
              hrefOf={(to) => pathOf(to, b)}
            />
            <Chooser
              title="Compared with it"
              of="other answer"
              chosen={b}
              excerpts={excerpts.filter(({ taskId }) => taskId !== a.taskId)}
              hrefOf={(to) => pathOf(a, to)}
            />
          </div>
          <DifferenceView
            a={a}
            b={b}
            excerpts={excerpts}
            language={language}
            background={background}
          />
          <div className="mt-5">
            <CopyLink path={pathOf(a, b)}>Copy link to these two answers</CopyLink>
          </div>
        </>
      )}
    </Card>
  );
}
