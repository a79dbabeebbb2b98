import { z } from "zod";
import type { ResponseState } from "@/schemas/task";
import {
  firstOf,
  kept,
  label,
  MAX_PARTS,
  parsed,
  type ReadAnswer,
  stateOfText,
  storable,
  sum,
  tokens,
  unread,
} from "@/server/adapters/llm/read-answer";

/** Gemini's answer, as far as it is read: one candidate, as one was asked for, and its first thousand parts. */
const Content = z.object({
  candidates: firstOf(
    1,
    z.object({
      content: z
        .object({
          parts: firstOf(
            MAX_PARTS,
            z.object({ text: label, thought: z.boolean().nullish().catch(null) }),
          ).nullish(),
        })
        .nullish(),
      finishReason: label,
    }),
  ).nullish(),
  promptFeedback: z.object({ blockReason: label }).nullish().catch(null),
  modelVersion: label,
  usageMetadata: z
    .object({
      promptTokenCount: tokens,
      candidatesTokenCount: tokens,
      thoughtsTokenCount: tokens,
    })
    .nullish()
    .catch(null),
});

/** Finish reasons with which a filter of Google's took the answer away, or what was left of it. */
const FILTERED: ReadonlySet<string> = new Set([
  "SAFETY",
  "RECITATION",
  "LANGUAGE",
  "BLOCKLIST",
  "PROHIBITED_CONTENT",
  "SPII",
  "IMAGE_SAFETY",
  "IMAGE_PROHIBITED_CONTENT",
  "IMAGE_RECITATION",
]);

/**
 * Reads the body of a 2xx answer in Gemini's form (`POST …:generateContent`). The first row that fits decides:
 *
 * | body                                                     | state         | code                    |
 * |----------------------------------------------------------|---------------|-------------------------|
 * | no JSON, or neither candidate nor block reason           | harness-error | MODEL_RESPONSE_NOT_JSON |
 * | no candidate, `promptFeedback.blockReason`               | host-filtered |                         |
 * | finish reason `SAFETY`, `PROHIBITED_CONTENT`, `RECITATION`, `BLOCKLIST`, `SPII`, `LANGUAGE` or `IMAGE_…` | host-filtered | |
 * | finish reason `MAX_TOKENS` or `CONTINUATION`             | truncated     |                         |
 * | text empty or white space                                | empty         |                         |
 * | text is a refusal                                        | refused       |                         |
 * | any other text, whatever the finish reason               | answered      |                         |
 *
 * A block or a finish for safety is not called a refusal: by Google's words a filter beside the model
 * made it. Thoughts are no part of the text, and are counted as output, as they are billed.
 *
 * Source: Gemini API reference, "GenerateContentResponse".
 */
export function readContentBody(body: Uint8Array): ReadAnswer {
  const answer = parsed(Content, body);
  const candidate = answer?.candidates?.[0];
  const blockReason = answer?.promptFeedback?.blockReason ?? null;
  if (answer === null || (candidate === undefined && blockReason === null))
    return unread("harness-error", "MODEL_RESPONSE_NOT_JSON");
  const text = (candidate?.content?.parts ?? [])
    .map((part) => (part.thought === true ? "" : (part.text ?? "")))
    .join("");
  const finishReason = candidate?.finishReason ?? blockReason;
  const { usageMetadata } = answer;
  return {
    state: candidate === undefined ? "host-filtered" : stateOf(finishReason, text),
    code: null,
    text: candidate === undefined ? null : storable(text),
    finishReason: kept(finishReason),
    modelReported: kept(answer.modelVersion),
    usage: {
      promptTokens: usageMetadata?.promptTokenCount ?? null,
      completionTokens: sum(usageMetadata?.candidatesTokenCount, usageMetadata?.thoughtsTokenCount),
    },
  };
}

function stateOf(finishReason: string | null, text: string): ResponseState {
  if (finishReason !== null && FILTERED.has(finishReason)) return "host-filtered";
  if (finishReason === "MAX_TOKENS" || finishReason === "CONTINUATION") return "truncated";
  return stateOfText(text);
}
