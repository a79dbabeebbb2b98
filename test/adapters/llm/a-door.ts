import type { ServiceApi } from "@/schemas/job-spec";
import type { Door, DoorRequest, DoorResponse } from "@/server/adapters/golem/door";
import { createModels } from "@/server/adapters/llm/create-models";
import type { ChatOutcome, ChatRequest } from "@/server/adapters/llm/model";
import { utf8 } from "@/server/domain/bytes";

/** Long enough to be taken for a secret, and in nobody's words. */
export const CANARY = "sk-canary-7Qd1vXw9Zr2LmB4t";

export const anApi = (over: Partial<ServiceApi> = {}): ServiceApi => ({
  connection: "vendor",
  dialect: "openai",
  base_url: "https://api.vendor.test/v1",
  ...over,
});

export const aChat = (over: Partial<ChatRequest> = {}): ChatRequest => ({
  model: "gpt-4.1",
  way: "exit",
  api: anApi(),
  key: CANARY,
  systemPrompt: null,
  prompt: "What happened there?",
  sampling: { temperature: 0.7, top_p: 0.9, max_output_tokens: 256, seed_base: 1 },
  seed: 42,
  ...over,
});

type Answer = Partial<Omit<DoorResponse, "body">> & { readonly body?: unknown };

const bytesOf = (body: unknown): Uint8Array => {
  if (body instanceof Uint8Array) return body;
  return utf8(typeof body === "string" ? body : JSON.stringify(body ?? {}));
};

/** A door that answers the same to everything, and keeps what it was asked. */
export function aDoor(
  answer: Answer | Error,
  origin = "https://api.vendor.test",
): Door & { readonly asked: DoorRequest[] } {
  const asked: DoorRequest[] = [];
  return {
    origin,
    asked,
    request: async (request) => {
      asked.push(request);
      if (answer instanceof Error) throw answer;
      return {
        status: 200,
        headers: [["content-type", "application/json"]],
        peer: null,
        firstByteMs: 12.4,
        ...answer,
        body: bytesOf(answer.body),
      };
    },
  };
}

/** Asks through the installation's one model. */
export const ask = (door: Door, chat = aChat()): Promise<ChatOutcome> =>
  createModels().complete(door, chat, { signal: new AbortController().signal, maxBytes: 1e6 });

/** What a door was asked, as text. */
export const bodyOf = ({ body }: DoorRequest): string =>
  new TextDecoder().decode(body ?? new Uint8Array());
