import { z } from "zod";
import { Place } from "@/schemas/country";
import { Cid, ComparisonId, Instant, JobId, LanguageTag, Slug } from "@/schemas/primitives";
import { ResponseState } from "@/schemas/task";

/** How findings are worded: a fixed ladder, lowest rung first. Statistics decide the rungs above the first two. */
export const FindingRung = z.enum(["not-comparable", "not-tested"]);
export type FindingRung = z.infer<typeof FindingRung>;

/** One prompt x service x country. */
export const ComparedCell = z.strictObject({
  country: Place,
  /** Tasks announced, and how they closed. */
  announced: z.int().nonnegative(),
  failures: z.int().nonnegative(),
  withdrawn: z.int().nonnegative(),
  /** Responses that are left out, because the exit they came through was in another country. Absent: none. */
  mismatched: z.int().positive().exactOptional(),
  /** Responses that are counted, although their exit's country is not verified. Absent: none. */
  unverified: z.int().positive().exactOptional(),
  /** Responses by state; a state that did not occur is absent. */
  states: z.partialRecord(ResponseState, z.int().positive()),
  /** How many different response texts there were. */
  distinct: z.int().nonnegative(),
});
export type ComparedCell = z.infer<typeof ComparedCell>;

export const ComparedGroup = z.strictObject({
  prompt: Slug,
  language: LanguageTag,
  service: Slug,
  /** In the spec's order of countries. */
  cells: z.array(ComparedCell).max(50),
  /**
   * Mean similarity of answers, 0 to 1 with 4 decimals: `[i][j]` between country i and country j.
   * The diagonal is the noise floor: how alike two answers of the same cell are. Null: not measured,
   * because there was no pair.
   */
  similarity: z.array(z.array(z.number().min(0).max(1).nullable()).max(50)).max(50),
  /** How many pairs of answers each figure rests on. */
  pairs: z.array(z.array(z.int().nonnegative()).max(50)).max(50),
});
export type ComparedGroup = z.infer<typeof ComparedGroup>;

/** The report of one job. Stored as a block, signed, and an entry of the log. */
export const Comparison = z.strictObject({
  version: z.literal("1.0"),
  id: ComparisonId,
  job: JobId,
  spec_cid: Cid,
  simulated: z.boolean(),
  computed_at: Instant,
  engine: z.strictObject({
    /** The measure and its version: change the algorithm, change the name. */
    similarity: z.literal("word-jaccard/1"),
    /** Word segmentation differs between ICU versions. */
    icu: z.string().max(32),
  }),
  closed: z.strictObject({
    announced: z.int().nonnegative(),
    results: z.int().nonnegative(),
    failures: z.int().nonnegative(),
    withdrawn: z.int().nonnegative(),
  }),
  finding: z.strictObject({ rung: FindingRung, reasons: z.array(z.string().max(300)).max(20) }),
  groups: z.array(ComparedGroup).max(10_000),
});
export type Comparison = z.infer<typeof Comparison>;
