import type { Place } from "@/schemas/country";
import type { TaskId } from "@/schemas/primitives";
import type { ResponseExcerpt, TaskCell } from "@/schemas/snapshot";

/** Two responses that are laid beside each other. Null: there is none to choose. */
export type Pair = {
  /** The reference: it stays while the other one changes. */
  readonly a: ResponseExcerpt | null;
  readonly b: ResponseExcerpt | null;
};

const hasText = ({ text }: ResponseExcerpt): boolean => text !== null && text !== "";

/** Whether it says something, and for the country that it stands under. */
const speaks = (excerpt: ResponseExcerpt): boolean => hasText(excerpt) && !excerpt.isElsewhere;

/**
 * The pair that is chosen by its tasks. A task of another prompt or service stands for the response of
 * the same country and repeat here, so that a choice outlives a change of prompt. What is not chosen, or
 * has no response, is the first country with a text in this repeat, and the next one.
 *
 * @param excerpts the responses to one prompt by one service, in the spec's order of countries.
 */
export function pairFrom(
  chosen: {
    readonly a: TaskId | null;
    readonly b: TaskId | null;
    readonly repeat: number;
  },
  tasks: readonly Pick<TaskCell, "id" | "country" | "repeat">[],
  excerpts: readonly ResponseExcerpt[],
): Pair {
  const here = (id: TaskId | null): ResponseExcerpt | null => {
    const task = tasks.find((other) => other.id === id);
    if (task === undefined) return null;
    const isThere = ({ country, repeat }: ResponseExcerpt) =>
      country === task.country && repeat === task.repeat;
    return excerpts.find(isThere) ?? null;
  };
  const inOrder = [
    ...excerpts.filter((excerpt) => speaks(excerpt) && excerpt.repeat === chosen.repeat),
    ...excerpts.filter(speaks),
    ...excerpts.filter(hasText),
    ...excerpts,
  ];
  const b = here(chosen.b);
  const a =
    here(chosen.a) ??
    inOrder.find(({ country }) => country !== b?.country) ??
    inOrder.find(({ taskId }) => taskId !== b?.taskId) ??
    null;
  const other =
    inOrder.find(({ country }) => country !== a?.country) ??
    inOrder.find(({ taskId }) => taskId !== a?.taskId) ??
    null;
  return { a, b: b ?? other };
}

/**
 * Two answers of two places, each of `repeat` where it has one; of one place, two of its repeats. Null
 * where there are not two to choose.
 */
export function pairOf(
  from: Place,
  to: Place,
  repeat: number,
  excerpts: readonly ResponseExcerpt[],
): readonly [ResponseExcerpt, ResponseExcerpt] | null {
  const answersOf = (place: Place) =>
    excerpts
      .filter((excerpt) => speaks(excerpt) && excerpt.country === place)
      .sort((x, y) => Number(y.repeat === repeat) - Number(x.repeat === repeat));
  const [a, next] = answersOf(from);
  const b = from === to ? next : answersOf(to)[0];
  return a === undefined || b === undefined ? null : [a, b];
}
