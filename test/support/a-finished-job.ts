import type { JobSpec } from "@/schemas/job-spec";
import type { JobId } from "@/schemas/primitives";
import type { Context } from "@/server/context";
import { utf8 } from "@/server/domain/bytes";
import { canonicalBytes, cidOf } from "@/server/domain/digest";
import { closeTasks, type FinishedTask } from "@/server/services/close-tasks";
import { compareJob } from "@/server/services/compare-job";
import {
  aFailedOutcome,
  announced,
  anOutcome,
  aWithdrawnOutcome,
  NOBODY_ASKS,
  SOME_VANTAGE,
  someGeo,
  writeAll,
} from "@/test/support/builders";

/** What the `n`-th task of a finished job was answered; the last two of four tasks were not. */
export const anAnswer = (n: number): Uint8Array =>
  utf8(`{"choices":[{"message":{"content":"answer ${n}: سُمح به في 1977"}}]}`);

/** Where its tasks were asked from. */
export const finishedVantage = someGeo();
const vantageBytes = canonicalBytes(finishedVantage);
const vantage = { ...SOME_VANTAGE, vantage: cidOf(vantageBytes) };

/**
 * A job that is over and wholly in the published log. Its tasks closed in turn with an answer (a block of
 * its own), the same answer again, a failure and a withdrawal. Everything that their entries name is
 * held.
 */
export async function aFinishedJob(
  context: Context,
  fields: Partial<Record<keyof JobSpec, unknown>> = {},
): Promise<JobId> {
  const job = await announced(context, fields);
  await context.content.put(vantageBytes);
  const tasks = await context.tasks.unclosed(job.id, 100_000, NOBODY_ASKS);
  for (let from = 0; from < tasks.length; from += 500)
    await closeTasks(
      context,
      job,
      null,
      await Promise.all(
        tasks.slice(from, from + 500).map((task, n) => finished(context, task, from + n)),
      ),
    );
  await compareJob(context, job.id);
  await writeAll(context);
  return job.id;
}

async function finished(
  context: Context,
  task: FinishedTask["task"],
  n: number,
): Promise<FinishedTask> {
  if (n % 4 === 2) return { task, vantage, outcome: aFailedOutcome(task) };
  if (n % 4 === 3) return { task, vantage, outcome: aWithdrawnOutcome(task) };
  const bytes = anAnswer(n - (n % 4));
  const cid = await context.content.put(bytes);
  const exchangeCid = await context.content.put(utf8(`the exchange of ${task.id}`));
  const outcome = anOutcome(task, { cid, sizeBytes: bytes.length, exchangeCid });
  return { task, vantage, outcome };
}
