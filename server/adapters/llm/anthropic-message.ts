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

/** Anthropic's message, as far as it is read. Blocks that are no text (thinking) have none of their own; the first thousand blocks are read. */
const Message = z.object({
  model: label,
  content: firstOf(MAX_PARTS, z.object({ type: label, text: label })),
  stop_reason: label,
  usage: z
    .object({
      input_tokens: tokens,
      cache_creation_input_tokens: tokens,
      cache_read_input_tokens: tokens,
      output_tokens: tokens,
    })
    .nullish()
    .catch(null),
});

/**
 * Reads the body of a 2xx answer in Anthropic's form (`POST /messages`). The first row that fits decides:
 *
 * | body                                                    | state         | code                    |
 * |---------------------------------------------------------|---------------|-------------------------|
 * | no JSON, or no message                                  | harness-error | MODEL_RESPONSE_NOT_JSON |
 * | stop reason `refusal`                                   | refused       |                         |
 * | stop reason `max_tokens`, `model_context_window_exceeded` or `pause_turn` | truncated |           |
 * | text empty or white space                               | empty         |                         |
 * | text is a refusal                                       | refused       |                         |
 * | any other text, whatever the stop reason                | answered      |                         |
 *
 * Source: Claude API docs, "Stop reasons and fallback".
 */
export function readMessageBody(body: Uint8Array): ReadAnswer {
  const message = parsed(Message, body);
  if (message === null) return unread("harness-error", "MODEL_RESPONSE_NOT_JSON");
  const text = message.content
    .map((block) => (block.type === "text" ? (block.text ?? "") : ""))
    .join("");
  const { usage } = message;
  return {
    state: stateOf(message.stop_reason ?? null, text),
    code: null,
    text: storable(text),
    finishReason: kept(message.stop_reason),
    modelReported: kept(message.model),
    usage: {
      promptTokens: sum(
        usage?.input_tokens,
        usage?.cache_creation_input_tokens,
        usage?.cache_read_input_tokens,
      ),
      completionTokens: usage?.output_tokens ?? null,
    },
  };
}

function stateOf(stopReason: string | null, text: string): ResponseState {
  switch (stopReason) {
    case "refusal":
      return "refused";
    case "max_tokens":
    case "model_context_window_exceeded":
    case "pause_turn":
      return "truncated";
    default:
      return stateOfText(text);
  }
}
