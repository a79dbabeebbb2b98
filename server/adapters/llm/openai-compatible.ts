import type { DoorRequest } from "@/server/adapters/golem/door";
import { readCompletion } from "@/server/adapters/llm/completion";
import { exchangeOf } from "@/server/adapters/llm/exchange";
import { failureOf } from "@/server/adapters/llm/failure";
import type { ChatRequest, Model } from "@/server/adapters/llm/model";
import { utf8 } from "@/server/domain/bytes";
import { isBeaconError } from "@/server/domain/errors";

/**
 * A model server inside a provider's machine: it speaks OpenAI's `POST /v1/chat/completions`, as most
 * open model servers do, and wants no key.
 *
 * The request is the same bytes for the same question, so that cells which are compared were asked
 * alike. A whole HTTP answer is a response, whatever it says: its bytes are evidence. What ended
 * before it was whole is a failure, with whose fault it was.
 */
export function openAiCompatible(): Model {
  return {
    async complete(door, chat, { signal, maxBytes }) {
      const request = requestOf(chat, signal, maxBytes);
      try {
        const response = await door.request(request);
        return {
          kind: "response",
          bytes: response.body,
          httpStatus: response.status,
          ...readCompletion(response.status, response.body),
          exchange: exchangeOf(door.origin, request, response, null),
          tryAgainAfterMs: null,
        };
      } catch (error) {
        if (!isBeaconError(error)) throw error;
        return failureOf(error, chat.way);
      }
    },
  };
}

function requestOf(request: ChatRequest, signal: AbortSignal, maxBytes: number): DoorRequest {
  const { systemPrompt, prompt, sampling } = request;
  const system = systemPrompt === null ? [] : [{ role: "system", content: systemPrompt }];
  const body = {
    model: request.model,
    messages: [...system, { role: "user", content: prompt }],
    temperature: sampling.temperature,
    top_p: sampling.top_p,
    max_tokens: sampling.max_output_tokens,
    seed: request.seed,
    stream: false,
  };
  return {
    method: "POST",
    path: "/v1/chat/completions",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: utf8(JSON.stringify(body)),
    signal,
    maxBytes,
  };
}
