import Link from "next/link";
import { Card, CardHead } from "@/components/ui/card";
import { counted, formatCount } from "@/components/ui/count";
import { placeName } from "@/components/ui/country";
import { StateLabel } from "@/components/ui/response-state";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { ResponseExcerpt } from "@/schemas/snapshot";

/** Rows beyond these are single answers, which can be read above one by one. */
const SHOWN_ROWS = 12;
const HEAD_LENGTH = 140;

/** Responses that say the same, character for character, and came back in the same state. */
type Distinct = { readonly first: ResponseExcerpt; readonly all: readonly ResponseExcerpt[] };

/** One entry a distinct response, those received most often first, of equals the earlier one. */
export function distinctOf(excerpts: readonly ResponseExcerpt[]): readonly Distinct[] {
  const groups = new Map<string, ResponseExcerpt[]>();
  for (const excerpt of excerpts) {
    const key = `${excerpt.state} ${excerpt.text ?? "\u0000none"}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [excerpt]);
    else group.push(excerpt);
  }
  return [...groups.values()]
    .flatMap((all) => (all[0] === undefined ? [] : [{ first: all[0], all }]))
    .sort((x, y) => y.all.length - x.all.length);
}

/** `Germany 1, 3; Kenya 2`, each number a link to that repeat's evidence. */
function Where({ all }: { all: readonly ResponseExcerpt[] }) {
  const places = [...new Set(all.map(({ country }) => country))];
  return places.map((place, i) => (
    <span key={place}>
      {i > 0 && "; "}
      {placeName(place)}{" "}
      {all
        .filter(({ country }) => country === place)
        .map(({ taskId, repeat }, n) => (
          <span key={taskId}>
            {n > 0 && ", "}
            <Link href={`/responses/${taskId}`} prefetch={false} className="link">
              <span className="sr-only">evidence of repeat </span>
              {repeat + 1}
            </Link>
          </span>
        ))}
    </span>
  ));
}

function Row({ of: { first, all }, language }: { of: Distinct; language: string }) {
  const text = first.text ?? "";
  const head = [...text].slice(0, HEAD_LENGTH).join("");
  return (
    <li className="grid gap-x-6 gap-y-1 border-t border-line py-3 *:min-w-0 md:grid-cols-[12rem_1fr]">
      <div className="text-[13px]">
        <p className="font-semibold">
          received {formatCount(all.length)} {all.length === 1 ? "time" : "times"}
        </p>
        <p className="mt-0.5 text-muted">
          <StateLabel look={first.state} />
        </p>
        <p className="mt-1 text-muted">
          <Where all={all} />
        </p>
      </div>
      {text === "" ? (
        <p className="text-sm text-muted">
          {first.text === null ? "The response carries no text." : "The text is empty."}
        </p>
      ) : (
        <details>
          <summary className="flex items-baseline py-1">
            <UntrustedText
              as="span"
              text={head.length < text.length ? `${head}…` : head}
              language={language}
              className="font-serif text-[15.5px] leading-normal"
            />
          </summary>
          <UntrustedText
            text={text}
            language={language}
            className="mt-2 font-serif text-[16px] leading-[1.6]"
          />
        </details>
      )}
    </li>
  );
}

/** Repeats as a stack: every different response once, with how often and where it was received. */
export function DistinctAnswers({
  excerpts,
  language,
}: {
  excerpts: readonly ResponseExcerpt[];
  language: string;
}) {
  const distinct = distinctOf(excerpts);
  const hidden = distinct.slice(SHOWN_ROWS);
  const responses = hidden.reduce((sum, { all }) => sum + all.length, 0);
  return (
    <Card>
      <CardHead title="Different responses" id="distinct">
        {counted(excerpts.length, "response")} to this prompt by this service,{" "}
        {formatCount(distinct.length)} of them different character for character. Those received
        most often come first; the numbers are repeats and lead to their evidence.
      </CardHead>
      {distinct.length === 0 ? (
        <p className="text-sm text-muted">No response came back.</p>
      ) : (
        <ol>
          {distinct.slice(0, SHOWN_ROWS).map((one) => (
            <Row key={one.first.taskId} of={one} language={language} />
          ))}
        </ol>
      )}
      {hidden.length > 0 && (
        <p className="border-t border-line pt-3 text-[13px] text-muted">
          {counted(hidden.length, "more different response")}, {counted(responses, "response")} in
          all, can be read side by side, repeat by repeat.
        </p>
      )}
    </Card>
  );
}
