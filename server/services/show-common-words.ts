import type { JobId } from "@/schemas/primitives";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { TaskStore } from "@/server/adapters/db/task-store";
import { BeaconError } from "@/server/domain/errors";
import {
  type Background,
  backgroundOf,
  MAX_BACKGROUND,
  MIN_BACKGROUND,
} from "@/server/domain/eval/content-similarity";
import { MAX_COMPARED_LENGTH } from "@/server/domain/eval/difference-view";

export type ShowCommonWordsDeps = {
  readonly jobs: Pick<JobStore, "byId">;
  readonly tasks: Pick<TaskStore, "ofJob">;
};

/**
 * The words that a job's answers share whatever was asked: found in the first answer, in the order of
 * dispatch, to each of up to sixty prompts in the language of `prompt`. Null where fewer than five of
 * them were answered; with fewer than five such prompts no answer is read.
 *
 * @throws BeaconError JOB_NOT_FOUND
 */
export async function showCommonWords(
  deps: ShowCommonWordsDeps,
  want: { readonly jobId: JobId; readonly prompt: string },
): Promise<Background | null> {
  const job = await deps.jobs.byId(want.jobId);
  if (job === null) throw new BeaconError("JOB_NOT_FOUND", `There is no job ${want.jobId}.`);
  const { prompts } = job.spec;
  const language = prompts.find(({ id }) => id === want.prompt)?.language;
  const alike = prompts.filter((prompt) => prompt.language === language).slice(0, MAX_BACKGROUND);
  if (language === undefined || alike.length < MIN_BACKGROUND) return null;
  const first = new Map<string, string>();
  for (const { promptId, state, text } of await deps.tasks.ofJob(want.jobId))
    if ((state === "answered" || state === "truncated") && text && !first.has(promptId))
      first.set(promptId, text.slice(0, MAX_COMPARED_LENGTH));
  return backgroundOf(
    alike.flatMap(({ id }) => first.get(id) ?? []),
    language,
  );
}
