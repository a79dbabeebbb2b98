import { z } from "zod";
import { CountryCode } from "@/schemas/country";
import { JobId } from "@/schemas/primitives";

/**
 * The contract between those who enqueue and those who work: one line a queue. Payloads carry ids,
 * never documents. PostgreSQL holds the truth; a message only rings the bell, so one that is lost
 * is rung again by the reconcile sweep, and one that comes twice finds nothing to do.
 */
export const QUEUES = {
  "job.dispatch": {
    payload: z.strictObject({ jobId: JobId }),
    attempts: 5,
    backoffMs: 500,
    concurrency: 4,
  },
  "vantage.session": {
    payload: z.strictObject({ jobId: JobId, country: CountryCode, slot: z.int().min(0).max(99) }),
    attempts: 1,
    backoffMs: 1_000,
    concurrency: 16,
  },
  /** Like a vantage session, without a provider: this machine asks by itself. */
  "home.session": {
    payload: z.strictObject({ jobId: JobId }),
    attempts: 1,
    backoffMs: 1_000,
    concurrency: 4,
  },
  "allocation.release": {
    payload: z.strictObject({ jobId: JobId }),
    attempts: 3,
    backoffMs: 2_000,
    concurrency: 2,
  },
  "job.compare": {
    payload: z.strictObject({ jobId: JobId }),
    attempts: 5,
    backoffMs: 1_000,
    concurrency: 1,
  },
  "sweep.reconcile": { payload: z.strictObject({}), attempts: 1, backoffMs: 1_000, concurrency: 1 },
} as const satisfies Record<
  string,
  { payload: z.ZodType; attempts: number; backoffMs: number; concurrency: number }
>;

export type QueueName = keyof typeof QUEUES;
export type Payload<N extends QueueName> = z.infer<(typeof QUEUES)[N]["payload"]>;
