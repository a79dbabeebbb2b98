import type { ExploreQuery, FoundAnswer } from "@/schemas/explore";
import type { AnswerRecord } from "@/schemas/explore-export";
import { type CsvCell, csvRecord } from "@/server/domain/explore/csv";
import { exploreParameters } from "@/server/domain/explore/query";

/** The portal's address without a slash at its end. */
export const portalUrlOf = (publicUrl: string): string => publicUrl.replace(/\/+$/, "");

/** Where people find an answer again. @param portalUrl without a slash at its end. */
export const permalinkOf = (portalUrl: string, taskId: string): string =>
  `${portalUrl}/responses/${taskId}`;

/** An answer as it is exported, nothing changed and nothing left out. `repeat` is counted from one. */
export function answerRecord(answer: FoundAnswer, portalUrl: string): AnswerRecord {
  return {
    task: answer.taskId,
    finished_at: answer.finishedAt,
    simulated: answer.simulated,
    state: answer.state,
    country: answer.country,
    service: answer.service.id,
    model: answer.service.model,
    model_reported: answer.modelReported,
    language: answer.language,
    prompt: answer.prompt.id,
    prompt_beginning: answer.prompt.beginning,
    repeat: answer.repeat + 1,
    answer: answer.text,
    finish_reason: answer.finishReason,
    fault: answer.failure?.fault ?? null,
    failure_code: answer.failure?.code ?? null,
    failure_message: answer.failure?.message ?? null,
    latency_ms: answer.latencyMs,
    prompt_tokens: answer.promptTokens,
    output_tokens: answer.outputTokens,
    size_bytes: answer.sizeBytes,
    job: answer.job.id,
    job_title: answer.job.title,
    log_index: answer.leafIndex,
    cid: answer.cid,
    permalink: permalinkOf(portalUrl, answer.taskId),
  };
}

/** The columns whose numbers were measured: null says so. In all others null is nothing. */
const MEASURED = new Set<keyof AnswerRecord>([
  "latency_ms",
  "prompt_tokens",
  "output_tokens",
  "size_bytes",
]);

const COLUMNS = [
  "task",
  "finished_at",
  "simulated",
  "state",
  "country",
  "service",
  "model",
  "model_reported",
  "language",
  "prompt",
  "prompt_beginning",
  "repeat",
  "answer",
  "finish_reason",
  "fault",
  "failure_code",
  "failure_message",
  "latency_ms",
  "prompt_tokens",
  "output_tokens",
  "size_bytes",
  "job",
  "job_title",
  "log_index",
  "cid",
  "permalink",
] as const satisfies readonly (keyof AnswerRecord)[];

/** The header of a table of answers. */
export const answersHeader = (): string => csvRecord(COLUMNS);

/** One answer as a record of that table. */
export const answerLine = (answer: FoundAnswer, portalUrl: string): string => {
  const record = answerRecord(answer, portalUrl);
  return csvRecord(
    COLUMNS.map((column): CsvCell => {
      const value = record[column];
      if (value === null) return MEASURED.has(column) ? null : "";
      return typeof value === "boolean" ? String(value) : value;
    }),
  );
};

/** A query as an export says it: the parameters of its URL, one that may stand there often as a list. */
export function queryRecord(query: ExploreQuery): Readonly<Record<string, string | string[]>> {
  const record: Record<string, string | string[]> = {};
  for (const [name, value] of exploreParameters(query))
    if (["country", "service", "language", "state"].includes(name))
      record[name] = [...(record[name] ?? []), value];
    else record[name] = value;
  return record;
}
