import type { DoorResponse } from "@/server/adapters/golem/door";
import type { ServiceError } from "@/server/adapters/llm/service-error";

/** How long to wait when a service does not say. */
const UNSAID_MS = 2_000;
/** Longer than any job runs: what is more is as good as never. */
const LONGEST_MS = 86_400_000;

/**
 * How long a service wants to be left alone, in ms, at most a day. The first that is there decides:
 * `retry-after-ms`, `Retry-After` in seconds, `Retry-After` as an HTTP date (RFC 9110, section 10.2.3),
 * Google's RetryInfo; else two seconds. A date is taken against the answer's own `Date`, so that a clock that is
 * wrong on either side does no harm.
 */
export function waitHintMs(headers: DoorResponse["headers"], error: ServiceError | null): number {
  const field = (wanted: string) => headers.find(([name]) => name === wanted)?.[1].trim() ?? null;
  const waitMs =
    number(field("retry-after-ms"), 1) ??
    number(field("retry-after"), 1_000) ??
    until(field("retry-after"), field("date")) ??
    number(error?.retryDelay?.replace(/s$/, "") ?? null, 1_000) ??
    UNSAID_MS;
  return Math.min(LONGEST_MS, Math.ceil(waitMs));
}

const number = (text: string | null, unitMs: number): number | null =>
  text !== null && /^\d{1,12}(\.\d{1,12})?$/.test(text) ? Number(text) * unitMs : null;

function until(date: string | null, now: string | null): number | null {
  if (date === null || now === null || !date.endsWith("GMT")) return null;
  const waitMs = Date.parse(date) - Date.parse(now);
  return Number.isNaN(waitMs) ? null : Math.max(0, waitMs);
}
