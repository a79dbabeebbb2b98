import { type ErrorCode, isBeaconError } from "@/server/domain/errors";

/** Why something failed: a code of the table, or an error that nobody foresaw. */
export type FailureCode = ErrorCode | "INTERNAL";

/** The code of whatever was thrown. */
export const failureCodeOf = (error: unknown): FailureCode =>
  isBeaconError(error) ? error.code : "INTERNAL";

/** What really became of something the last times that it was tried. Never a flag that somebody set. */
export type Pulse = {
  /** Since when it is watched. */
  readonly since: Date;
  readonly lastGoodAt: Date | null;
  readonly lastBad: { readonly at: Date; readonly code: FailureCode } | null;
};

/** Where the parts of a process write down what became of what they tried. */
export type Pulses = {
  /** Begins to watch; what was watched before goes on. */
  watch(name: string): void;
  good(name: string): void;
  bad(name: string, code: FailureCode): void;
  of(name: string): Pulse | null;
};

/** Pulses of one process, in memory: after a restart nothing has been tried yet. */
export function createPulses(now: () => Date): Pulses {
  const known = new Map<string, Pulse>();
  const change = (name: string, news: Partial<Pulse>) =>
    known.set(name, {
      ...(known.get(name) ?? { since: now(), lastGoodAt: null, lastBad: null }),
      ...news,
    });
  return {
    watch: (name) => change(name, {}),
    good: (name) => change(name, { lastGoodAt: now() }),
    bad: (name, code) => change(name, { lastBad: { at: now(), code } }),
    of: (name) => known.get(name) ?? null,
  };
}
