import type { Place } from "@/schemas/country";
import type { JobId, TaskId } from "@/schemas/primitives";
import type { ResponseState } from "@/schemas/task";
import type { Prisma } from "@/server/adapters/db/client";
import { utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { taskIdOf } from "@/server/domain/identity";
import { sha256 } from "@/server/domain/sha256";
import { aSpec } from "@/test/domain/job/job-specs";
import { aJobId, DE, NOON } from "@/test/support/builders";

/** A closed task to lay down. What is left out is the same for all. */
export type LaidDown = {
  readonly country?: Place;
  readonly service?: string;
  readonly prompt?: string;
  readonly language?: string;
  readonly repeat?: number;
  /** Null: it was withdrawn. */
  readonly state?: ResponseState | null;
  readonly text?: string | null;
  readonly finishedAt?: Date;
};

/** A job in the database as its store would keep it, without tasks. */
export async function layDownJob(
  prisma: Prisma,
  n: number,
  fields: { readonly title?: string; readonly simulated?: boolean; readonly at?: Date } = {},
): Promise<JobId> {
  const id = aJobId(n);
  const spec = aSpec();
  await prisma.job.create({
    data: {
      id,
      ownerId: "usr-tests",
      submissionKey: id,
      title: fields.title ?? spec.title,
      spec: JSON.parse(JSON.stringify(spec)),
      specCid: "cid",
      specDigest: "digest",
      simulated: fields.simulated ?? true,
      orderSeed: Buffer.alloc(16),
      taskCount: 0,
      createdAt: fields.at ?? NOON,
      deadlineAt: NOON,
      intentLeafHash: Buffer.from(sha256(utf8(id))),
    },
  });
  return id;
}

/** The states that close as failures when nothing came back. */
const FAILED = new Set<ResponseState>(["geoblocked", "timed-out", "harness-error"]);

const NOTHING = {
  state: null,
  fault: null,
  code: null,
  message: null,
  text: null,
  cid: null,
  size: null,
  latency: null,
};

/** The columns that tell how a task closed. */
function closing(id: TaskId, state: ResponseState | null, text: string | null) {
  if (state === null) return { ...NOTHING, status: "WITHDRAWN", kind: "WITHDRAWAL" };
  if (FAILED.has(state)) {
    const failure = { fault: "service", code: "MODEL_TIMED_OUT", message: "nothing came" };
    return { ...NOTHING, ...failure, state, status: "FAILED", kind: "FAILURE" };
  }
  const result = { text, cid: cidOf(utf8(id)), size: 30, latency: 250 };
  return { ...NOTHING, ...result, state, status: "SUCCEEDED", kind: "RESULT" };
}

/** The leaf of a task that was laid down; no log knows it. */
export const laidDownLeaf = (id: TaskId) => Buffer.from(sha256(utf8(`the leaf of ${id}`)));

/**
 * Tasks of a job that have closed, straight into the tables, a second apart.
 *
 * @returns their ids, in order.
 */
export async function layDownAnswers(
  prisma: Prisma,
  job: JobId,
  answers: readonly LaidDown[],
): Promise<readonly TaskId[]> {
  const first = await prisma.task.count({ where: { jobId: job } });
  const rows = answers.map((answer, i) => {
    const position = first + i;
    const asked = {
      prompt: "vell-dam",
      service: "control-regional",
      country: DE,
      repeat: position,
      language: "en",
      state: "answered" as const,
      text: "It was closed in 1977.",
      finishedAt: new Date(NOON.getTime() + position * 1_000),
      ...answer,
    };
    const { prompt, service, country, repeat, language, finishedAt } = asked;
    const id = taskIdOf({ job, prompt, service, country, repeat });
    return {
      ...{ id, job, position, prompt, service, country, repeat, language },
      ...closing(id, asked.state, asked.text),
      leaf: laidDownLeaf(id).toString("base64"),
      finished: finishedAt.toISOString(),
    };
  });
  const json = JSON.stringify(rows);
  await prisma.$executeRaw`
    INSERT INTO "Task" (id, "jobId", position, "promptId", language, "serviceId", country, repeat, seed, status)
    SELECT id, job, position, prompt, language, service, country, repeat, 1, status::"TaskStatus" FROM jsonb_to_recordset(${json}::jsonb)
      AS r(id text, job text, position int, prompt text, language text, service text, country text, repeat int, status text)`;
  await prisma.$executeRaw`
    INSERT INTO "Outcome" ("taskId", "jobId", kind, "leafHash", state, fault, code, message, text, cid, "sizeBytes", "latencyMs", attempts, "finishedAt")
    SELECT id, job, kind::"OutcomeKind", decode(leaf, 'base64'), state, fault, code, message, text, cid, size, latency, '[]', finished
    FROM jsonb_to_recordset(${json}::jsonb) AS r(id text, job text, kind text, leaf text, state text, fault text, code text,
      message text, text text, cid text, size int, latency int, finished timestamptz)`;
  return rows.map(({ id }) => id);
}
