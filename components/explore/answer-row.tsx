import Link from "next/link";
import { MarkedExcerpt } from "@/components/explore/marked-excerpt";
import { formatCount } from "@/components/ui/count";
import { Country, placeName } from "@/components/ui/country";
import { Instant } from "@/components/ui/instant";
import { languageName } from "@/components/ui/language";
import { CELL_LOOKS, StateLabel } from "@/components/ui/response-state";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { ExploreRow } from "@/schemas/explore";

function Words({ row: { excerpt, failure, language } }: { row: ExploreRow }) {
  const plain = "text-sm text-muted";
  if (failure !== null)
    return (
      <p className={plain}>
        No response came back: <UntrustedText as="span" text={failure.message} language="en" />.{" "}
        <span className="code">{failure.code}</span>
      </p>
    );
  if (excerpt === null) return <p className={plain}>The response carries no text.</p>;
  if (excerpt.before + excerpt.match + excerpt.after === "")
    return <p className={plain}>The text of the response is empty.</p>;
  return <MarkedExcerpt excerpt={excerpt} language={language} />;
}

/** One answer, or one failure to get one: whose, from where, to what, its first words, and the way to its evidence. */
export function AnswerRow({ row }: { row: ExploreRow }) {
  const { service, prompt, job, country, state, repeat } = row;
  const name = `${CELL_LOOKS[state].label}, ${service.id} from ${placeName(country)}, repeat ${repeat + 1}`;
  return (
    <li className="grid gap-x-8 gap-y-3 border-t border-line py-5 *:min-w-0 md:grid-cols-[13.5rem_1fr]">
      <div className="grid content-start gap-2 text-[13px] text-muted">
        <StateLabel look={state} />
        <Country code={country} />
        <span className="wrap-anywhere">
          <span className="text-ink">{service.id}</span>
          {service.model !== service.id && (
            <span className="code block text-[11.5px]">{service.model}</span>
          )}
        </span>
        {row.simulated && <span className="text-beacon">simulated</span>}
      </div>
      <div>
        <p className="mb-2 flex flex-wrap items-baseline gap-x-2 text-[13px] text-muted">
          <span className="code">{prompt.id}</span>
          <span aria-hidden="true">·</span>
          <span>{languageName(row.language)}</span>
        </p>
        <UntrustedText
          text={prompt.beginning}
          language={row.language}
          className="mb-2 line-clamp-1 text-[13.5px] text-muted"
        />
        <Words row={row} />
        <p className="mt-3 flex flex-wrap items-center gap-x-4 text-[13px] text-muted">
          <Link
            href={`/responses/${row.taskId}`}
            prefetch={false}
            aria-label={`Answer and evidence: ${name}`}
            className="link inline-flex min-h-11 items-center text-ink sm:min-h-8"
          >
            Answer and evidence
          </Link>
          {row.leafIndex === null ? (
            <span>not in the log yet</span>
          ) : (
            <Link
              href={`/log/${row.leafIndex}`}
              prefetch={false}
              className="link inline-flex min-h-11 items-center sm:min-h-8"
            >
              log entry {formatCount(row.leafIndex)}
            </Link>
          )}
          <Link
            href={`/jobs/${job.id}`}
            prefetch={false}
            className="link inline-flex min-h-11 items-center sm:min-h-8"
          >
            {job.title}
          </Link>
          <Instant at={row.finishedAt} />
        </p>
      </div>
    </li>
  );
}
