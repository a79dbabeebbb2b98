import { HOME, type Place } from "@/schemas/country";
import { withoutHidden } from "@/server/domain/hidden-text";

/** So many characters of a question stand in a title. */
const QUESTION = 120;

const regions = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

/** A place in a sentence: `Germany`; the machine that Beacon runs on is nowhere. */
export const placeInWords = (place: Place): string =>
  place === HOME ? "home (the portal’s own machine)" : (regions.of(place) ?? place);

/** Somebody's text on one line, cut between two words when it is long. */
export function oneLine(text: string, most: number): string {
  const line = withoutHidden(text).text.replace(/\s+/g, " ").trim();
  const characters = [...line];
  if (characters.length <= most) return line;
  const cut = characters.slice(0, most).join("");
  return `${cut.replace(/\s+\S{0,20}$/, "")} …`;
}

/** `gpt (gpt-5.2)`, or the one name where both are the same. */
export const serviceInWords = (service: string, model: string): string =>
  service === model ? service : `${service} (${model})`;

/** What a response, or a failure to get one, is called where it is cited. */
export const responseTitle = (answer: {
  readonly isFailure: boolean;
  readonly question: string;
  readonly service: string;
  readonly model: string;
  readonly country: Place;
  /** 0-based. */
  readonly repeat: number;
}): string =>
  oneLine(
    `${answer.isFailure ? "No response" : "Response"} of ${serviceInWords(answer.service, answer.model)}, asked from ${placeInWords(answer.country)}, repeat ${answer.repeat + 1}: “${oneLine(answer.question, QUESTION)}”`,
    500,
  );

/** What a comparison is called where it is cited. */
export const comparisonTitle = (jobTitle: string): string =>
  `Comparison: ${oneLine(jobTitle, 200)}`;
