import { describe, expect, it } from "vitest";
import type { ExploreFilter, FoundAnswer } from "@/schemas/explore";
import type { ExplorerTally } from "@/server/adapters/db/explorer-store";
import { EVERYTHING, filterOf } from "@/server/domain/explore/query";
import { taskIdOf } from "@/server/domain/identity";
import { instantOf } from "@/server/domain/time";
import {
  allResponses,
  countResponses,
  EXPLORE_BOUND,
  exploreResponses,
  responsesByTasks,
} from "@/server/services/explore-responses";
import { aFailure, anAnswer } from "@/test/domain/explore/an-answer";
import { aJobId, DE, NOON } from "@/test/support/builders";

/** So many answers, the newest first. */
const answersOf = (n: number): readonly FoundAnswer[] =>
  Array.from({ length: n }, (_, repeat) =>
    anAnswer({
      taskId: taskIdOf({
        job: aJobId(),
        prompt: "vell-dam",
        service: "control-regional",
        country: DE,
        repeat,
      }),
      finishedAt: instantOf(new Date(NOON.getTime() - repeat * 1_000)),
    }),
  );

/** A store that holds these answers, and remembers what was asked of it. */
function aStore(answers: readonly FoundAnswer[], tally: Partial<ExplorerTally> = {}) {
  const tallied: ExploreFilter[] = [];
  return {
    tallied,
    explorer: {
      search: async ({ cursor }: { cursor: string | null }, limit: number) => {
        const after = answers.findIndex(({ taskId }) => cursor?.endsWith(`.${taskId}`));
        return answers.slice(after + 1, after + 1 + limit);
      },
      tally: async (filter: ExploreFilter) => {
        tallied.push(filter);
        return { states: [], isMore: false, ...tally };
      },
      facets: async () => ({ countries: [], services: [], languages: [], jobs: [] }),
      byTasks: async (ids: readonly string[]) =>
        [...answers].reverse().filter(({ taskId }) => ids.includes(taskId)),
    },
  };
}

describe("a page of answers", () => {
  it("goes on where it ends, and nowhere after the last", async () => {
    const store = aStore(answersOf(5));
    const first = await exploreResponses(store, { ...EVERYTHING, limit: 3 });
    expect(first.rows).toHaveLength(3);
    const second = await exploreResponses(store, {
      ...EVERYTHING,
      limit: 3,
      cursor: first.nextCursor,
    });
    expect(second.rows).toHaveLength(2);
    expect(second.nextCursor).toBeNull();
    const ids = [...first.rows, ...second.rows].map(({ taskId }) => taskId);
    expect(ids).toEqual(answersOf(5).map(({ taskId }) => taskId));
    expect(
      (await exploreResponses(aStore(answersOf(3)), { ...EVERYTHING, limit: 3 })).nextCursor,
    ).toBeNull();
  });

  it("has the words around what was looked for, and none where there is no text", async () => {
    const store = aStore([anAnswer(), aFailure(), anAnswer({ text: "" })]);
    const { rows } = await exploreResponses(store, { ...EVERYTHING, text: "inquiry" });
    expect(rows[0]?.excerpt).toMatchObject({ match: "inquiry" });
    expect(rows[1]?.excerpt).toBeNull();
    expect(rows[2]?.excerpt).toMatchObject({ before: "", match: "", after: "" });
    expect(rows[0]).not.toHaveProperty("text");
  });
});

describe("an export of everything", () => {
  const readAll = async (n: number) => {
    const batches = allResponses(aStore(answersOf(n)), filterOf(EVERYTHING));
    const read: FoundAnswer[] = [];
    for (;;) {
      const { done, value } = await batches.next();
      if (done) return { read, cursor: value };
      read.push(...value);
    }
  };

  it("is all of it, once", async () => {
    const { read, cursor } = await readAll(1_203);
    expect(new Set(read.map(({ taskId }) => taskId)).size).toBe(1_203);
    expect(cursor).toBeNull();
    expect(await readAll(0)).toEqual({ read: [], cursor: null });
  });

  it("ends at its bound, and says where it would go on", async () => {
    const { read, cursor } = await readAll(EXPLORE_BOUND + 1);
    expect(read).toHaveLength(EXPLORE_BOUND);
    expect(cursor).toContain(read.at(-1)?.taskId);
    expect((await readAll(EXPLORE_BOUND)).cursor).toBeNull();
  });
});

describe("counting", () => {
  const states = [
    { state: "answered", n: 5, simulated: 5 },
    { state: "refused", n: 2, simulated: 0 },
  ] as const;
  const filter = filterOf(EVERYTHING);

  it("is over all states, whatever states are chosen, and the matches are the chosen ones", async () => {
    const store = aStore([], { states });
    expect(await countResponses(store, { ...filter, states: ["refused"] })).toEqual({
      matches: 2,
      isMore: false,
      states: { answered: 5, refused: 2 },
      areStatesCut: false,
      bound: EXPLORE_BOUND,
      isAnySimulated: false,
      isAllSimulated: false,
    });
    expect(store.tallied).toEqual([filter]);
  });

  it("asks for the chosen states alone when counting all of them ended at its bound", async () => {
    const store = aStore([], { states, isMore: true });
    const refused = { ...filter, states: ["refused" as const] };
    expect(await countResponses(store, refused)).toMatchObject({
      isMore: true,
      areStatesCut: true,
    });
    expect(store.tallied).toEqual([filter, refused]);
  });

  it("says whether any and all of it is simulated; of nothing, neither", async () => {
    const count = (tally: Partial<ExplorerTally>) => countResponses(aStore([], tally), filter);
    expect(await count({ states })).toMatchObject({ isAnySimulated: true, isAllSimulated: false });
    expect(await count({ states: [states[0]] })).toMatchObject({ isAllSimulated: true });
    expect(await count({})).toMatchObject({ isAnySimulated: false, isAllSimulated: false });
  });
});

describe("answers by their tasks", () => {
  it("come in the order in which they were asked for", async () => {
    const answers = answersOf(3);
    const ids = answers.map(({ taskId }) => taskId);
    expect(await responsesByTasks(aStore(answers), ids)).toEqual(answers);
    expect(await responsesByTasks(aStore([]), ids)).toEqual([]);
  });
});
