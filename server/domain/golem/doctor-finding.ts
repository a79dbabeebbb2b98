import type { ErrorCode } from "@/server/domain/errors";

/** What `beacon golem doctor` looks at, in this order. */
export type DoctorStep =
  | "configuration"
  | "yagna"
  | "key"
  | "payment"
  | "funds"
  | "network"
  | "relay"
  | "echoes"
  | "images"
  | "databases"
  | "offers"
  | "rental";

/** What can be found besides the ways in which renting fails, which keep their own codes. */
export type DoctorCode =
  | "OK"
  | "NOT_CHECKED"
  | "VARIABLE_MISSING"
  | "VARIABLE_INVALID"
  | "ECHOES_TOO_FEW"
  | "YAGNA_UNREACHABLE"
  | "YAGNA_TOO_OLD"
  | "YAGNA_KEY_REFUSED"
  | "PAYMENT_NOT_INITIALISED"
  | "PAYMENT_TROUBLE"
  | "FUNDS_MISSING"
  | "ALLOCATION_KEPT"
  | "NET_DISCONNECTED"
  | "RELAY_UNREACHABLE"
  | "ECHO_UNREACHABLE"
  | "ECHO_TLS_FAILED"
  | "ECHO_MALFORMED"
  | "ECHOES_WITHOUT_TLS"
  | "IMAGE_UNREACHABLE"
  | "IMAGE_HASH_WRONG"
  | "IMAGE_HASH_UNCHECKED"
  | "DATABASE_UNREADABLE"
  | "DATABASE_OLD"
  | "OFFERS_NONE"
  | "OFFERS_OVERPRICED"
  | "OFFERS_PLACELESS"
  | "EXIT_NOT_VERIFIED";

/**
 * One thing that was looked at. `warn`: renting works, with less than it could have. `missing`: renting
 * does not work before it is mended. `unchecked`: what it needs was missing itself.
 */
export type Finding = {
  readonly step: DoctorStep;
  readonly state: "ok" | "warn" | "missing" | "unchecked";
  readonly code: DoctorCode | ErrorCode;
  /** What is so, and what to do about it. */
  readonly sentence: string;
};

type Code = Finding["code"];

/** Nothing to do. */
export const fine = (step: DoctorStep, sentence: string): Finding => ({
  step,
  state: "ok",
  code: "OK",
  sentence,
});

/** It works, with less than it could have. */
export const weak = (step: DoctorStep, code: Code, sentence: string): Finding => ({
  step,
  state: "warn",
  code,
  sentence,
});

/** It does not work before this is mended. */
export const lacking = (step: DoctorStep, code: Code, sentence: string): Finding => ({
  step,
  state: "missing",
  code,
  sentence,
});

/** It was not looked at, and why. */
export const skipped = (step: DoctorStep, why: string): Finding => ({
  step,
  state: "unchecked",
  code: "NOT_CHECKED",
  sentence: `Not checked: ${why}.`,
});
