import type { Fault, ResponseState } from "@/schemas/task";
import type { ChatOutcome, ChatRequest } from "@/server/adapters/llm/model";
import type { BeaconError, ErrorCode } from "@/server/domain/errors";

type Failure = Extract<ChatOutcome, { kind: "failure" }>;
type Way = ChatRequest["way"];
type Rule = {
  readonly state: ResponseState;
  /** Whose fault it is, by the way that was taken. */
  readonly faults: Readonly<Record<Way, Fault>>;
  readonly beforeFirstByte: boolean;
};

const rule = (
  state: ResponseState,
  model: Fault,
  exit: Fault,
  home: Fault,
  beforeFirstByte = false,
): Rule => ({ state, faults: { model, exit, home }, beforeFirstByte });

/**
 * | the door's code          | state         | fault: model server | fault: through an exit | fault: from home | may be asked again |
 * |--------------------------|---------------|---------------------|------------------------|------------------|--------------------|
 * | MODEL_UNREACHABLE        | harness-error | network             | network                | network          | yes                |
 * | EXIT_REFUSED             | harness-error | provider            | provider               | beacon           | no                 |
 * | EXIT_TLS_FAILED, the certificate is out of date or another host's | harness-error | provider | network | service | no    |
 * | EXIT_TLS_FAILED, any other | harness-error | provider          | provider               | service          | no                 |
 * | MODEL_RESPONSE_CUT_SHORT | harness-error | provider            | network                | network          | no                 |
 * | MODEL_RESPONSE_MALFORMED | harness-error | provider            | service                | service          | no                 |
 * | MODEL_RESPONSE_TOO_LARGE | harness-error | model               | service                | service          | no                 |
 * | MODEL_TIMED_OUT          | timed-out     | model               | network                | service          | no                 |
 * | any other                | harness-error | beacon              | beacon                 | beacon           | no                 |
 *
 * Through an exit, silence may be the service's, the exit's or the way's between them: nobody here can
 * tell, so it is blamed on none of the two. The same goes for a certificate that some authority did
 * issue: a service that forgot to renew it shows it, and so does whoever leads to another host.
 */
const RULES: Readonly<Partial<Record<ErrorCode, Rule>>> = {
  MODEL_UNREACHABLE: rule("harness-error", "network", "network", "network", true),
  // No proxy is asked from home.
  EXIT_REFUSED: rule("harness-error", "provider", "provider", "beacon"),
  EXIT_TLS_FAILED: rule("harness-error", "provider", "provider", "service"),
  MODEL_RESPONSE_CUT_SHORT: rule("harness-error", "provider", "network", "network"),
  MODEL_RESPONSE_MALFORMED: rule("harness-error", "provider", "service", "service"),
  MODEL_RESPONSE_TOO_LARGE: rule("harness-error", "model", "service", "service"),
  MODEL_TIMED_OUT: rule("timed-out", "model", "network", "service"),
};
const STALE_CERTIFICATE = rule("harness-error", "provider", "network", "service");
const OURS = rule("harness-error", "beacon", "beacon", "beacon");

/** Node's names for a certificate that is out of date, and for one of another host. */
const STALE_PROBLEMS: ReadonlySet<unknown> = new Set([
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** Codes that say by themselves that the question stayed here: they end it before it is sent. */
const UNSENT: ReadonlySet<ErrorCode> = new Set([
  "SERVICE_INVALID",
  "SERVICE_KEY_MISSING",
  "EXIT_REFUSED",
  "EXIT_TLS_FAILED",
]);

/** What an exchange that came to no answer that is kept closes as, by the table above `RULES`. */
export function failureOf({ code, message, details }: BeaconError, way: Way): Failure {
  const { state, faults, beforeFirstByte } = ruleOf(code, details);
  return {
    kind: "failure",
    state,
    fault: faults[way],
    code,
    message,
    beforeFirstByte,
    wasSent: details.sent !== false && !UNSENT.has(code),
    tryAgainAfterMs: null,
  };
}

const ruleOf = (code: ErrorCode, { problem }: BeaconError["details"]): Rule =>
  code === "EXIT_TLS_FAILED" && STALE_PROBLEMS.has(problem)
    ? STALE_CERTIFICATE
    : (RULES[code] ?? OURS);
