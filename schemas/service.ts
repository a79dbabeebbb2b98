import { z } from "zod";
import { Dialect } from "@/schemas/job-spec";
import { Amount, type Instant, Slug } from "@/schemas/primitives";

/** What a model costs, as its service's price list says. */
export const ModelPrice = z.strictObject({
  /** US dollars for a million tokens. */
  input_usd_per_mtok: Amount,
  output_usd_per_mtok: Amount,
  /** Where that stands. */
  source: z.string().min(1).max(200),
  /** The day on which it stood there. */
  date: z.iso.date(),
});
export type ModelPrice = z.infer<typeof ModelPrice>;

/** A model that jobs may ask of a service. */
export const ServiceModel = z.strictObject({
  /** As the service itself calls it. */
  name: z
    .string()
    .max(200)
    .regex(/^[!-~]+$/),
  /** Absent: the price table that Beacon comes with is asked. */
  price: ModelPrice.exactOptional(),
});
export type ServiceModel = z.infer<typeof ServiceModel>;

/** What an admin says of a service, all but its key. */
export const ServiceSettings = z.strictObject({
  /** The name that job specs use: `api.connection`. */
  id: Slug,
  /** For people. */
  name: z.string().trim().min(1).max(100),
  dialect: Dialect,
  /** What request paths are appended to, without a slash at its end: `https://api.openai.com/v1`. */
  base_url: z.string().min(1).max(300),
  /** `exit`: asked through providers' exits. `home`: asked by this machine only. */
  door: z.enum(["exit", "home"]),
  models: z
    .array(ServiceModel)
    .min(1)
    .max(100)
    .refine((models) => new Set(models.map(({ name }) => name)).size === models.length, {
      message: "a model stands there twice",
    }),
  /** The most requests that may be begun in any minute, by all workers together. */
  requests_per_minute: z.int().min(1).max(60_000),
  /** The most requests that may be under way at a time, by all workers together. */
  concurrency: z.int().min(1).max(200),
});
export type ServiceSettings = z.infer<typeof ServiceSettings>;

/** A vendor's key as it is entered: it travels in a header, so visible ASCII. */
export const ServiceKey = z
  .string()
  .max(500)
  .regex(/^[!-~]+$/);

/** A service as anyone may see it. There is no way from here to its key. */
export type ServiceView = ServiceSettings & {
  /** Whether it stands on a loopback or private network: then it is no vendor's service. */
  readonly is_simulated: boolean;
  readonly has_key: boolean;
  /** Null: no key is stored. */
  readonly key_since: Instant | null;
  /** Nothing is asked of it before then; null: it is asked. */
  readonly paused_until: Instant | null;
  readonly pause_reason: string | null;
};
