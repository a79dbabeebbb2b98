import type { Dialect, Sampling } from "@/schemas/job-spec";

/** A parameter of the job spec that a service is not sent, or not as it stands, and why. */
export type UnsupportedParameter = {
  readonly parameter: "temperature" | "top_p" | "seed" | "max_output_tokens";
  readonly why: string;
};

/** Claude models that answer 400 to any sampling parameter: thinking is always on, or sampling is the service's own. */
const CLAUDE_WITHOUT_SAMPLING =
  /claude-(?:opus-(?:4-[78]|5)|sonnet-5|haiku-5-5|fable-5)(?:$|[-.@])/;
/** Models with another name are not Anthropic's, and may want both temperature and top_p. */
const CLAUDE = /claude-/;
/** The one Claude model still served whose answers end at fewer tokens than a job spec may ask for. */
const CLAUDE_SHORT = /claude-3-haiku/;
const CLAUDE_SHORT_TOKENS = 4_096;
/** Anthropic's temperature ends at 1; a job spec's at 2. */
const CLAUDE_MAX_TEMPERATURE = 1;

/** OpenAI's models that think before they answer: the o series, and GPT-5 and later but for its chat models. */
const OPENAI_REASONING = /^(?:o\d+(?:$|-)|gpt-(?:[5-9]|\d{2,})(?:\.\d+(?:$|-)|$|-(?!chat)))/;
const OPENAI_SEARCH = /^gpt-4o(?:-mini)?-search-preview/;

/**
 * What of a job's sampling a service cannot take. It is left out of the request, never replaced in
 * silence: cells that are compared across services were then not asked alike, and the composer, the
 * methodology and the request's bytes say so.
 *
 * | dialect           | models                           | left out                                   |
 * |-------------------|----------------------------------|--------------------------------------------|
 * | openai            | o series, GPT-5 and later        | temperature, top_p (but for chat models)   |
 * | openai            | GPT-4o search previews           | temperature                                |
 * | anthropic         | all                              | seed; temperature above 1                  |
 * | anthropic         | Opus 4.7 and later, Sonnet 5, Haiku 5.5, Fable 5 | temperature, top_p         |
 * | anthropic         | other Claude models              | top_p, when there is a temperature         |
 * | anthropic         | Claude 3 Haiku                   | output above 4,096 tokens: 4,096 are asked |
 * | google            | all                              | nothing                                    |
 * | openai-compatible | all                              | nothing: what the endpoint does with it is its own |
 *
 * Sources: the model and parameter pages of the three vendors, as the SDK's model catalogue has them;
 * a test holds this table to the bytes that the SDK writes.
 */
export function unsupportedSampling(
  dialect: Dialect,
  model: string,
  sampling: Pick<Sampling, "temperature" | "max_output_tokens">,
): readonly UnsupportedParameter[] {
  if (dialect === "openai") return ofOpenAi(model);
  return dialect === "anthropic" ? ofAnthropic(model, sampling) : [];
}

function ofOpenAi(model: string): readonly UnsupportedParameter[] {
  if (OPENAI_REASONING.test(model))
    return [
      { parameter: "temperature", why: "OpenAI's reasoning models take none" },
      { parameter: "top_p", why: "OpenAI's reasoning models take none" },
    ];
  if (OPENAI_SEARCH.test(model))
    return [{ parameter: "temperature", why: "OpenAI's search previews take none" }];
  return [];
}

function ofAnthropic(
  model: string,
  { temperature, max_output_tokens }: Pick<Sampling, "temperature" | "max_output_tokens">,
): readonly UnsupportedParameter[] {
  const found: UnsupportedParameter[] = [{ parameter: "seed", why: "Anthropic takes none" }];
  if (CLAUDE_WITHOUT_SAMPLING.test(model))
    found.push(
      { parameter: "temperature", why: "this Claude model takes none" },
      { parameter: "top_p", why: "this Claude model takes none" },
    );
  else if (temperature > CLAUDE_MAX_TEMPERATURE)
    found.push({ parameter: "temperature", why: "Anthropic's temperature ends at 1" });
  else if (CLAUDE.test(model))
    found.push({ parameter: "top_p", why: "Claude models take temperature or top_p, not both" });
  if (CLAUDE_SHORT.test(model) && max_output_tokens > CLAUDE_SHORT_TOKENS)
    found.push({
      parameter: "max_output_tokens",
      why: `this Claude model writes ${CLAUDE_SHORT_TOKENS} tokens at most`,
    });
  return found;
}
