import { z } from "zod";
import type { ResponseState } from "@/schemas/task";
import { fromUtf8 } from "@/server/domain/bytes";
import type { ErrorCode } from "@/server/domain/errors";
import { isRefusal } from "@/server/domain/eval/refusal";

/** How much of a label that a server chose is kept. */
const MAX_LABEL = 200;

const tokens = z.int().nonnegative().nullish().catch(null);

/** OpenAI's chat completion, as far as it is read. Servers differ, so unknown fields are let pass. */
const Completion = z.object({
  model: z.string().nullish().catch(null),
  choices: z
    .array(
      z.object({
        message: z.object({
          content: z.string().nullish(),
          /** OpenAI's own field for a refusal that the model made as such. */
          refusal: z.string().nullish().catch(null),
        }),
        finish_reason: z.string().nullish().catch(null),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish().catch(null),
});
type Completion = z.infer<typeof Completion>;

/** What a chat completion says. Null: the server did not say. */
export type ReadCompletion = {
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

const unread = (state: ResponseState, code: ErrorCode | null): ReadCompletion => ({
  state,
  code,
  text: null,
  finishReason: null,
  modelReported: null,
  usage: { promptTokens: null, completionTokens: null },
});

/**
 * Reads a whole HTTP answer of a chat server, once, at this door. The first row that fits decides:
 *
 * | HTTP status | body                                  | state         | code                    |
 * |-------------|---------------------------------------|---------------|-------------------------|
 * | 451         | any                                   | geoblocked    |                         |
 * | 429         | any                                   | harness-error | MODEL_RATE_LIMITED      |
 * | not 2xx     | any                                   | harness-error | MODEL_REFUSED_REQUEST   |
 * | 2xx         | no JSON, or no completion             | harness-error | MODEL_RESPONSE_NOT_JSON |
 * | 2xx         | finish reason `content_filter`        | host-filtered |                         |
 * | 2xx         | finish reason `length`                | truncated     |                         |
 * | 2xx         | text empty or white space, no refusal | empty         |                         |
 * | 2xx         | text or `refusal` field is a refusal  | refused       |                         |
 * | 2xx         | any other text                        | answered      |                         |
 */
export function readCompletion(status: number, body: Uint8Array): ReadCompletion {
  if (status === 451) return unread("geoblocked", null);
  if (status === 429) return unread("harness-error", "MODEL_RATE_LIMITED");
  if (status < 200 || status > 299) return unread("harness-error", "MODEL_REFUSED_REQUEST");
  const completion = parse(body);
  const choice = completion?.choices[0];
  if (!completion || !choice) return unread("harness-error", "MODEL_RESPONSE_NOT_JSON");
  const refusal = choice.message.refusal ?? null;
  const text = choice.message.content ?? refusal;
  const finishReason = choice.finish_reason ?? null;
  return {
    state: stateOf(finishReason, text ?? "", refusal !== null),
    code: null,
    text,
    finishReason: finishReason?.slice(0, MAX_LABEL) ?? null,
    modelReported: completion.model?.slice(0, MAX_LABEL) ?? null,
    usage: {
      promptTokens: completion.usage?.prompt_tokens ?? null,
      completionTokens: completion.usage?.completion_tokens ?? null,
    },
  };
}

function stateOf(finishReason: string | null, text: string, isMarked: boolean): ResponseState {
  if (finishReason === "content_filter") return "host-filtered";
  if (finishReason === "length") return "truncated";
  if (text.trim() === "") return "empty";
  return isMarked || isRefusal(text) ? "refused" : "answered";
}

function parse(body: Uint8Array): Completion | null {
  try {
    return Completion.safeParse(JSON.parse(fromUtf8(body) ?? "")).data ?? null;
  } catch {
    return null;
  }
}
