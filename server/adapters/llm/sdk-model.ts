import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { Dialect, ServiceApi } from "@/schemas/job-spec";
import type { ChatRequest } from "@/server/adapters/llm/model";
import { unsupportedSampling } from "@/server/domain/service/unsupported-sampling";

/** Dialects that are not spoken without a key: the SDK would look for one in the environment. */
const KEYED: ReadonlySet<Dialect> = new Set(["openai", "anthropic", "google"]);

/** Whether a service of this dialect can be asked without a key. */
export const needsKey = (dialect: Dialect): boolean => KEYED.has(dialect);

/**
 * The AI SDK's model for a service, made for one question.
 *
 * OpenAI is asked through Chat Completions, not Responses: it is the form that every compatible
 * endpoint speaks, so cells differ in the service only; it takes a seed; and it stores nothing at the
 * service unless asked to. Models that OpenAI serves through Responses alone (its pro and codex models)
 * answer with an error, which closes the task as such.
 *
 * @param key not null where `needsKey`; an empty one would send the SDK to the environment.
 */
export function sdkModel(
  { dialect, base_url: baseURL }: ServiceApi,
  model: string,
  key: string | null,
  fetch: typeof globalThis.fetch,
): LanguageModelV4 {
  if (dialect === "openai-compatible")
    return createOpenAICompatible({
      name: "service",
      baseURL,
      fetch,
      ...(key === null ? {} : { apiKey: key }),
    }).chatModel(model);
  if (key === null || key === "") throw new Error(`${dialect} is not asked without a key`);
  const settings = { baseURL, apiKey: key, fetch };
  if (dialect === "openai") return createOpenAI(settings).chat(model);
  return dialect === "anthropic"
    ? createAnthropic(settings).chat(model)
    : createGoogle(settings).chat(model);
}

/** A question as the SDK takes it, without what the service cannot take (`unsupportedSampling`). */
export function callOptions(dialect: Dialect, request: ChatRequest): LanguageModelV4CallOptions {
  const { model, systemPrompt, prompt, sampling, seed } = request;
  const left = new Set(
    unsupportedSampling(dialect, model, sampling).map(({ parameter }) => parameter),
  );
  return {
    prompt: [
      ...(systemPrompt === null ? [] : [{ role: "system" as const, content: systemPrompt }]),
      { role: "user", content: [{ type: "text", text: prompt }] },
    ],
    maxOutputTokens: sampling.max_output_tokens,
    ...(left.has("temperature") ? {} : { temperature: sampling.temperature }),
    ...(left.has("top_p") ? {} : { topP: sampling.top_p }),
    ...(left.has("seed") ? {} : { seed }),
  };
}
