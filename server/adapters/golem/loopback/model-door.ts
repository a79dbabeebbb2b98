import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import type { AnswerChat } from "@/server/adapters/golem/loopback/answer";
import type { Conduct } from "@/server/adapters/golem/loopback/conduct";
import { randomHex } from "@/server/adapters/golem/loopback/identifiers";
import { jsonOf } from "@/server/adapters/golem/loopback/json-body";
import { pour } from "@/server/adapters/golem/loopback/pour";
import type { ProviderHost } from "@/server/adapters/golem/loopback/provider-host";
import type { ControlAnswer } from "@/server/domain/control/answer";

/** The port inside every provider's machine on which the models answer. */
export const MODEL_DOOR_PORT = 8081;

/** Says in every answer that nothing but a control model spoke. */
const FINGERPRINT = "beacon-control/1 simulated";

/** What a provider that floods says, again and again. */
const FLOOD = "Lorem ipsum dolor sit amet. ".repeat(600);

/** OpenAI's chat request, as far as the control models heed it; other fields are ignored, as real servers do. */
const ChatRequest = z.object({
  model: z.string().max(200),
  messages: z
    .array(z.object({ role: z.enum(["system", "user"]), content: z.string().max(40_000) }))
    .min(1)
    .max(10),
  temperature: z.number().min(0).max(2).default(1),
  max_tokens: z.int().min(1).max(32_768).default(1_024),
  seed: z.int().default(0),
  stream: z.literal(false).default(false),
});
type ChatRequest = z.infer<typeof ChatRequest>;

export type ModelDoorOptions = {
  readonly host: ProviderHost;
  readonly answer: AnswerChat;
  readonly models: readonly string[];
  readonly latencyMs: number;
  /** How much longer the answers of a slow provider take. */
  readonly slowMs: number;
  readonly now: () => Date;
};

/** An OpenAI-compatible server inside a provider's machine: `POST /v1/chat/completions`, `GET /v1/models`. */
export function createModelDoor(options: ModelDoorOptions): Server {
  return createServer((request, response) => {
    response.on("error", () => response.destroy());
    handle(options, request, response).catch(() => response.destroy());
  });
}

async function handle(
  options: ModelDoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === "GET" && request.url === "/v1/models")
    return send(response, 200, listOf(options.models));
  if (request.method !== "POST" || request.url !== "/v1/chat/completions")
    return send(response, 404, problem("not_found", `no route ${request.method} ${request.url}`));
  const chat = ChatRequest.safeParse(await jsonOf(request));
  if (!chat.success)
    return send(response, 400, problem("invalid_request_error", chat.error.message));
  const { host } = options;
  const conduct = host.visitOf(request.socket)?.conduct;
  if (conduct === undefined) return void response.destroy();
  const thinkMs = options.latencyMs + (conduct.shows("slow") ? options.slowMs : 0);
  if (thinkMs > 0) await new Promise((resolve) => setTimeout(resolve, thinkMs));
  host.busyMs += thinkMs;
  if (conduct.isGone) return;
  const answer = options.answer(questionOf(chat.data, conduct));
  if (answer === null)
    return send(response, 404, problem("model_not_found", `no model ${chat.data.model}`));
  response.once("finish", () => conduct.countAnswer());
  sendAnswer(response, completionOf(chat.data.model, answer, options.now()), conduct);
}

/** Sends an answer whole, or in one of the ways in which providers spoil it. */
function sendAnswer(response: ServerResponse, body: object, conduct: Conduct): void {
  if (conduct.shows("floods")) {
    head(response, 200).write('{"choices":[{"message":{"content":"');
    pour(response, FLOOD);
  } else if (conduct.shows("truncates")) {
    const text = JSON.stringify(body);
    head(response, 200).write(text.slice(0, text.length / 2), () => response.destroy());
  } else send(response, 200, body);
}

function questionOf(chat: ChatRequest, { place }: Conduct): Parameters<AnswerChat>[0] {
  const said = (role: "system" | "user") =>
    chat.messages.filter((message) => message.role === role).map(({ content }) => content);
  const system = said("system");
  return {
    model: chat.model,
    country: place.country,
    prompt: said("user").join("\n"),
    systemPrompt: system.length > 0 ? system.join("\n") : null,
    seed: chat.seed,
    temperature: chat.temperature,
    maxTokens: chat.max_tokens,
  };
}

const completionOf = (model: string, answer: ControlAnswer, now: Date): object => ({
  id: `chatcmpl-${randomHex(12)}`,
  object: "chat.completion",
  created: Math.floor(now.getTime() / 1_000),
  model,
  system_fingerprint: FINGERPRINT,
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: answer.content },
      finish_reason: answer.finishReason,
    },
  ],
  usage: {
    prompt_tokens: answer.promptTokens,
    completion_tokens: answer.completionTokens,
    total_tokens: answer.promptTokens + answer.completionTokens,
  },
});

const listOf = (models: readonly string[]): object => ({
  object: "list",
  data: models.map((id) => ({ id, object: "model", owned_by: FINGERPRINT })),
});

const problem = (type: string, message: string): object => ({ error: { type, message } });

const head = (response: ServerResponse, status: number): ServerResponse =>
  response.writeHead(status, {
    "content-type": "application/json",
    "x-beacon-simulated": FINGERPRINT,
  });

function send(response: ServerResponse, status: number, body: object): void {
  head(response, status).end(JSON.stringify(body));
}
