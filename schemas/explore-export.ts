import { z } from "zod";
import { Place } from "@/schemas/country";
import {
  Cid,
  ComparisonId,
  Instant,
  JobId,
  LanguageTag,
  LeafIndex,
  Slug,
  TaskId,
} from "@/schemas/primitives";
import { Fault, ResponseState } from "@/schemas/task";

const measured = z.int().nonnegative().nullable();

/** One answer, or one failure to get one, as it is exported. Null: not measured, or there is none. */
export const AnswerRecord = z.strictObject({
  task: TaskId,
  finished_at: Instant,
  /** Whether it comes from the simulated network, where nothing is about a real service. */
  simulated: z.boolean(),
  state: ResponseState,
  country: Place,
  service: Slug,
  /** The model that was asked for, and the one that answered by its own word. */
  model: z.string(),
  model_reported: z.string().nullable(),
  language: LanguageTag,
  /** The prompt's name, and the beginning of its text. */
  prompt: Slug,
  prompt_beginning: z.string(),
  /** Counted from one. */
  repeat: z.int().positive(),
  answer: z.string().nullable(),
  finish_reason: z.string().nullable(),
  /** Of failures: whose fault, the code, the sentence. */
  fault: Fault.nullable(),
  failure_code: z.string().nullable(),
  failure_message: z.string().nullable(),
  latency_ms: measured,
  prompt_tokens: measured,
  output_tokens: measured,
  size_bytes: measured,
  job: JobId,
  job_title: z.string(),
  /** Null until a published checkpoint includes it. */
  log_index: LeafIndex.nullable(),
  /** The content address of the raw response. */
  cid: Cid.nullable(),
  permalink: z.url(),
});
export type AnswerRecord = z.infer<typeof AnswerRecord>;

const head = {
  version: z.literal("1.0"),
  generated_at: Instant,
  /** The page that shows the same. */
  query_url: z.url(),
};

/** What `/explore.json` answers. */
export const AnswersExport = z.strictObject({
  ...head,
  /** The parameters of `query_url`; lists where a parameter may stand there often. */
  query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  rows: z.array(AnswerRecord),
  /** Where the following rows are; null: these are the last. */
  next_url: z.url().nullable(),
});
export type AnswersExport = z.infer<typeof AnswersExport>;

/** How one country's tasks of one prompt and service closed, and how alike its answers are to others'. */
export const ComparedRow = z.strictObject({
  country: Place,
  announced: z.int().nonnegative(),
  responses: z.int().nonnegative(),
  failures: z.int().nonnegative(),
  withdrawn: z.int().nonnegative(),
  /** Of the responses: left out because their exit was in another country, and counted although it is not verified. */
  exit_elsewhere: z.int().nonnegative(),
  exit_unverified: z.int().nonnegative(),
  /** Of the responses that are counted. */
  states: z.record(ResponseState, z.int().nonnegative()),
  distinct_texts: z.int().nonnegative(),
  /** With its own country: the noise floor. */
  similarity: z.array(
    z.strictObject({
      country: Place,
      mean: z.number().min(0).max(1).nullable(),
      pairs: z.int().nonnegative(),
    }),
  ),
});
export type ComparedRow = z.infer<typeof ComparedRow>;

/** What `/jobs/JOB/comparison.json` answers: the table and the answers that the comparison's page shows. */
export const ComparisonExport = z.strictObject({
  ...head,
  /** What the page shows. `repeat` is counted from one. */
  query: z.strictObject({ prompt: Slug, service: Slug, repeat: z.int().positive() }),
  simulated: z.boolean(),
  comparison: z.strictObject({
    id: ComparisonId,
    job: JobId,
    job_title: z.string(),
    cid: Cid,
    log_index: LeafIndex.nullable(),
    computed_at: Instant,
    /** How likeness was measured. */
    similarity: z.string(),
    icu: z.string(),
    /** What may be said of it: the rung of the ladder. */
    finding: z.string(),
  }),
  language: LanguageTag,
  /** Empty: nothing was measured for this prompt and service. */
  table: z.array(ComparedRow),
  answers: z.array(AnswerRecord),
});
export type ComparisonExport = z.infer<typeof ComparisonExport>;
