import type {
  ExploreCount,
  ExploreCursor,
  ExploreFacets,
  ExploreFilter,
  ExplorePage,
  ExploreQuery,
  ExploreRow,
  FoundAnswer,
} from "@/schemas/explore";
import type { TaskId } from "@/schemas/primitives";
import type { ExplorerStore, ExplorerTally } from "@/server/adapters/db/explorer-store";
import { excerptOf } from "@/server/domain/explore/excerpt";
import { cursorAfter } from "@/server/domain/explore/query";

export type ExploreDeps = { readonly explorer: ExplorerStore };

/** Counting ends here, and so does an export of everything that matches. */
export const EXPLORE_BOUND = 10_000;
/** Rows that an export reads at a time. */
const BATCH = 500;
/** Jobs that can be chosen from a list; any other by its link. */
const LISTED_JOBS = 100;

/** What the filter finds, newest first, in short. @throws BeaconError EXPLORER_TIMED_OUT, EXPLORER_BUSY */
export async function exploreResponses(
  deps: ExploreDeps,
  query: ExploreQuery,
): Promise<ExplorePage> {
  const { answers, nextCursor } = await findResponses(deps, query);
  return { rows: answers.map((answer) => rowOf(answer, query.text)), nextCursor };
}

/** The same, whole. @throws BeaconError EXPLORER_TIMED_OUT, EXPLORER_BUSY */
export async function findResponses(
  { explorer }: ExploreDeps,
  { limit, ...query }: ExploreQuery,
): Promise<{
  readonly answers: readonly FoundAnswer[];
  readonly nextCursor: ExploreCursor | null;
}> {
  const found = await explorer.search(query, limit + 1);
  const answers = found.slice(0, limit);
  const last = answers.at(-1);
  return {
    answers,
    nextCursor: found.length > limit && last !== undefined ? cursorAfter(last) : null,
  };
}

function rowOf(answer: FoundAnswer, text: string | null): ExploreRow {
  const { taskId, job, prompt, service, language, country, repeat, state, failure } = answer;
  return {
    ...{ taskId, job, prompt, service, language, country, repeat, state, failure },
    leafIndex: answer.leafIndex,
    finishedAt: answer.finishedAt,
    simulated: answer.simulated,
    excerpt: answer.text === null ? null : excerptOf(answer.text, text),
  };
}

/** Everything that the filter finds, newest first, a batch at a time, up to the bound. */
export async function* allResponses(
  deps: ExploreDeps,
  filter: ExploreFilter,
): AsyncGenerator<readonly FoundAnswer[], ExploreCursor | null> {
  let cursor: ExploreCursor | null = null;
  for (let read = 0; read < EXPLORE_BOUND; read += BATCH) {
    const page = await findResponses(deps, { ...filter, cursor, limit: BATCH });
    yield page.answers;
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return cursor;
}

/** How many there are. @throws BeaconError EXPLORER_TIMED_OUT, EXPLORER_BUSY */
export async function countResponses(
  { explorer }: ExploreDeps,
  filter: ExploreFilter,
): Promise<ExploreCount> {
  const any = await explorer.tally({ ...filter, states: [] }, EXPLORE_BOUND);
  const chosen = await chosenOf(explorer, filter, any);
  const sum = (of: (state: ExplorerTally["states"][number]) => number) =>
    chosen.states.reduce((total, state) => total + of(state), 0);
  const matches = sum(({ n }) => n);
  const simulated = sum((state) => state.simulated);
  return {
    matches,
    isMore: chosen.isMore,
    states: Object.fromEntries(any.states.map(({ state, n }) => [state, n])),
    areStatesCut: any.isMore,
    bound: EXPLORE_BOUND,
    isAnySimulated: simulated > 0,
    isAllSimulated: simulated > 0 && simulated === matches,
  };
}

/** The tally of the chosen states alone: part of the tally of any state, unless that ended at its bound. */
async function chosenOf(
  explorer: Pick<ExplorerStore, "tally">,
  filter: ExploreFilter,
  any: ExplorerTally,
): Promise<ExplorerTally> {
  if (filter.states.length === 0) return any;
  if (any.isMore) return explorer.tally(filter, EXPLORE_BOUND);
  return { ...any, states: any.states.filter(({ state }) => filter.states.includes(state)) };
}

/** What can be chosen. @throws BeaconError EXPLORER_TIMED_OUT, EXPLORER_BUSY */
export const exploreFacets = ({ explorer }: ExploreDeps): Promise<ExploreFacets> =>
  explorer.facets(LISTED_JOBS);

/** Answers by their tasks, in the order in which they were asked for. */
export async function responsesByTasks(
  { explorer }: ExploreDeps,
  ids: readonly TaskId[],
): Promise<readonly FoundAnswer[]> {
  const found = new Map((await explorer.byTasks(ids)).map((answer) => [answer.taskId, answer]));
  return ids.flatMap((id) => found.get(id) ?? []);
}
