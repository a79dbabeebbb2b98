import { z } from "zod";
import { Place } from "@/schemas/country";
import {
  type Cid,
  type Instant,
  JobId,
  LanguageTag,
  Slug,
  type TaskId,
} from "@/schemas/primitives";
import { type Fault, ResponseState } from "@/schemas/task";

/** The shortest and the longest text that is searched for, in characters (code points). */
const TEXT_LENGTH = { least: 2, most: 200 } as const;
/** The most rows of one page. */
export const MAX_EXPLORE_ROWS = 100;
/** The rows of a page when nobody says how many. */
export const EXPLORE_ROWS = 50;

/** What is looked for in answers: NFC, without space at its ends, without NUL and half characters. */
export const SearchText = z.string().refine((text) => {
  const length = [...text].length;
  return (
    length >= TEXT_LENGTH.least &&
    length <= TEXT_LENGTH.most &&
    text === text.normalize("NFC").trim() &&
    !/\0|\p{Surrogate}/u.test(text)
  );
}, `a text of ${TEXT_LENGTH.least} to ${TEXT_LENGTH.most} characters`);

/** After which answer a page begins: when its task finished, in milliseconds since 1970, and the task's id. */
export const ExploreCursor = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,14})\.tsk-[a-z2-7]{26}$/)
  .brand<"ExploreCursor">();
export type ExploreCursor = z.infer<typeof ExploreCursor>;

/** Whether answers of the simulated network are wanted, or of the real one. */
export const DataKind = z.enum(["simulated", "real"]);

/** Which answers are looked for. Null, or an empty list: whatever it is. */
export const ExploreFilter = z.strictObject({
  text: SearchText.nullable(),
  countries: z.array(Place).max(50),
  services: z.array(Slug).max(20),
  languages: z.array(LanguageTag).max(20),
  states: z.array(ResponseState).max(8),
  job: JobId.nullable(),
  prompt: Slug.nullable(),
  data: DataKind.nullable(),
});
export type ExploreFilter = z.infer<typeof ExploreFilter>;

/** Which page of them. */
export const ExploreQuery = z.strictObject({
  ...ExploreFilter.shape,
  cursor: ExploreCursor.nullable(),
  limit: z.int().min(1).max(MAX_EXPLORE_ROWS),
});
export type ExploreQuery = z.infer<typeof ExploreQuery>;

/** One closed task that has a state: an answer, or a failure to get one. Null: not measured, or there is none. */
export type FoundAnswer = {
  readonly taskId: TaskId;
  readonly job: { readonly id: JobId; readonly title: string };
  /** The prompt's name, and the beginning of its text. */
  readonly prompt: { readonly id: string; readonly beginning: string };
  /** The service's name in its job, and the model that was asked for. */
  readonly service: { readonly id: string; readonly model: string };
  readonly language: string;
  readonly country: Place;
  /** 0-based. */
  readonly repeat: number;
  readonly state: ResponseState;
  /** Whose fault a failure was, its code and its sentence; null for answers. */
  readonly failure: {
    readonly fault: Fault;
    readonly code: string;
    readonly message: string;
  } | null;
  readonly text: string | null;
  readonly finishReason: string | null;
  readonly modelReported: string | null;
  readonly latencyMs: number | null;
  readonly promptTokens: number | null;
  readonly outputTokens: number | null;
  readonly sizeBytes: number | null;
  readonly cid: Cid | null;
  /** Null until a published checkpoint includes it. */
  readonly leafIndex: number | null;
  readonly finishedAt: Instant;
  readonly simulated: boolean;
};

/** A short piece of a text, with what was looked for in its middle. White space is one space. */
export type Excerpt = {
  readonly before: string;
  /** Empty: nothing was looked for, or it was not found again. */
  readonly match: string;
  readonly after: string;
  /** Whether the text goes on before and after it. */
  readonly isCutBefore: boolean;
  readonly isCutAfter: boolean;
};

/** A row of the explorer. `excerpt` null: there is no text. */
export type ExploreRow = Pick<
  FoundAnswer,
  | "taskId"
  | "job"
  | "prompt"
  | "service"
  | "language"
  | "country"
  | "repeat"
  | "state"
  | "failure"
  | "leafIndex"
  | "finishedAt"
  | "simulated"
> & { readonly excerpt: Excerpt | null };

/** Newest first. */
export type ExplorePage = {
  readonly rows: readonly ExploreRow[];
  readonly nextCursor: ExploreCursor | null;
};

/** How many match. Everything is counted over the newest matches, so many that counting stays quick. */
export type ExploreCount = {
  readonly matches: number;
  /** There are more than `matches`. */
  readonly isMore: boolean;
  /** By state, whatever states the filter names; over the newest `bound` of these. */
  readonly states: { readonly [state in ResponseState]?: number };
  /** There are more than the ones counted in `states`. */
  readonly areStatesCut: boolean;
  readonly bound: number;
  /** Whether any, and whether all of the matches that were counted are of the simulated network. */
  readonly isAnySimulated: boolean;
  readonly isAllSimulated: boolean;
};

/** What can be chosen: what was ever asked here. */
export type ExploreFacets = {
  readonly countries: readonly Place[];
  readonly services: readonly string[];
  readonly languages: readonly string[];
  /** The newest jobs. */
  readonly jobs: readonly { readonly id: JobId; readonly title: string }[];
};
