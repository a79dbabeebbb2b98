import { z } from "zod";
import { CountryCode } from "@/schemas/country";
import { Amount, LanguageTag, Slug } from "@/schemas/primitives";

/** The most tasks that one job may announce. */
export const MAX_TASKS = 20_000;
/** The longest prompt, in UTF-16 code units. */
export const MAX_PROMPT_LENGTH = 20_000;

export const Prompt = z.strictObject({
  id: Slug,
  language: LanguageTag,
  text: z.string().min(1).max(MAX_PROMPT_LENGTH),
});
export type Prompt = z.infer<typeof Prompt>;

/** Which of a vantage's two doors a service is reached through. The exit door comes with services outside Golem. */
export const Door = z.enum(["model"]);
export type Door = z.infer<typeof Door>;

export const ServiceRef = z.strictObject({
  id: Slug,
  door: Door,
  /** The model's name as the door's `POST /v1/chat/completions` expects it. */
  model: z.string().min(1).max(200),
});
export type ServiceRef = z.infer<typeof ServiceRef>;

export const Sampling = z.strictObject({
  temperature: z.number().min(0).max(2),
  top_p: z.number().gt(0).max(1),
  max_output_tokens: z.int().min(1).max(8_192),
  /** Each task's seed is derived from this one and from what the task is, so no two tasks share one by accident. */
  seed_base: z.int().min(0).max(2_147_483_647),
});
export type Sampling = z.infer<typeof Sampling>;

/** A difference that is to be tested, named before the run: a contrast that is not here stays exploratory. */
export const Contrast = z.strictObject({
  id: Slug,
  outcome: z.enum(["refusal-rate", "similarity"]),
  baseline: CountryCode,
  against: z.array(CountryCode).min(1).max(50),
});
export type Contrast = z.infer<typeof Contrast>;

/** A service of the job with known behaviour. Positive: a difference must show. Negative: none may show. */
export const Control = z.strictObject({
  service: Slug,
  kind: z.enum(["positive", "negative"]),
});
export type Control = z.infer<typeof Control>;

export const Budget = z.strictObject({
  /** Hard cap for rented providers, in GLM. */
  glm: Amount,
  /** Hard cap for paid services, in US dollars. */
  usd: Amount,
});
export type Budget = z.infer<typeof Budget>;

/** What is asked. Signed and logged before anything runs; its RFC 8785 bytes are the job's identity. */
export const JobSpec = z.strictObject({
  version: z.literal("1.0"),
  title: z.string().min(3).max(200),
  system_prompt: z.string().max(8_000).nullable(),
  prompts: z.array(Prompt).min(1).max(500),
  services: z.array(ServiceRef).min(1).max(20),
  countries: z.array(CountryCode).min(1).max(50),
  repeats: z.int().min(1).max(50),
  sampling: Sampling,
  budget: Budget,
  /** Seconds from acceptance until every open task is closed. */
  deadline_s: z.int().min(30).max(86_400),
  contrasts: z.array(Contrast).max(50),
  controls: z.array(Control).max(20),
});
export type JobSpec = z.infer<typeof JobSpec>;
