import type { CitedWork } from "@/schemas/citation";
import type { Place } from "@/schemas/country";
import type { ResponseState } from "@/schemas/task";
import { oneLine, placeInWords, serviceInWords } from "@/server/domain/cite/title";
import { withoutHidden } from "@/server/domain/hidden-text";

/** An answer that is quoted, and what its source line says. */
export type QuotedAnswer = {
  readonly text: string;
  readonly service: string;
  readonly model: string;
  readonly country: Place;
  readonly state: ResponseState;
};

/** The service's, model's and job's names are short; more than this is none. */
const NAME = 200;

/**
 * An answer as one may paste it elsewhere: its words, and below them a line that says whose they are, from
 * where and when, in which state, and where the evidence is. Characters that steer or hide are taken out, and
 * that is said.
 */
export function quoteOf(answer: QuotedAnswer, work: CitedWork): string {
  const { text, removed } = withoutHidden(answer.text.replaceAll("\r\n", "\n"));
  const source = [
    `${oneLine(serviceInWords(answer.service, answer.model), NAME)}, asked from ${placeInWords(answer.country)} on ${work.at.slice(0, 10)} (UTC)`,
    `state: ${answer.state}`,
    ...(work.simulated ? ["simulated data, nothing of it is about a real service"] : []),
    ...(removed === 0
      ? []
      : [`${removed} invisible ${removed === 1 ? "character" : "characters"} taken out`]),
    `${work.portal.name}, ${work.url}`,
  ];
  return `${text}\n\n— ${source.join("; ")}`;
}
