import { z } from "zod";
import { firstOf, label, parsed } from "@/server/adapters/llm/read-answer";

/** What an error body of any of the services says, as far as rules look at it. Null: not said. */
export type ServiceError = {
  /** OpenAI's `code`, Google's `status`. */
  readonly codes: readonly string[];
  readonly message: string;
  /** Google's RetryInfo: `13.5s`. */
  readonly retryDelay: string | null;
  /** Google's QuotaFailure names the quota of a day. */
  readonly isDailyQuota: boolean;
  /** OpenRouter's moderation says why the question was flagged. */
  readonly isFlagged: boolean;
};

/** How many items of an error's lists are looked at. */
const MAX_DETAILS = 20;

const code = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(null);

const Detail = z
  .object({
    reason: label,
    retryDelay: label,
    violations: firstOf(MAX_DETAILS, z.object({ quotaId: label }))
      .nullish()
      .catch(null),
  })
  .catch({ reason: null, retryDelay: null, violations: null });

const ErrorBody = z.object({
  code,
  type: label,
  status: label,
  message: label,
  /** Azure: `ResponsibleAIPolicyViolation`. */
  innererror: z.object({ code }).nullish().catch(null),
  /** Google: a list. Anthropic: one object with an `error_code`. */
  details: z
    .union([firstOf(MAX_DETAILS, Detail), z.object({ error_code: label })])
    .nullish()
    .catch(null),
  /** OpenRouter. */
  metadata: z
    .object({ reasons: firstOf(MAX_DETAILS, z.unknown()).nullish().catch(null) })
    .nullish()
    .catch(null),
});

const Enveloped = z.object({ error: ErrorBody });
/** Google's OpenAI-compatible endpoint wraps its error in a list; OpenAI's edge sends it bare. */
const Forms = z.union([
  Enveloped.transform(({ error }) => error),
  // Two are looked at, to tell that there is one.
  firstOf(2, Enveloped, 1).transform(([first, second]) =>
    second === undefined ? (first?.error ?? null) : null,
  ),
  ErrorBody.extend({ message: z.string() }),
]);

/** Reads an error body of OpenAI, Anthropic, Google, Azure or OpenRouter; null: it is none of these. */
export function readServiceError(body: Uint8Array): ServiceError | null {
  const error = parsed(Forms, body);
  if (error === null) return null;
  const details = Array.isArray(error.details) ? error.details : [];
  const spendLimit = Array.isArray(error.details) ? null : error.details?.error_code;
  const codes = [
    error.code,
    error.type,
    error.status,
    error.innererror?.code,
    spendLimit,
    ...details.map(({ reason }) => reason),
  ];
  return {
    codes: codes.filter((found) => found != null),
    message: error.message ?? "",
    retryDelay: details.find(({ retryDelay }) => retryDelay != null)?.retryDelay ?? null,
    isDailyQuota: details.some(({ violations }) =>
      violations?.some(({ quotaId }) => quotaId?.includes("PerDay") ?? false),
    ),
    isFlagged: (error.metadata?.reasons?.length ?? 0) > 0,
  };
}
