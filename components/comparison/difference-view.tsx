import { answersIn } from "@/components/comparison/answers";
import { DiffLegend, DiffText } from "@/components/comparison/diff-text";
import { DifferenceKeys } from "@/components/comparison/difference-keys";
import {
  aboutTheMeasure,
  namesOf,
  placesThatDiffer,
  sentenceSummary,
  whereTheyPart,
  whyThisView,
  wordSummary,
} from "@/components/comparison/difference-words";
import { MarkedTerms } from "@/components/comparison/marked-terms";
import { jumpsIn, SentenceRows } from "@/components/comparison/sentence-rows";
import { counted, formatCount, listed } from "@/components/ui/count";
import { placeName } from "@/components/ui/country";
import { Hash } from "@/components/ui/hash";
import { CELL_LOOKS } from "@/components/ui/response-state";
import { directionOf, UNTRUSTED, UntrustedText } from "@/components/ui/untrusted-text";
import { HOME } from "@/schemas/country";
import type { ResponseExcerpt } from "@/schemas/snapshot";
import { hex, utf8 } from "@/server/domain/bytes";
import type { Background } from "@/server/domain/eval/content-similarity";
import { differenceView, type DifferenceView as Shown } from "@/server/domain/eval/difference-view";
import { pairTerms } from "@/server/domain/eval/pair-terms";
import { termCoverage } from "@/server/domain/eval/term-coverage";
import { sha256 } from "@/server/domain/sha256";

type Texts = {
  readonly names: readonly [string, string];
  readonly texts: readonly [string, string];
};

const ANSWER = "font-serif text-[16.5px] leading-[1.7]";

function Identical({
  text,
  language,
  excerpts,
}: {
  text: string;
  language: string;
  excerpts: readonly ResponseExcerpt[];
}) {
  const same = excerpts.filter((excerpt) => excerpt.text === text);
  const places = [...new Set(same.map(({ country }) => country))];
  const all = new Set(excerpts.map(({ country }) => country));
  return (
    <>
      <p className="mb-2 font-semibold">The same text, character for character.</p>
      <p className="mb-3 max-w-[66ch] text-sm text-muted">
        This text was received {formatCount(same.length)} {same.length === 1 ? "time" : "times"},
        from {formatCount(places.length)} of{" "}
        {counted(
          all.size,
          all.has(HOME) ? "place" : "country",
          all.has(HOME) ? "places" : "countries",
        )}
        : {listed(places.map(placeName))}. SHA-256 of its UTF-8 bytes:{" "}
        <Hash label="SHA-256 of the text" value={hex(sha256(utf8(text)))} head={16} tail={8} />
      </p>
      <UntrustedText text={text} language={language} className={ANSWER} />
    </>
  );
}

function Body({
  shown,
  names,
  texts,
  language,
  background,
  excerpts,
}: Texts & {
  shown: Exclude<Shown, { view: "identical" }>;
  language: string;
  background: Background | null;
  excerpts: readonly ResponseExcerpt[];
}) {
  if (shown.view === "words")
    return (
      <DifferenceKeys
        count={placesThatDiffer(shown.diff)}
        label={`Differences between ${listed(names)}`}
      >
        <DiffLegend names={names} />
        <div
          lang={language}
          dir={directionOf(texts[0], language)}
          className={`mt-3 ${ANSWER} ${UNTRUSTED}`}
        >
          <DiffText segments={shown.diff.segments} isUnit />
        </div>
      </DifferenceKeys>
    );
  if (shown.view === "sentences")
    return (
      <DifferenceKeys count={jumpsIn(shown.rows)} label={`Differences between ${listed(names)}`}>
        <DiffLegend names={names} />
        <div className="mt-3">
          <SentenceRows rows={shown.rows} texts={texts} language={language} names={names} />
        </div>
      </DifferenceKeys>
    );
  if (shown.view === "none") {
    const coverage = termCoverage(answersIn(excerpts), language, background);
    const terms = pairTerms(texts, language, background, coverage);
    const marked = { texts, names, language, terms, coverage };
    return <MarkedTerms {...marked} className={ANSWER} />;
  }
  return (
    <div className="grid gap-x-8 gap-y-6 *:min-w-0 md:grid-cols-2">
      {texts.map((text, i) => (
        <div key={names[i]}>
          <p className="mb-1.5 text-[13px] text-muted">{names[i]}</p>
          <UntrustedText text={text} language={language} className={ANSWER} />
        </div>
      ))}
    </div>
  );
}

/** What the view says in one sentence: read first, also by those who do not see the marks. */
function summaryOf(shown: Exclude<Shown, { view: "identical" }>, names: Texts["names"]): string {
  const part = whereTheyPart(shown.divergence);
  if (shown.view === "words") return `${wordSummary(shown.diff, names)} ${part}`;
  if (shown.view === "sentences") return `${sentenceSummary(shown.rows, names)} ${part}`;
  return `No difference is drawn. ${part}`;
}

/** Why there is nothing to lay beside each other. */
function Missing({ name, excerpt }: { name: string; excerpt: ResponseExcerpt }) {
  return (
    <p className="text-sm text-muted">
      The response from {name} ({CELL_LOOKS[excerpt.state].label}) carries no text, so there is
      nothing to compare.
    </p>
  );
}

/**
 * Two answers laid beside each other, in the way that fits how alike they are, with the reason. Worked
 * out where it is rendered, on the server: some 3 ms for two answers of usual length, bounded for any.
 */
export function DifferenceView({
  a,
  b,
  excerpts,
  language,
  background,
}: {
  /** The reference. */
  a: ResponseExcerpt;
  b: ResponseExcerpt;
  /** All responses to the prompt by the service. */
  excerpts: readonly ResponseExcerpt[];
  language: string;
  background: Background | null;
}) {
  const names = namesOf(a, b);
  for (const [i, excerpt] of [a, b].entries())
    if (excerpt.text === null || excerpt.text === "")
      return <Missing name={names[i] ?? ""} excerpt={excerpt} />;
  const texts = [a.text ?? "", b.text ?? ""] as const;
  const shown = differenceView(...texts, language, background);
  if (shown.view === "identical")
    return <Identical text={texts[0]} language={language} excerpts={excerpts} />;
  const measure = aboutTheMeasure(shown);
  return (
    <>
      <p className="max-w-[70ch] font-semibold">{summaryOf(shown, names)}</p>
      <p className="mt-2 max-w-[70ch] text-sm text-muted">
        {whyThisView(shown)} {measure}
        {shown.similarity !== null && (
          <>
            {" "}
            Measure: <span className="code">{shown.similarity.measure}</span>.
          </>
        )}
      </p>
      <div className="mt-5">
        <Body
          shown={shown}
          names={names}
          texts={texts}
          language={language}
          background={background}
          excerpts={excerpts}
        />
      </div>
    </>
  );
}
