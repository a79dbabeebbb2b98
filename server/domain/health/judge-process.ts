import type { HealthCheck } from "@/schemas/health";
import { named, well } from "@/server/domain/health/finding";
import type { FailureCode } from "@/server/domain/health/pulse";

/** Whether the process has come up: before, and once it is told to end, it is not ready. */
export function judgeProcess(stage: "starting" | "running" | "stopping"): HealthCheck {
  if (stage === "running") return named("process", well("It runs.", null));
  const sentence = stage === "starting" ? "It is still starting." : "It has been told to end.";
  return named("process", { level: "fail", code: "PROCESS_NOT_READY", sentence, ageMs: null });
}

/** Whether metrics and readiness are served where they were announced. */
export const judgeAddress = (isListening: boolean): HealthCheck =>
  named(
    "metrics-address",
    isListening
      ? well("Metrics and readiness are served at their address.", null)
      : {
          level: "warn",
          code: "PORT_IN_USE",
          sentence:
            "Another program has the port of this process's metrics: they are served once it is free.",
          ageMs: null,
        },
  );

/** What a look at the database came to. */
export type DatabaseFacts = { readonly tookMs: number } | { readonly code: FailureCode };

const SLOW_MS = 500;

/** Whether the database answers. */
export function judgeDatabase(facts: DatabaseFacts): HealthCheck {
  if ("code" in facts)
    return named("database", {
      level: "fail",
      code: facts.code,
      sentence: "The database does not answer.",
      ageMs: 0,
    });
  const took = `The database answered in ${Math.round(facts.tookMs)} ms.`;
  return named("database", {
    ...well(took, 0),
    level: facts.tookMs > SLOW_MS ? "warn" : "ok",
    code: facts.tookMs > SLOW_MS ? "DATABASE_UNAVAILABLE" : null,
  });
}

/** Whether the database is laid out as this version expects. */
export function judgeMigrations(
  expected: readonly string[],
  applied: readonly string[],
): HealthCheck {
  const missing = expected.filter((name) => !applied.includes(name));
  if (missing.length === 0)
    return named("migrations", well("The database is laid out as this version expects.", 0));
  return named("migrations", {
    level: "fail",
    code: "DATABASE_SCHEMA_FOREIGN",
    sentence: `The database lacks ${missing.length === 1 ? "the migration" : `${missing.length} migrations, the first of them`} ${missing[0]}: start Beacon with npm start, which applies it.`,
    ageMs: 0,
  });
}

/** Room where the state folder lies. */
export type DiskFacts = { readonly freeBytes: number; readonly totalBytes: number };

const MEBIBYTE = 1_048_576;
/** PostgreSQL stops when it cannot write; this much is a few hours of a busy portal. */
const DISK_BYTES = { warn: 1_024 * MEBIBYTE, fail: 100 * MEBIBYTE } as const;

/** Whether there is room left where the state folder lies; null: it could not be asked. */
export function judgeDisk(facts: DiskFacts | null): HealthCheck {
  if (facts === null) return named("disk", well("The free space was not measured.", null));
  const sentence = `${Math.floor(facts.freeBytes / MEBIBYTE)} MiB are free where the state folder lies.`;
  if (facts.freeBytes >= DISK_BYTES.warn) return named("disk", well(sentence, 0));
  return named("disk", {
    level: facts.freeBytes < DISK_BYTES.fail ? "fail" : "warn",
    code: "DISK_FULL",
    sentence,
    ageMs: 0,
  });
}
