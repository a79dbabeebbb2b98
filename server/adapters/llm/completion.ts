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
  tokens,
  unread,
} from "@/server/adapters/llm/read-answer";

/** A message's text: a string, or the text parts of a list, the first thousand of them. */
const content = z
  .union([
    z.string(),
    firstOf(MAX_PARTS, z.object({ text: label })).transform((parts) =>
      parts.map(({ text }) => text ?? "").join(""),
    ),
  ])
  .nullish();

/** OpenAI's chat completion, as far as it is read. Servers differ, so unknown fields are let pass. */
const Completion = z.object({
  model: label,
  /** One was asked for. */
  choices: firstOf(
    1,
    z.object({
      message: z.object({
        content,
        /** OpenAI's own field for a refusal that the model made as such. */
        refusal: label,
      }),
      finish_reason: label,
    }),
    1,
  ),
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish().catch(null),
});

/**
 * Reads the body of a 2xx answer in OpenAI's form (`POST /chat/completions`). The first row that fits decides:
 *
 * | body                                          | state         | code                    |
 * |-----------------------------------------------|---------------|-------------------------|
 * | no JSON, or no completion                     | harness-error | MODEL_RESPONSE_NOT_JSON |
 * | finish reason `error` (gateways: OpenRouter)  | harness-error | MODEL_REFUSED_REQUEST   |
 * | finish reason `content_filter`                | host-filtered |                         |
 * | finish reason `length`                        | truncated     |                         |
 * | text empty or white space, no refusal         | empty         |                         |
 * | text or `refusal` field is a refusal          | refused       |                         |
 * | any other text, whatever the finish reason    | answered      |                         |
 *
 * Source: OpenAI API reference, "The chat completion object".
 */
export function readCompletionBody(body: Uint8Array): ReadAnswer {
  const completion = parsed(Completion, body);
  const choice = completion?.choices[0];
  if (!completion || !choice) return unread("harness-error", "MODEL_RESPONSE_NOT_JSON");
  const refusal = choice.message.refusal ?? null;
  const text = choice.message.content ?? refusal;
  const finishReason = choice.finish_reason ?? null;
  const state = stateOf(finishReason, text ?? "", refusal !== null);
  return {
    state,
    code: state === "harness-error" ? "MODEL_REFUSED_REQUEST" : null,
    text: text === null ? null : storable(text),
    finishReason: kept(finishReason),
    modelReported: kept(completion.model),
    usage: {
      promptTokens: completion.usage?.prompt_tokens ?? null,
      completionTokens: completion.usage?.completion_tokens ?? null,
    },
  };
}

function stateOf(finishReason: string | null, text: string, isMarked: boolean): ResponseState {
  if (finishReason === "error") return "harness-error";
  if (finishReason === "content_filter") return "host-filtered";
  if (finishReason === "length") return "truncated";
  const state = stateOfText(text);
  return state === "answered" && isMarked ? "refused" : state;
}

/**
 * Reads a whole HTTP answer of a model server inside a provider's machine. The first row that fits decides:
 *
 * | HTTP status | state                           | code                  |
 * |-------------|---------------------------------|-----------------------|
 * | 451         | geoblocked                      |                       |
 * | 429         | harness-error                   | MODEL_RATE_LIMITED    |
 * | not 2xx     | harness-error                   | MODEL_REFUSED_REQUEST |
 * | 2xx         | as `readCompletionBody` says it |                       |
 */
export function readCompletion(status: number, body: Uint8Array): ReadAnswer {
  if (status === 451) return unread("geoblocked", null);
  if (status === 429) return unread("harness-error", "MODEL_RATE_LIMITED");
  if (status < 200 || status > 299) return unread("harness-error", "MODEL_REFUSED_REQUEST");
  return readCompletionBody(body);
}
