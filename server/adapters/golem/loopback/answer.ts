import type { CountryCode } from "@/schemas/country";

/** What a model inside a provider's machine is asked. It knows the country that it stands in. */
export type AnswerRequest = {
  readonly model: string;
  readonly country: CountryCode;
  readonly prompt: string;
  readonly systemPrompt: string | null;
  readonly seed: number;
  readonly temperature: number;
  readonly maxTokens: number;
};

export type Answer = {
  readonly content: string;
  readonly finishReason: "stop" | "length" | "content_filter";
  readonly promptTokens: number;
  readonly completionTokens: number;
};

/** The models of the loopback network. Null: there is no model of that name. */
export type AnswerChat = (request: AnswerRequest) => Answer | null;
