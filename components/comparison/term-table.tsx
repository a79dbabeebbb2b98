import { counted, formatCount } from "@/components/ui/count";
import { CountryChip, placeName } from "@/components/ui/country";
import { NotMeasured } from "@/components/ui/states";
import { Table } from "@/components/ui/table";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { Place } from "@/schemas/country";
import { omittedTerms, type TermCoverage } from "@/server/domain/eval/term-coverage";

/** More rows than these tell less: the first are those that countries use most differently. */
const SHOWN_TERMS = 16;

function Uses({
  uses,
  answers,
  place,
  term,
}: {
  uses: number;
  answers: number;
  place: Place;
  term: string;
}) {
  if (answers === 0)
    return (
      <td className="px-1 py-1.5 text-center">
        <NotMeasured />
      </td>
    );
  return (
    <td
      title={`${term}: in ${uses} of ${counted(answers, "answer")} from ${placeName(place)}`}
      className="px-1 py-1.5 text-center whitespace-nowrap"
    >
      <span
        aria-hidden="true"
        className="me-2 inline-block h-2 w-8 overflow-hidden rounded-full border border-line-strong align-middle max-sm:hidden"
      >
        <span
          className="block h-full bg-accent"
          style={{ width: `${Math.round((uses / answers) * 100)}%` }}
        />
      </span>
      {formatCount(uses)}
      <span className="text-muted">/{formatCount(answers)}</span>
    </td>
  );
}

/** Which terms at least half of the answers use, and in how many answers of each country they are. */
export function TermTable({ coverage, language }: { coverage: TermCoverage; language: string }) {
  const { places, terms, answers, outOf } = coverage;
  if (terms.length === 0)
    return <p className="text-sm text-muted">No term is used by half of the answers.</p>;
  return (
    <>
      <Table label="Terms that at least half of the answers use, by country">
        <thead>
          <tr className="[&>th]:pb-1.5 [&>th]:align-bottom">
            <th scope="col" className="text-start text-[13px] font-medium text-muted">
              Term
            </th>
            {places.map(({ place }) => (
              <th key={place} scope="col" className="px-1 text-center">
                <CountryChip code={place} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {terms.slice(0, SHOWN_TERMS).map(({ term, usesBy }) => (
            <tr key={term} className="border-t border-line">
              <th scope="row" className="max-w-48 py-1.5 pe-3 text-start font-normal">
                <UntrustedText as="span" text={term} language={language} />
              </th>
              {places.map(({ place, answers: ofPlace }, i) => (
                <Uses
                  key={place}
                  term={term}
                  place={place}
                  uses={usesBy[i] ?? 0}
                  answers={ofPlace}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
      <p className="mt-3 text-[13px] text-muted">
        {terms.length > SHOWN_TERMS &&
          `${counted(terms.length - SHOWN_TERMS, "more term")} that countries use more alike ${terms.length - SHOWN_TERMS === 1 ? "is" : "are"} not shown. `}
        Worked out over {formatCount(answers)}
        {answers < outOf
          ? ` of ${formatCount(outOf)} answers, as many of each country`
          : " answers"}
        .
      </p>
    </>
  );
}

/** Which of the terms one answer leaves out, by name. */
export function OmittedTerms({
  coverage,
  text,
  language,
  name,
}: {
  coverage: TermCoverage;
  text: string;
  language: string;
  name: string;
}) {
  const omitted = omittedTerms(coverage, text, language);
  const used = coverage.terms.length - omitted.length;
  return (
    <div>
      <p className="text-sm">
        The answer from {name} uses {formatCount(used)} of {counted(coverage.terms.length, "term")}
        {omitted.length === 0 ? "." : " and leaves out:"}
      </p>
      {omitted.length > 0 && (
        <ul className="mt-1.5 flex flex-wrap gap-1.5">
          {omitted.slice(0, SHOWN_TERMS).map(({ term, uses }) => (
            <li
              key={term}
              title={`In ${uses} of ${coverage.answers} answers`}
              className="rounded-sm border border-line-strong px-1.5 py-0.5 text-[13px]"
            >
              <UntrustedText as="span" text={term} language={language} />
              <span className="text-muted">
                {" "}
                {formatCount(uses)}/{formatCount(coverage.answers)}
              </span>
            </li>
          ))}
          {omitted.length > SHOWN_TERMS && (
            <li className="py-0.5 text-[13px] text-muted">
              and {formatCount(omitted.length - SHOWN_TERMS)} more
            </li>
          )}
        </ul>
      )}
    </div>
  );
}
