import type { DoorResponse } from "@/server/adapters/golem/door";
import { type ReadAnswer, unread } from "@/server/adapters/llm/read-answer";
import { readServiceError, type ServiceError } from "@/server/adapters/llm/service-error";
import { waitHintMs } from "@/server/adapters/llm/wait-hint";

/** What a status that is not 2xx means, and how long to wait where the question was not taken. */
export type ReadRefusedRequest = ReadAnswer & { readonly tryAgainAfterMs: number | null };

/** A host's filter stopped the question before a model saw it. */
const FILTERED: ReadonlySet<string> = new Set([
  "content_filter",
  "content_policy_violation",
  "invalid_prompt",
  "ResponsibleAIPolicyViolation",
]);
/** 400s of Google's that are about the key. */
const KEY_REASONS: ReadonlySet<string> = new Set(["API_KEY_INVALID", "API_KEY_EXPIRED"]);
/** 429s that no waiting ends: the account has no money, or no more of this month's. */
const OUT_OF_MONEY: ReadonlySet<string> = new Set([
  "insufficient_quota",
  "billing_hard_limit_reached",
  "enforced_spend_limit_reached",
]);
const BUSY: ReadonlySet<number> = new Set([429, 503, 529]);
/** How services say that a key is wrong: they quote parts of it, with statuses of all sorts. */
const WRONG_KEY = /incorrect api key|invalid api key|api key not valid/i;
/** Only so much of a page of an edge is looked at. */
const EDGE_PAGE_BYTES = 16_384;

/**
 * Reads an answer whose status is not 2xx, of any dialect: gateways pass on what the service behind
 * them said. The first row that fits decides:
 *
 * | status        | body                                                         | state         | code                  |
 * |---------------|--------------------------------------------------------------|---------------|-----------------------|
 * | 451           | any                                                          | geoblocked    |                       |
 * | any           | `unsupported_country_region_territory` (OpenAI)              | geoblocked    |                       |
 * | 400, 403      | `FAILED_PRECONDITION`, "User location is not supported" (Google) | geoblocked |                      |
 * | 403           | `forbidden`, "Request not allowed" (Anthropic's edge)        | geoblocked    |                       |
 * | 403           | Cloudflare's error 1009, country banned                      | geoblocked    |                       |
 * | 400, 403      | `content_filter`, `ResponsibleAIPolicyViolation` (Azure), `content_policy_violation`, `invalid_prompt` (OpenAI), moderation reasons (OpenRouter) | host-filtered | |
 * | 401           | any                                                          | harness-error | SERVICE_KEY_REFUSED   |
 * | 400           | `API_KEY_INVALID`, `API_KEY_EXPIRED` (Google)                | harness-error | SERVICE_KEY_REFUSED   |
 * | 403           | any other error in a service's form                          | harness-error | SERVICE_KEY_REFUSED   |
 * | 429           | `insufficient_quota` and the like; a quota of a day (Google) | harness-error | MODEL_RATE_LIMITED, final |
 * | 429, 503, 529 | any                                                          | harness-error | MODEL_RATE_LIMITED, to be asked again |
 * | any other     | any                                                          | harness-error | MODEL_REFUSED_REQUEST |
 *
 * Anthropic does not document how it turns countries away; that its edge says so in these words is
 * what people in such countries report. A 403 that is in no service's form (a page of an edge that
 * takes an exit for a robot) is no word on a key.
 *
 * Sources: the error pages of the vendors' API documentation.
 */
export function readRefusedRequest({ status, headers, body }: DoorResponse): ReadRefusedRequest {
  const error = readServiceError(body);
  const final = (answer: ReadAnswer) => ({ ...answer, tryAgainAfterMs: null });
  if (isGeoblock(status, error, body)) return final(unread("geoblocked", null));
  if (isFiltered(status, error)) return final(unread("host-filtered", null));
  if (isAboutKey(status, error)) return final(unread("harness-error", "SERVICE_KEY_REFUSED"));
  if (!BUSY.has(status)) return final(unread("harness-error", "MODEL_REFUSED_REQUEST"));
  const limited = unread("harness-error", "MODEL_RATE_LIMITED");
  return error !== null && (error.isDailyQuota || has(error, OUT_OF_MONEY))
    ? final(limited)
    : { ...limited, tryAgainAfterMs: waitHintMs(headers, error) };
}

/**
 * Whether an answer is about the installation's account rather than the question: a 429, whatever its
 * form, an answer that is read as SERVICE_KEY_REFUSED, and any other 4xx that calls the key wrong. OpenAI
 * names the organization in them, Google the number of the project.
 */
export function isAboutAccount({ status, body }: DoorResponse, { code }: ReadAnswer): boolean {
  if (status < 400 || status > 499) return false;
  if (status === 429 || code === "SERVICE_KEY_REFUSED") return true;
  const message = readServiceError(body)?.message ?? "";
  return WRONG_KEY.test(message) || WRONG_KEY.test(new TextDecoder("latin1").decode(body));
}

const has = (error: ServiceError, codes: ReadonlySet<string>): boolean =>
  error.codes.some((code) => codes.has(code));

function isGeoblock(status: number, error: ServiceError | null, body: Uint8Array): boolean {
  if (status === 451) return true;
  if (error?.codes.includes("unsupported_country_region_territory")) return true;
  if (status !== 400 && status !== 403) return false;
  if (
    error?.codes.includes("FAILED_PRECONDITION") &&
    /user location is not supported/i.test(error.message)
  )
    return true;
  if (status !== 403) return false;
  if (error !== null)
    return error.codes.includes("forbidden") && /^request not allowed/i.test(error.message);
  const page = new TextDecoder("latin1").decode(body.subarray(0, EDGE_PAGE_BYTES));
  return /\berror(?: code)?:?\s*1009\b/i.test(page.replace(/<[^<>]*>/g, " "));
}

const isFiltered = (status: number, error: ServiceError | null): boolean =>
  (status === 400 || status === 403) && error !== null && (error.isFlagged || has(error, FILTERED));

const isAboutKey = (status: number, error: ServiceError | null): boolean =>
  status === 401 ||
  (status === 403 && error !== null) ||
  (status === 400 && error !== null && has(error, KEY_REASONS));
