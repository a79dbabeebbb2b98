import type { Comparison } from "@/schemas/comparison";
import type { JobSpec } from "@/schemas/job-spec";
import { ASKED_TWICE } from "@/server/domain/eval/similarity";
import { boundOfNone } from "@/server/domain/eval/statistics";

/** What no comparison of this portal shows, whatever its figures are. */
export const GENERAL_LIMITS: readonly string[] = [
  "Why answers differ. A service’s rules and terms, sanctions, a local law, routing, load or chance may each be the cause.",
  "What a service answers to other questions, in other languages, on other days, or to a person who is signed in.",
  "Where the provider’s machine stands. A probe proves through which address the call left, and address databases can be wrong.",
  "That a figure above or below the noise floor means something: with a few repeats a cell, chance alone moves it.",
  `Whether two answers mean the same. Similarity counts the words they share, whatever they say; one model that was asked the same question twice came to ${ASKED_TWICE.lowest} to ${ASKED_TWICE.highest}.`,
];

/** What a comparison rests on, as far as its limits depend on it. */
export type NotShownInput = {
  readonly spec: Pick<JobSpec, "prompts" | "services" | "repeats" | "sampling">;
  readonly comparison: Pick<Comparison, "simulated" | "closed" | "groups">;
};

/**
 * What one comparison does not show: first what follows from its own data, then what none shows. The
 * same sentences stand on its page and in its bundle.
 */
export function notShown(input: NotShownInput): readonly string[] {
  return [
    ...ofTheNetwork(input),
    ...ofTheNumbers(input),
    ...ofTheQuestions(input),
    ...ofTheResponses(input),
    ...GENERAL_LIMITS,
  ];
}

const when = (isSo: boolean, sentence: string): readonly string[] => (isSo ? [sentence] : []);

const counted = (n: number, one: string): string =>
  `${n.toLocaleString("en-GB")} ${one}${n === 1 ? "" : "s"}`;

function ofTheNetwork({ spec, comparison }: NotShownInput): readonly string[] {
  const doors = new Set(spec.services.map(({ door }) => door));
  const { simulated } = comparison;
  return [
    ...when(
      simulated,
      `Anything about real countries. The network was simulated: providers and their countries were played on one machine${doors.has("model") ? ", and control models with published habits stood in for services" : ""}.`,
    ),
    ...when(
      doors.has("exit"),
      "What an app or a page shows to people there. A program asked, through an interface for programs, under the operator’s account and its terms.",
    ),
    ...when(
      doors.has("home"),
      "Anything about a country where it says home: that is the machine that Beacon runs on.",
    ),
  ];
}

/** The most responses in any cell: what is true of them is true of every other cell all the more. */
function mostInACell({ groups }: NotShownInput["comparison"]): number {
  const inCells = groups.flatMap(({ cells }) =>
    cells.map(({ states }) => Object.values(states).reduce((sum, count) => sum + count, 0)),
  );
  return inCells.reduce((most, count) => Math.max(most, count), 0);
}

function ofTheNumbers({ spec, comparison }: NotShownInput): readonly string[] {
  const most = mostInACell(comparison);
  return [
    ...when(
      spec.repeats === 1,
      "Whether a place would answer the same again. Each cell was asked once, so no difference here can be told from chance.",
    ),
    ...when(
      most > 0,
      `What happens rarely. With ${most === 1 ? "one response" : `at most ${most} responses`} in a cell, a cell in which nothing was refused may still stand for a service that refuses up to ${Math.round(boundOfNone(Math.max(1, most)) * 100)} times in 100.`,
    ),
  ];
}

function ofTheQuestions({ spec }: NotShownInput): readonly string[] {
  const { temperature } = spec.sampling;
  const languages = new Set(spec.prompts.map(({ language }) => language));
  return [
    ...when(
      temperature > 0,
      `What a service always says. At temperature ${temperature} it draws its words, and the same question brings others each time.`,
    ),
    ...when(
      temperature === 0,
      "That a service repeats itself. Even at temperature 0, machines and load change the words of an answer.",
    ),
    ...when(
      languages.size === 1,
      "Whether it depends on the language. All prompts were put in one language.",
    ),
    ...when(
      languages.size > 1,
      "How languages compare. Prompts in two languages are two questions here, and no answer is compared across them.",
    ),
  ];
}

function ofTheResponses({ comparison: { closed, groups } }: NotShownInput): readonly string[] {
  const cells = groups.flatMap((group) => group.cells);
  const sum = (of: (cell: (typeof cells)[number]) => number | undefined): number =>
    cells.reduce((all, cell) => all + (of(cell) ?? 0), 0);
  const [unverified, mismatched] = [sum((cell) => cell.unverified), sum((cell) => cell.mismatched)];
  const cut = sum(({ states }) => states.truncated);
  const without = closed.failures + closed.withdrawn;
  return [
    ...when(
      unverified > 0,
      `Out of which country ${counted(unverified, "response")} came. That is not verified.`,
    ),
    ...when(
      mismatched > 0,
      `What ${counted(mismatched, "response")} would change. Left out: the exit turned out to be in another country.`,
    ),
    ...when(
      without > 0,
      `What would have come of ${counted(without, "announced task")} that closed without a response. Failures are not drawn by lot.`,
    ),
    ...when(cut > 0, `What the length limit cut off from ${counted(cut, "answer")}.`),
  ];
}
