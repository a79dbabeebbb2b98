import { z } from "zod";
import { randomHex } from "@/server/adapters/golem/loopback/identifiers";
import type { ControlAnswer } from "@/server/domain/control/answer";

/** Says in every answer that nothing but a control model spoke. */
export const SIMULATED = "beacon-control/1 simulated";

/** What a vendor's request asks for, whatever its dialect. */
export type VendorQuestion = {
  readonly model: string;
  readonly system: string | null;
  readonly prompt: string;
  readonly temperature: number;
  readonly maxTokens: number;
  /** Null: the request names none, so that every answer is drawn anew. */
  readonly seed: number | null;
};

/** One vendor's forms of request and answer. */
export type VendorDialect = {
  /** The path, and in its first group the model when the path names it. */
  readonly path: RegExp;
  /** The header that carries the key. */
  readonly keyHeader: string;
  /** @throws ZodError */
  read(body: unknown, pathModel: string): VendorQuestion;
  answer(model: string, answer: ControlAnswer, now: Date): object;
  problem(status: number, message: string): object;
  /** Rate limits as this vendor tells them. */
  limits(limit: number, remaining: number): Readonly<Record<string, string>>;
};

const text = z.string().max(40_000);
const Parts = z.array(z.looseObject({ text })).max(100);
const Content = z.union([text, Parts]);
type Content = z.infer<typeof Content>;

const plain = (content: Content): string =>
  typeof content === "string" ? content : content.map((part) => part.text).join("");

const joined = (contents: readonly Content[]): string | null =>
  contents.length === 0 ? null : contents.map(plain).join("\n");

const temperature = z.number().min(0).max(2).default(1);
const tokens = z.int().min(1).max(200_000);
const MAX_TOKENS = 1_024;

const OpenAiChat = z.looseObject({
  model: z.string().max(200),
  messages: z
    .array(z.looseObject({ role: z.string().max(20), content: Content }))
    .min(1)
    .max(50),
  temperature,
  max_tokens: tokens.optional(),
  max_completion_tokens: tokens.optional(),
  seed: z.int().optional(),
  stream: z.literal(false).default(false),
});

const openai: VendorDialect = {
  path: /^\/v1\/chat\/completions$/,
  keyHeader: "authorization",
  read: (body) => {
    const chat = OpenAiChat.parse(body);
    const said = (roles: readonly string[]) =>
      chat.messages.filter(({ role }) => roles.includes(role)).map(({ content }) => content);
    return {
      model: chat.model,
      system: joined(said(["system", "developer"])),
      prompt: joined(said(["user"])) ?? "",
      temperature: chat.temperature,
      maxTokens: chat.max_completion_tokens ?? chat.max_tokens ?? MAX_TOKENS,
      seed: chat.seed ?? null,
    };
  },
  answer: (model, { content, finishReason, promptTokens, completionTokens }, now) => ({
    id: `chatcmpl-${randomHex(12)}`,
    object: "chat.completion",
    created: Math.floor(now.getTime() / 1_000),
    model,
    system_fingerprint: SIMULATED,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content, refusal: null },
        logprobs: null,
        finish_reason: finishReason,
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  }),
  problem: (status, message) => ({
    error: { message, type: KINDS[status] ?? "server_error", param: null, code: null },
  }),
  limits: (limit, remaining) => ({
    "x-ratelimit-limit-requests": String(limit),
    "x-ratelimit-remaining-requests": String(remaining),
  }),
};

const AnthropicMessages = z.looseObject({
  model: z.string().max(200),
  messages: z
    .array(z.looseObject({ role: z.string().max(20), content: Content }))
    .min(1)
    .max(50),
  system: Content.optional(),
  temperature: z.number().min(0).max(1).default(1),
  max_tokens: tokens,
  stream: z.literal(false).default(false),
});

/** OpenAI's names of finish reasons, in each other dialect. */
const STOP_REASONS = { stop: "end_turn", length: "max_tokens", content_filter: "refusal" } as const;
const FINISH_REASONS = { stop: "STOP", length: "MAX_TOKENS", content_filter: "SAFETY" } as const;

const anthropic: VendorDialect = {
  path: /^\/v1\/messages$/,
  keyHeader: "x-api-key",
  read: (body) => {
    const chat = AnthropicMessages.parse(body);
    const asked = chat.messages.filter(({ role }) => role === "user");
    return {
      model: chat.model,
      system: chat.system === undefined ? null : plain(chat.system),
      prompt: joined(asked.map(({ content }) => content)) ?? "",
      temperature: chat.temperature,
      maxTokens: chat.max_tokens,
      seed: null,
    };
  },
  answer: (model, { content, finishReason, promptTokens, completionTokens }) => ({
    id: `msg_${randomHex(12)}`,
    type: "message",
    role: "assistant",
    model,
    content: content === "" ? [] : [{ type: "text", text: content }],
    stop_reason: STOP_REASONS[finishReason],
    stop_sequence: null,
    usage: { input_tokens: promptTokens, output_tokens: completionTokens },
    simulated: SIMULATED,
  }),
  problem: (status, message) => ({
    type: "error",
    error: { type: KINDS[status] ?? "api_error", message },
  }),
  limits: (limit, remaining) => ({
    "anthropic-ratelimit-requests-limit": String(limit),
    "anthropic-ratelimit-requests-remaining": String(remaining),
  }),
};

const GoogleContents = z.looseObject({
  contents: z
    .array(z.looseObject({ role: z.string().max(20).default("user"), parts: Parts }))
    .min(1)
    .max(50),
  systemInstruction: z.looseObject({ parts: Parts }).optional(),
  generationConfig: z
    .looseObject({ temperature, maxOutputTokens: tokens.optional(), seed: z.int().optional() })
    .optional(),
});

const google: VendorDialect = {
  path: /^\/v1beta\/models\/([^/:]+):generateContent$/,
  keyHeader: "x-goog-api-key",
  read: (body, model) => {
    const { contents, systemInstruction, generationConfig } = GoogleContents.parse(body);
    const asked = contents.filter(({ role }) => role === "user");
    return {
      model,
      system: systemInstruction === undefined ? null : plain(systemInstruction.parts),
      prompt: joined(asked.map(({ parts }) => parts)) ?? "",
      temperature: generationConfig?.temperature ?? 1,
      maxTokens: generationConfig?.maxOutputTokens ?? MAX_TOKENS,
      seed: generationConfig?.seed ?? null,
    };
  },
  answer: (model, { content, finishReason, promptTokens, completionTokens }) => ({
    candidates: [
      {
        content: { role: "model", parts: content === "" ? [] : [{ text: content }] },
        finishReason: FINISH_REASONS[finishReason],
        index: 0,
      },
    ],
    usageMetadata: {
      promptTokenCount: promptTokens,
      candidatesTokenCount: completionTokens,
      totalTokenCount: promptTokens + completionTokens,
    },
    modelVersion: model,
    responseId: randomHex(12),
    simulated: SIMULATED,
  }),
  problem: (code, message) => ({
    error: { code, message, status: GOOGLE_STATUS[code] ?? "INTERNAL" },
  }),
  limits: () => ({}),
};

/** Error types that OpenAI and Anthropic share, by HTTP status. */
const KINDS: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  404: "not_found_error",
  429: "rate_limit_error",
};

const GOOGLE_STATUS: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
};

/** The dialects that the simulated vendor service speaks, each on its own path. */
export const VENDOR_DIALECTS: readonly VendorDialect[] = [openai, anthropic, google];
