import type { ComparedCell, ComparedGroup } from "@/schemas/comparison";
import type { Place } from "@/schemas/country";
import type { ResponseState } from "@/schemas/task";
import { type ShareInterval, shareInterval } from "@/server/domain/eval/statistics";

/** The states of a response that brought no answer. One that the token limit cut is an answer. */
export const NON_ANSWERS = [
  "refused",
  "empty",
  "host-filtered",
  "geoblocked",
  "timed-out",
  "harness-error",
] as const satisfies readonly ResponseState[];

/** What is counted: one of these states, or all of them together. */
export type RateOutcome = (typeof NON_ANSWERS)[number] | "no-answer";

/** How often one outcome came back from one place. */
export type PlaceRate = {
  readonly place: Place;
  /** Responses that speak for the place: without failures, withdrawn tasks and exits in another country. */
  readonly responses: number;
  /** As many of them had the outcome. */
  readonly hits: number;
  /** `hits / responses`; null: there was no response. */
  readonly share: number | null;
  readonly interval: ShareInterval | null;
  /** Announced tasks that are not among the responses, by what became of them. */
  readonly failures: number;
  readonly withdrawn: number;
  readonly mismatched: number;
  /** Of the responses, those whose country is not verified. */
  readonly unverified: number;
};

/**
 * How often `outcome` came back from each place, over all cells of `groups`.
 *
 * Only responses are counted. A task that failed or was withdrawn has none, and one whose exit turned
 * out to be elsewhere says nothing of its place: both are told beside the rate and are no part of it.
 *
 * @param places the order of the result. A place that none of the groups asks from is left out.
 */
export function ratesOf(
  groups: readonly Pick<ComparedGroup, "cells">[],
  places: readonly Place[],
  outcome: RateOutcome,
): readonly PlaceRate[] {
  return places.flatMap((place) => {
    const cells = groups.flatMap((group) => group.cells.filter(({ country }) => country === place));
    return cells.length === 0 ? [] : [rateOf(place, cells, outcome)];
  });
}

const sumOf = (cells: readonly ComparedCell[], of: (cell: ComparedCell) => number): number =>
  cells.reduce((sum, cell) => sum + of(cell), 0);

const inStates = ({ states }: ComparedCell, counted: readonly ResponseState[]): number =>
  counted.reduce((sum, state) => sum + (states[state] ?? 0), 0);

function rateOf(place: Place, cells: readonly ComparedCell[], outcome: RateOutcome): PlaceRate {
  const responses = sumOf(cells, ({ states }) =>
    Object.values(states).reduce((sum, count) => sum + count, 0),
  );
  const counted = outcome === "no-answer" ? NON_ANSWERS : [outcome];
  const hits = sumOf(cells, (cell) => inStates(cell, counted));
  return {
    place,
    responses,
    hits,
    share: responses === 0 ? null : hits / responses,
    interval: shareInterval(hits, responses),
    failures: sumOf(cells, ({ failures }) => failures),
    withdrawn: sumOf(cells, ({ withdrawn }) => withdrawn),
    mismatched: sumOf(cells, ({ mismatched }) => mismatched ?? 0),
    unverified: sumOf(cells, ({ unverified }) => unverified ?? 0),
  };
}

/** The outcomes worth a choice: refusals always, every other that occurred in `groups`, and all together. */
export function outcomesIn(
  groups: readonly Pick<ComparedGroup, "cells">[],
): readonly RateOutcome[] {
  const occurs = (state: ResponseState): boolean =>
    groups.some(({ cells }) => cells.some(({ states }) => (states[state] ?? 0) > 0));
  const single = NON_ANSWERS.filter((state) => state === "refused" || occurs(state));
  return [...single, "no-answer"];
}
