import { z } from "zod";
import type { ResponseState } from "@/schemas/task";
import { fromUtf8 } from "@/server/domain/bytes";
import type { ErrorCode } from "@/server/domain/errors";
import { isRefusal } from "@/server/domain/eval/refusal";

/** How much of a label that a server chose is kept. */
const MAX_LABEL = 200;
/** The largest count that is believed: what a column of the database holds, and no answer reaches. */
const MAX_TOKENS = 2_147_483_647;

/** What an answer says. Null: the server did not say. */
export type ReadAnswer = {
  readonly state: ResponseState;
  /** Why a harness error is one; null for every other state. */
  readonly code: ErrorCode | null;
  readonly text: string | null;
  readonly finishReason: string | null;
  readonly modelReported: string | null;
  readonly usage: {
    readonly promptTokens: number | null;
    readonly completionTokens: number | null;
  };
};

/** An answer that carries no text of a model. */
export const unread = (state: ResponseState, code: ErrorCode | null): ReadAnswer => ({
  state,
  code,
  text: null,
  finishReason: null,
  modelReported: null,
  usage: { promptTokens: null, completionTokens: null },
});

/** A count of tokens; anything that cannot be one is taken as not said. */
export const tokens = z.int().nonnegative().max(MAX_TOKENS).nullish().catch(null);

/** A label that a server chose; anything that is no text is taken as not said. */
export const label = z.string().nullish().catch(null);

/**
 * A list of which the first `most` items are looked at; the rest is dropped before anything is checked,
 * so that a body of half a million items holds up nobody else.
 */
export const firstOf = <T extends z.ZodType>(most: number, item: T, least = 0) =>
  z.preprocess(
    (value) => (Array.isArray(value) ? value.slice(0, most) : value),
    z.array(item).min(least),
  );

/** How many parts of an answer's text are read: far more than any service sends. */
export const MAX_PARTS = 1_000;

/**
 * A server's text as it can be stored and signed: NUL and halves of surrogate pairs, which JSON can
 * write and neither PostgreSQL nor RFC 8785 takes, become U+FFFD. The bytes stay as they came.
 */
export const storable = (text: string): string => text.replace(/[\0\ud800-\udfff]/gu, "\ufffd");

/** A label that a server chose, as much of it as is kept. */
export const kept = (text: string | null | undefined): string | null =>
  text == null ? null : storable(text.slice(0, MAX_LABEL));

/**
 * A body's JSON in the form of `schema`, or null: no UTF-8, no JSON, or not of that form.
 *
 * @param schema lets unknown fields pass: services add to their forms.
 */
export function parsed<T>(schema: z.ZodType<T>, body: Uint8Array): T | null {
  try {
    return schema.safeParse(JSON.parse(fromUtf8(body) ?? "")).data ?? null;
  } catch {
    return null;
  }
}

/** The state of a text that no marker of the service's speaks of. */
export function stateOfText(text: string): ResponseState {
  if (text.trim() === "") return "empty";
  return isRefusal(text) ? "refused" : "answered";
}

/** Two counts together; null when neither was said. */
export const sum = (...counts: readonly (number | null | undefined)[]): number | null => {
  const said = counts.filter((count) => count != null);
  return said.length === 0
    ? null
    : Math.min(
        MAX_TOKENS,
        said.reduce((total, count) => total + count, 0),
      );
};
