import type { DoorRequest, DoorResponse } from "@/server/adapters/golem/vantage";
import { readCompletion } from "@/server/adapters/llm/completion";
import type { ChatOutcome, ChatRequest, Model } from "@/server/adapters/llm/model";
import { utf8 } from "@/server/domain/bytes";
import { type BeaconError, isBeaconError } from "@/server/domain/errors";

/**
 * A model that speaks OpenAI's `POST /v1/chat/completions`, as most open model servers do.
 *
 * The request is the same bytes for the same question, so that cells which are compared were asked
 * alike. A whole HTTP answer is a response, whatever it says: its bytes are evidence. What ended
 * before it was whole is a failure, with whose fault it was.
 */
export function openAiCompatible(): Model {
  return {
    async complete(door, request, { signal, maxBytes }) {
      try {
        return responseOf(await door.request(requestOf(request, signal, maxBytes)));
      } catch (error) {
        if (!isBeaconError(error)) throw error;
        return failureOf(error);
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

function responseOf({ status, body }: DoorResponse): ChatOutcome {
  return { kind: "response", bytes: body, httpStatus: status, ...readCompletion(status, body) };
}

/**
 * | the door's code          | state         | fault    | may be asked again |
 * |--------------------------|---------------|----------|--------------------|
 * | MODEL_UNREACHABLE        | harness-error | network  | yes                |
 * | MODEL_RESPONSE_CUT_SHORT | harness-error | provider | no                 |
 * | MODEL_RESPONSE_TOO_LARGE | harness-error | model    | no                 |
 * | MODEL_TIMED_OUT          | timed-out     | model    | no                 |
 * | any other                | harness-error | beacon   | no                 |
 */
function failureOf({ code, message }: BeaconError): ChatOutcome {
  const failure = { kind: "failure", code, message, beforeFirstByte: false } as const;
  switch (code) {
    case "MODEL_UNREACHABLE":
      return { ...failure, state: "harness-error", fault: "network", beforeFirstByte: true };
    case "MODEL_RESPONSE_CUT_SHORT":
      return { ...failure, state: "harness-error", fault: "provider" };
    case "MODEL_RESPONSE_TOO_LARGE":
      return { ...failure, state: "harness-error", fault: "model" };
    case "MODEL_TIMED_OUT":
      return { ...failure, state: "timed-out", fault: "model" };
    default:
      return { ...failure, state: "harness-error", fault: "beacon" };
  }
}
