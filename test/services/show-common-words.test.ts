import { expect, it } from "vitest";
import type { StoredJob } from "@/server/adapters/db/job-store";
import type { SessionRow } from "@/server/adapters/db/session-store";
import type { TaskView } from "@/server/adapters/db/task-store";
import { type ShowCommonWordsDeps, showCommonWords } from "@/server/services/show-common-words";
import { type ShowJobsDeps, showExcerpts } from "@/server/services/show-jobs";
import { aSpec } from "@/test/domain/job/job-specs";
import { aJob, aJobId, aSessionId, aTaskRow } from "@/test/support/builders";

const prompt = (id: string, language = "en") => ({ id, language, text: "Why?" });
const FIVE = ["p1", "p2", "p3", "p4", "p5"];

const aTask = (fields: Partial<TaskView> = {}): TaskView => ({
  ...aTaskRow(),
  status: "SUCCEEDED",
  state: "answered",
  leafIndex: 3,
  text: "the answer",
  askedBy: aSessionId(),
  claimedAt: null,
  ...fields,
});

/** What is read of a job: nothing else may be asked for. */
function deps(job: StoredJob | null, tasks: readonly TaskView[] | null): ShowCommonWordsDeps {
  return {
    jobs: { byId: async () => job },
    tasks: {
      ofJob: async () => {
        if (tasks === null) throw new Error("no answer was to be read");
        return tasks;
      },
    },
  };
}

const want = { jobId: aJobId(), prompt: "p1" };
const job = (prompts: ReturnType<typeof prompt>[]) => aJob({ spec: aSpec({ prompts }) });

it("finds common words in the first answer to each prompt of the language", async () => {
  const tasks = [
    aTask({ promptId: "p1", state: "refused", text: "never" }),
    ...FIVE.map((promptId) => aTask({ promptId, text: `the ${promptId}` })),
    ...FIVE.map((promptId) => aTask({ promptId, text: "later" })),
    aTask({ promptId: "ar", text: "later" }),
  ];
  const prompts = [...FIVE.map((id) => prompt(id)), prompt("ar", "ar")];
  expect(await showCommonWords(deps(job(prompts), tasks), want)).toEqual({
    texts: 5,
    common: ["the"],
  });
});

it("knows none, and reads no answer, where fewer than five prompts have the language", async () => {
  const prompts = [...FIVE.slice(1).map((id) => prompt(id, "ar")), prompt("p1")];
  expect(await showCommonWords(deps(job(prompts), null), want)).toBeNull();
  expect(await showCommonWords(deps(job(prompts), null), { ...want, prompt: "none" })).toBeNull();
});

it("knows none where fewer than five prompts were answered", async () => {
  const tasks = FIVE.slice(1).map((promptId) => aTask({ promptId }));
  expect(await showCommonWords(deps(job(FIVE.map((id) => prompt(id))), tasks), want)).toBeNull();
});

it("refuses a job that is not there", async () => {
  await expect(showCommonWords(deps(null, null), want)).rejects.toMatchObject({
    code: "JOB_NOT_FOUND",
  });
});

it("marks an excerpt whose exit turned out to be in another country", async () => {
  const sessions = [
    { id: aSessionId(1), geo: { verdict: "mismatch" } },
    { id: aSessionId(2), geo: { verdict: "verified" } },
    { id: aSessionId(3), geo: null },
  ] as unknown as readonly SessionRow[];
  const tasks = [1, 2, 3].map((n) => aTask({ repeat: n, askedBy: aSessionId(n) }));
  const fakes = {
    ...deps(aJob(), [...tasks, aTask({ repeat: 4, askedBy: null })]),
    sessions: { ofJob: async () => sessions },
    log: { state: async () => ({ publishedSize: 10 }) },
  } as unknown as ShowJobsDeps;
  const excerpts = await showExcerpts(fakes, {
    jobId: aJobId(),
    prompt: "vell-dam",
    service: "control-regional",
  });
  expect(excerpts.map(({ isElsewhere }) => isElsewhere)).toEqual([true, false, false, false]);
});
