import type { Fault, ResponseState } from "@/schemas/task";
import type { ChatOutcome } from "@/server/adapters/llm/model";
import type { BeaconError, ErrorCode } from "@/server/domain/errors";

type Failure = Extract<ChatOutcome, { kind: "failure" }>;
type Rule = {
  readonly state: ResponseState;
  /** Whose fault it is when a model server in a provider's machine was asked, and when a service was. */
  readonly model: Fault;
  readonly service: Fault;
  readonly beforeFirstByte: boolean;
};

const rule = (
  state: ResponseState,
  model: Fault,
  service: Fault,
  beforeFirstByte = false,
): Rule => ({ state, model, service, beforeFirstByte });

/**
 * | the door's code          | state         | fault: model server | fault: service | may be asked again |
 * |--------------------------|---------------|---------------------|----------------|--------------------|
 * | MODEL_UNREACHABLE        | harness-error | network             | network        | yes                |
 * | EXIT_REFUSED             | harness-error | provider            | provider       | no                 |
 * | EXIT_TLS_FAILED          | harness-error | provider            | provider       | no                 |
 * | MODEL_RESPONSE_CUT_SHORT | harness-error | provider            | network        | no                 |
 * | MODEL_RESPONSE_MALFORMED | harness-error | provider            | service        | no                 |
 * | MODEL_RESPONSE_TOO_LARGE | harness-error | model               | service        | no                 |
 * | MODEL_TIMED_OUT          | timed-out     | model               | service        | no                 |
 * | any other                | harness-error | beacon              | beacon         | no                 |
 */
const RULES: Readonly<Partial<Record<ErrorCode, Rule>>> = {
  MODEL_UNREACHABLE: rule("harness-error", "network", "network", true),
  EXIT_REFUSED: rule("harness-error", "provider", "provider"),
  EXIT_TLS_FAILED: rule("harness-error", "provider", "provider"),
  MODEL_RESPONSE_CUT_SHORT: rule("harness-error", "provider", "network"),
  MODEL_RESPONSE_MALFORMED: rule("harness-error", "provider", "service"),
  MODEL_RESPONSE_TOO_LARGE: rule("harness-error", "model", "service"),
  MODEL_TIMED_OUT: rule("timed-out", "model", "service"),
};
const OURS = rule("harness-error", "beacon", "beacon");

/** What an exchange that came to no whole answer closes as, by the table above `RULES`. */
export function failureOf({ code, message }: BeaconError, asked: "model" | "service"): Failure {
  const { state, beforeFirstByte, ...faults } = RULES[code] ?? OURS;
  return { kind: "failure", state, fault: faults[asked], code, message, beforeFirstByte };
}
