import { z } from "zod";

/** A task's life; the transitions are in `server/domain/job/state.ts`. The last three are how it closes in the log. */
export const TaskStatus = z.enum(["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "WITHDRAWN"]);
export type TaskStatus = z.infer<typeof TaskStatus>;

/** A job's status, computed from its tasks and its entries, never set by hand. */
export const JobStatus = z.enum(["ANNOUNCING", "RUNNING", "COMPARING", "COMPLETED", "WITHDRAWN"]);
export type JobStatus = z.infer<typeof JobStatus>;

/** What came back, whatever it was. A refusal is a response. */
export const ResponseState = z.enum([
  "answered",
  "refused",
  "empty",
  "host-filtered",
  "truncated",
  "geoblocked",
  "timed-out",
  "harness-error",
]);
export type ResponseState = z.infer<typeof ResponseState>;

/** Whose fault a failure was. */
export const Fault = z.enum(["model", "service", "provider", "network", "beacon"]);
export type Fault = z.infer<typeof Fault>;

export const WithdrawalReason = z.enum(["withdrawn-by-admin", "deadline-passed", "budget-spent"]);
export type WithdrawalReason = z.infer<typeof WithdrawalReason>;

/** What a rented exit's evidence allows one to say of its country. */
export const GeoVerdict = z.enum(["verified", "observed-only", "mismatch", "unverifiable"]);
export type GeoVerdict = z.infer<typeof GeoVerdict>;
