import { z } from "zod";
import { CountryCode, Place } from "@/schemas/country";
import { Amount, LanguageTag, Slug } from "@/schemas/primitives";
import { Simulation } from "@/schemas/simulation";

/** The most tasks that one job may announce. */
export const MAX_TASKS = 20_000;
/** The most prompts that one job may ask. */
export const MAX_PROMPTS = 500;
/** The longest prompt, in UTF-16 code units. */
export const MAX_PROMPT_LENGTH = 20_000;

export const Prompt = z.strictObject({
  id: Slug,
  language: LanguageTag,
  text: z.string().min(1).max(MAX_PROMPT_LENGTH),
});
export type Prompt = z.infer<typeof Prompt>;

/**
 * How a service is reached. `model`: a model server inside the provider's machine. `exit`: a service on
 * the internet, through the provider's exit, so that it sees the provider's country. `home`: an
 * endpoint that only the machine that Beacon runs on can reach.
 */
export const Door = z.enum(["model", "exit", "home"]);
export type Door = z.infer<typeof Door>;

/** Whose request and response forms a service speaks. */
export const Dialect = z.enum(["openai", "anthropic", "google", "openai-compatible"]);
export type Dialect = z.infer<typeof Dialect>;

/** Which service on the internet or at home is meant. Its key is the installation's and stands nowhere here. */
export const ServiceApi = z.strictObject({
  /** The name under which the installation knows the service and its key. */
  connection: Slug,
  dialect: Dialect,
  /** What request paths are appended to, without a slash at its end: `https://api.openai.com/v1`. */
  base_url: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .regex(/^[^?#\s]*[^/?#\s]$/),
});
export type ServiceApi = z.infer<typeof ServiceApi>;

/** The model's name as the service itself calls it. */
const model = z.string().min(1).max(200);

export const ServiceRef = z.discriminatedUnion("door", [
  z.strictObject({ id: Slug, door: z.literal("model"), model }),
  z.strictObject({ id: Slug, door: z.enum(["exit", "home"]), model, api: ServiceApi }),
]);
export type ServiceRef = z.infer<typeof ServiceRef>;

/** What runs in rented machines, pinned. */
export const ImagePin = z.strictObject({
  /** Where providers download it from. */
  url: z.url({ protocol: /^https?$/ }).max(300),
  /** SHA3-224 of the image file, hex: what providers check. */
  sha3_224: z.string().regex(/^[0-9a-f]{56}$/),
});
export type ImagePin = z.infer<typeof ImagePin>;

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
  baseline: Place,
  against: z.array(Place).min(1).max(50),
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
  prompts: z.array(Prompt).min(1).max(MAX_PROMPTS),
  services: z.array(ServiceRef).min(1).max(20),
  countries: z.array(CountryCode).max(50),
  /** True: services on the internet are asked from the machine that Beacon runs on as well. Absent: they are not. */
  home: z.literal(true).exactOptional(),
  repeats: z.int().min(1).max(50),
  sampling: Sampling,
  budget: Budget,
  /** Seconds from acceptance until every open task is closed. */
  deadline_s: z.int().min(30).max(86_400),
  contrasts: z.array(Contrast).max(50),
  controls: z.array(Control).max(20),
  /** The images that providers run for this job. Absent on the loopback network, where nothing is downloaded. */
  images: z
    .strictObject({ model: ImagePin.exactOptional(), exit: ImagePin.exactOptional() })
    .exactOptional(),
  /** Faults that are made on purpose, on the loopback network only. */
  simulation: Simulation.exactOptional(),
});
export type JobSpec = z.infer<typeof JobSpec>;
