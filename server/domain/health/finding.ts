import type { CheckName, HealthCheck, HealthLevel } from "@/schemas/health";
import type { FailureCode } from "@/server/domain/health/pulse";

/** A check without its name: what a judge finds. */
export type Finding = {
  readonly level: HealthLevel;
  readonly code: FailureCode | null;
  readonly sentence: string;
  readonly ageMs: number | null;
};

/** A finding under the name of its check. */
export const named = (name: CheckName, { ageMs, ...finding }: Finding): HealthCheck => ({
  name,
  ...finding,
  ageSeconds: ageMs === null ? null : Math.max(0, Math.round(ageMs / 100) / 10),
});

/** Nothing is wrong. */
export const well = (sentence: string, ageMs: number | null): Finding => ({
  level: "ok",
  code: null,
  sentence,
  ageMs,
});

/** How long ago that was, in milliseconds. */
export const since = (at: Date, now: Date): number => now.getTime() - at.getTime();

/** A time for people: two steps are enough to see whether one must hurry. */
export const lasting = (ms: number): string => {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
};

/** The worst of some levels. */
export const worstOf = (levels: readonly HealthLevel[]): HealthLevel => {
  if (levels.includes("fail")) return "fail";
  return levels.includes("warn") ? "warn" : "ok";
};
