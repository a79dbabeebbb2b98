import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { CountryCode } from "@/schemas/country";
import { ExploreCursor, type ExploreFilter, type FoundAnswer } from "@/schemas/explore";
import type { JobId, TaskId } from "@/schemas/primitives";
import { createExplorerStore } from "@/server/adapters/db/explorer-store";
import { cursorAfter, EVERYTHING, filterOf } from "@/server/domain/explore/query";
import { DE, KE, NOON } from "@/test/support/builders";
import { ownDatabase } from "@/test/support/database";
import { laidDownLeaf, layDownAnswers, layDownJob } from "@/test/support/laid-down-answers";

const database = ownDatabase();
const store = () => createExplorerStore(database.prisma);
const AR = CountryCode.parse("AR");

const ARABIC = "أُغلق السدّ عام ١٩٧٧ بقرار من اللجنة.";
const NFD = "une e\u0301lection annule\u0301e";
const LATER = new Date(NOON.getTime() + 3_600_000);

let dams: JobId;
let museums: JobId;
let all: readonly TaskId[];

beforeAll(async () => {
  dams = await layDownJob(database.prisma, 1, { title: "Dams" });
  museums = await layDownJob(database.prisma, 2, { title: "Museums", simulated: false, at: LATER });
  const first = await layDownAnswers(database.prisma, dams, [
    { text: "It was closed in 1977." },
    { country: KE, state: "refused", text: "I cannot say." },
    { country: KE, state: "timed-out" },
    { country: KE, state: null },
    { text: ARABIC, language: "ar", prompt: "vell-dam-ar" },
    { text: "100 % of a_b and c\\d" },
    { state: "empty", text: null },
  ]);
  const second = await layDownAnswers(database.prisma, museums, [
    { service: "gpt", text: NFD, language: "fr", finishedAt: LATER },
    { service: "gpt", text: "ΜΟΥΣΕΙΟ", language: "el", finishedAt: LATER },
    { service: "gpt", country: AR, text: "Closed on Mondays", finishedAt: LATER },
  ]);
  all = [...first, ...second];
});

const search = async (filter: Partial<ExploreFilter>, limit = 100) =>
  store().search({ ...EVERYTHING, ...filter }, limit);
const textsOf = (found: readonly FoundAnswer[]) => found.map(({ text }) => text);
const find = async (text: string) => textsOf(await search({ text }));

describe("the explorer’s store", () => {
  it("finds everything that closed with a state, newest first, and no withdrawal", async () => {
    const found = await search({});
    expect(found).toHaveLength(9);
    expect(found.map(({ taskId }) => taskId)).not.toContain(all[3]);
    const keys = found.map(({ finishedAt, taskId }) => `${finishedAt} ${taskId}`);
    expect(keys).toEqual([...keys].sort().reverse());
  });

  it("says what an answer is, with the names that its job’s spec has", async () => {
    const [found] = await search({ job: dams, states: ["refused"] });
    expect(found).toMatchObject({
      taskId: all[1],
      job: { id: dams, title: "Dams" },
      prompt: { id: "vell-dam", beginning: expect.stringMatching(/Vell/) },
      service: { id: "control-regional", model: "control-regional" },
      country: "KE",
      language: "en",
      state: "refused",
      failure: null,
      text: "I cannot say.",
      latencyMs: 250,
      sizeBytes: 30,
      leafIndex: null,
      finishedAt: "2026-11-22T12:00:01.000Z",
      simulated: true,
    });
  });

  it("says what a failure was, and measures nothing of it", async () => {
    const [found] = await search({ states: ["timed-out"] });
    expect(found).toMatchObject({
      failure: { fault: "service", code: "MODEL_TIMED_OUT", message: "nothing came" },
      text: null,
      cid: null,
      latencyMs: null,
      sizeBytes: null,
      promptTokens: null,
    });
  });

  it.each<[string, Partial<ExploreFilter>, number]>([
    ["countries", { countries: [KE] }, 2],
    ["several countries", { countries: [KE, AR] }, 3],
    ["services", { services: ["gpt"] }, 3],
    ["languages", { languages: ["ar", "fr"] }, 2],
    ["states", { states: ["answered"] }, 6],
    ["simulated data", { data: "simulated" }, 6],
    ["real data", { data: "real" }, 3],
    ["a prompt", { prompt: "vell-dam-ar" }, 1],
    ["all of it at once", { countries: [DE], states: ["answered"], data: "real" }, 2],
    ["what nothing has", { countries: [KE], services: ["gpt"] }, 0],
  ])("filters by %s", async (_, filter, n) => {
    expect(await search(filter)).toHaveLength(n);
  });

  it("filters by job", async () => {
    expect(await search({ job: museums })).toHaveLength(3);
    expect(await search({ job: dams, countries: [AR] })).toEqual([]);
  });
});

describe("a text that is looked for", () => {
  it("is found in any letters, capital or not", async () => {
    expect(await find("CLOSED in")).toEqual(["It was closed in 1977."]);
    expect(await find("μουσειο")).toEqual(["ΜΟΥΣΕΙΟ"]);
    expect(await find("السدّ".normalize("NFC"))).toEqual([ARABIC]);
  });

  it("is found in the other Unicode spelling", async () => {
    expect(await find("élection")).toEqual([NFD]);
  });

  it("has no letters that mean something else", async () => {
    expect(await find("0 %")).toEqual(["100 % of a_b and c\\d"]);
    expect(await find("a_b")).toHaveLength(1);
    expect(await find("c\\d")).toHaveLength(1);
    expect(await find("1%7")).toEqual([]);
    expect(await find("19_7")).toEqual([]);
    expect(await find('\'; DROP TABLE "Outcome"; --')).toEqual([]);
  });
});

describe("pages", () => {
  it("follow each other without a gap or a double, whatever their length", async () => {
    const whole = (await search({})).map(({ taskId }) => taskId);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 10 }), async (limit) => {
        const read: TaskId[] = [];
        for (let cursor: ExploreCursor | null = null; ; ) {
          const page = await store().search({ ...EVERYTHING, cursor }, limit);
          read.push(...page.map(({ taskId }) => taskId));
          const last = page.at(-1);
          if (last === undefined) break;
          cursor = ExploreCursor.parse(cursorAfter(last));
        }
        expect(read).toEqual(whole);
      }),
      { numRuns: 10 },
    );
  });
});

describe("counting", () => {
  const everything = filterOf(EVERYTHING);

  it("is by state, with what is simulated of it", async () => {
    const { states, isMore } = await store().tally(everything, 100);
    expect(isMore).toBe(false);
    expect([...states].sort((a, b) => a.state.localeCompare(b.state))).toEqual([
      { state: "answered", n: 6, simulated: 3 },
      { state: "empty", n: 1, simulated: 1 },
      { state: "refused", n: 1, simulated: 1 },
      { state: "timed-out", n: 1, simulated: 1 },
    ]);
  });

  it("ends at its bound with the newest, and says that there are more", async () => {
    const { states, isMore } = await store().tally(everything, 3);
    expect(isMore).toBe(true);
    expect(states).toEqual([{ state: "answered", n: 3, simulated: 0 }]);
    expect((await store().tally(everything, 9)).isMore).toBe(false);
    expect((await store().tally(everything, 8)).isMore).toBe(true);
  });

  it("of nothing is nothing", async () => {
    expect(await store().tally({ ...everything, text: "no such text" }, 10)).toEqual({
      states: [],
      isMore: false,
    });
  });
});

describe("what can be chosen", () => {
  it("is what was ever asked, each once and in order, and the newest jobs", async () => {
    expect(await store().facets(10)).toEqual({
      countries: ["AR", "DE", "KE"],
      services: ["control-regional", "gpt"],
      languages: ["ar", "el", "en", "fr"],
      jobs: [
        { id: museums, title: "Museums" },
        { id: dams, title: "Dams" },
      ],
    });
    expect((await store().facets(1)).jobs).toHaveLength(1);
  });
});

describe("answers by their tasks", () => {
  it("are those that closed with a state", async () => {
    const found = await store().byTasks([all[0], all[3]].filter((id) => id !== undefined));
    expect(found.map(({ taskId }) => taskId)).toEqual([all[0]]);
    expect(await store().byTasks([])).toEqual([]);
  });

  it("have their place in the log once a published checkpoint includes it", async () => {
    const [id] = all;
    if (id === undefined) throw new Error("answers are laid down");
    await database.prisma.logEntry.create({
      data: {
        index: 7,
        leafHash: laidDownLeaf(id),
        kind: "beacon.result/v1",
        bytes: Buffer.from("{}"),
        createdAt: NOON,
        sequencedAt: NOON,
      },
    });
    const indexOf = async () => (await store().byTasks([id]))[0]?.leafIndex;
    expect(await indexOf()).toBeNull();
    await database.prisma.logState.update({
      where: { id: 1 },
      data: { size: 8, publishedSize: 8 },
    });
    expect(await indexOf()).toBe(7);
    await database.prisma.logState.update({ where: { id: 1 }, data: { publishedSize: 7 } });
    expect(await indexOf()).toBeNull();
  });
});

describe("with 20,000 more answers", () => {
  let many: JobId;
  beforeAll(async () => {
    many = await layDownJob(database.prisma, 3, { title: "Many" });
    const answers = Array.from({ length: 20_000 }, (_, i) => ({
      country: i % 2 === 0 ? DE : KE,
      state: i % 10 === 0 ? ("refused" as const) : ("answered" as const),
      text: i === 137 ? "a needle in hay" : `Straw ${i} of hay. ${"More of it. ".repeat(20)}`,
      // Hundreds close in the same millisecond.
      finishedAt: new Date(NOON.getTime() + Math.floor(i / 300)),
    }));
    for (let i = 0; i < answers.length; i += 5_000)
      await layDownAnswers(database.prisma, many, answers.slice(i, i + 5_000));
    await database.prisma.$executeRaw`ANALYZE`;
  });

  it("finds the one, counts what is bounded, and reads all page by page", async () => {
    expect(await search({ job: many, text: "NEEDLE" })).toHaveLength(1);
    const of = { ...filterOf(EVERYTHING), job: many };
    expect(await store().tally(of, 10_000)).toMatchObject({ isMore: true });
    const refused = await store().tally({ ...of, states: ["refused"] }, 10_000);
    expect(refused).toEqual({
      states: [{ state: "refused", n: 2_000, simulated: 2_000 }],
      isMore: false,
    });
    const seen = new Set<TaskId>();
    for (let cursor: ExploreCursor | null = null; ; ) {
      const page = await store().search({ ...EVERYTHING, ...of, cursor }, 5_000);
      for (const { taskId } of page) seen.add(taskId);
      const last = page.at(-1);
      if (last === undefined) break;
      cursor = ExploreCursor.parse(cursorAfter(last));
    }
    expect(seen.size).toBe(20_000);
  });

  it("stops a search that takes too long, with a code", async () => {
    const hurried = createExplorerStore(database.prisma, 1);
    const endless = hurried.search({ ...EVERYTHING, text: "%_nowhere_%" }, 100);
    await expect(endless).rejects.toMatchObject({ code: "EXPLORER_TIMED_OUT" });
  });
});
