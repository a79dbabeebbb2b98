import { counted, formatCount } from "@/components/ui/count";
import {
  directionOf,
  UNTRUSTED,
  UntrustedParts,
  UntrustedText,
} from "@/components/ui/untrusted-text";
import { type MarkedPart, markedParts, type PairTerms } from "@/server/domain/eval/pair-terms";
import { MIN_COVERED_ANSWERS, type TermCoverage } from "@/server/domain/eval/term-coverage";
import { wordsOf } from "@/server/domain/eval/text";

type Names = readonly [string, string];

/** More terms than these are not named in a sentence; in the texts all are marked. */
const NAMED_TERMS = 12;

const SHARED = "text-ink underline decoration-accent decoration-2 underline-offset-4";
const ALONE =
  "rounded-sm border border-dotted border-ink bg-transparent px-0.5 text-ink box-decoration-clone";

function Part({ text, mark }: MarkedPart) {
  const content = <UntrustedParts text={text} />;
  if (mark === "both") return <u className={SHARED}>{content}</u>;
  if (mark === "one") return <mark className={ALONE}>{content}</mark>;
  return content;
}

/** Terms by name, each by itself, so that none steers the sentence that it stands in. */
function Named({ terms, language }: { terms: readonly string[]; language: string }) {
  if (terms.length === 0) return ".";
  const more = terms.length - NAMED_TERMS;
  return (
    <>
      :{" "}
      {terms.slice(0, NAMED_TERMS).map((term, i) => (
        <span key={term}>
          {i > 0 && ", "}
          <UntrustedText as="span" text={term} language={language} className="text-ink" />
        </span>
      ))}
      {more > 0 && ` and ${formatCount(more)} more`}.
    </>
  );
}

/** What one of the two leaves out, and most answers say. */
function Omissions({
  onlyOne,
  coverage: { terms, answers },
  language,
  names,
}: {
  onlyOne: NonNullable<PairTerms["onlyOne"]>;
  coverage: TermCoverage;
  language: string;
  names: Names;
}) {
  if (terms.length === 0)
    return <li>No term is used by half of the {counted(answers, "answer")}.</li>;
  return names.map((name, i) => {
    const own = onlyOne[i] ?? [];
    return (
      <li key={name}>
        Of {counted(terms.length, "term")} that at least half of the {counted(answers, "answer")}{" "}
        use, {own.length === 0 ? "none" : formatCount(own.length)} {own.length > 1 ? "are" : "is"}{" "}
        in the one from {name} and not in the one from {names[1 - i]}
        <Named terms={own} language={language} />
      </li>
    );
  });
}

/** What the marks say, in words: for those who do not see them, and for those who would have to count. */
function TermSummary({
  terms: { both, onlyOne },
  coverage,
  ...shown
}: {
  terms: PairTerms;
  coverage: TermCoverage | null;
  language: string;
  names: Names;
}) {
  return (
    <ul
      aria-label="Terms of the two answers"
      className="grid max-w-[70ch] gap-1 text-sm text-muted"
    >
      <li>
        {both.length === 0 ? "No term is used by both" : `Both use ${counted(both.length, "term")}`}
        <Named terms={both} language={shown.language} />
      </li>
      {onlyOne === null || coverage === null ? (
        <li>
          What one of them leaves out is not worked out: it takes {MIN_COVERED_ANSWERS} answers to
          say which terms most of them use.
        </li>
      ) : (
        <Omissions onlyOne={onlyOne} coverage={coverage} {...shown} />
      )}
    </ul>
  );
}

/** What the marks mean, each shown on an example. */
function TermLegend({ hasOmissions }: { hasOmissions: boolean }) {
  return (
    <p className="flex flex-wrap gap-x-6 gap-y-1 text-[13px] text-muted">
      <span>
        <u className={SHARED}>underlined</u>: a term that both answers use
      </span>
      {hasOmissions && (
        <span>
          <mark className={ALONE}>in a dotted box</mark>: a term that only this one of the two uses,
          and at least half of all answers
        </span>
      )}
    </p>
  );
}

/** How long an answer is, in words, beside the longer of the two. */
function Length({ name, words, most }: { name: string; words: number; most: number }) {
  return (
    <div className="mb-2.5">
      <p className="flex flex-wrap justify-between gap-x-3 text-[13px] text-muted">
        <span>{name}</span>
        <span>{counted(words, "word")}</span>
      </p>
      <div
        aria-hidden="true"
        className="mt-1 h-2 overflow-hidden rounded-full border border-line-strong"
      >
        <div
          className="h-full bg-accent"
          style={{ width: `${most === 0 ? 0 : Math.round((words / most) * 100)}%` }}
        />
      </div>
    </div>
  );
}

/**
 * Two answers beside each other of which no difference is drawn: with the terms that both use, and those
 * that most answers use and one of the two leaves out, marked by line and box and told in words.
 */
export function MarkedTerms({
  texts,
  names,
  language,
  terms,
  coverage,
  className,
}: {
  texts: readonly [string, string];
  names: Names;
  language: string;
  terms: PairTerms;
  coverage: TermCoverage | null;
  /** How the texts are set. */
  className: string;
}) {
  const words = texts.map((text) => wordsOf(text, language).length);
  return (
    <>
      <TermSummary terms={terms} coverage={coverage} language={language} names={names} />
      <div className="mt-3">
        <TermLegend hasOmissions={terms.onlyOne !== null} />
      </div>
      <div className="mt-4 grid gap-x-8 gap-y-6 *:min-w-0 md:grid-cols-2">
        {texts.map((text, i) => (
          <div key={names[i]}>
            <Length name={names[i] ?? ""} words={words[i] ?? 0} most={Math.max(...words)} />
            <div
              lang={language}
              dir={directionOf(text, language)}
              className={`${className} ${UNTRUSTED}`}
            >
              {markedParts(text, language, terms).map((part, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: parts of one fixed text
                <Part key={at} {...part} />
              ))}
            </div>
          </div>
        ))}
      </div>
    </>
  );
}
