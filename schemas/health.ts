import { z } from "zod";

/** What is looked at to say whether a process is well. */
export const CheckName = z.enum([
  "process",
  "metrics-address",
  "database",
  "migrations",
  "log-halt",
  "log-writer",
  "publication",
  "witnesses",
  "queues",
  "content-stores",
  "golem",
  "cosigning",
  "disk",
]);
export type CheckName = z.infer<typeof CheckName>;

/** `warn`: it works, and somebody should look. `fail`: something that it is for does not work. */
export const HealthLevel = z.enum(["ok", "warn", "fail"]);
export type HealthLevel = z.infer<typeof HealthLevel>;

/** One thing that was looked at. */
export const HealthCheck = z.strictObject({
  name: CheckName,
  level: HealthLevel,
  /** An error code; null: nothing is wrong. */
  code: z.string().max(64).nullable(),
  /** For people. */
  sentence: z.string().max(500),
  /** How long ago the outcome was that this rests on; null: there is none yet. */
  ageSeconds: z.number().min(0).nullable(),
});
export type HealthCheck = z.infer<typeof HealthCheck>;

/** What a process answers at /readyz. */
export const Readiness = z.strictObject({
  process: z.string().max(64),
  /** Whether no check fails. */
  ready: z.boolean(),
  level: HealthLevel,
  at: z.iso.datetime({ precision: 3 }),
  checks: z.array(HealthCheck).max(100),
});
export type Readiness = z.infer<typeof Readiness>;
