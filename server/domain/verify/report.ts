import type { LogEntry } from "@/schemas/log-entry";
import type { Instant } from "@/schemas/primitives";
import type { ErrorCode } from "@/server/domain/errors";
import { jsonPosition } from "@/server/domain/log/decimal";
import type { Ed25519Verifier } from "@/server/domain/signature";

/** Everything that is asked of a receipt, in the order in which reports show it. */
export const CHECKS = [
  "bytes-match-cid",
  "receipt-binds-bytes",
  "receipt-signature",
  "runner-key-registered",
  "leaf-included",
  "checkpoint-signature",
  "witness-quorum",
  "consistent-with-last-seen",
  "intent-announced",
] as const;
export type CheckName = (typeof CHECKS)[number];

/** What one check found. `reason` is a sentence for a reader who knows no cryptography. */
export type Finding = {
  readonly outcome: "holds" | "fails" | "not-applicable";
  readonly reason: string;
  readonly code?: ErrorCode;
};

/** What a check found that is always made. */
export type Decided = Finding & { readonly outcome: "holds" | "fails" };

/** One row of a report. */
export type Check = Finding & { readonly name: CheckName };

/** A witness whose cosignature was verified. */
export type Cosigned = {
  /** Its key's name. */
  readonly name: string;
  /** The time that it signed. */
  readonly at: Instant;
};

/** What the file says. Believe it as far as the checks hold, and no further. */
export type Facts = {
  readonly origin: string;
  /** At most 2^63 - 1, as is the size. */
  readonly index: bigint;
  /** Leaves in the checkpoint's tree. */
  readonly size: bigint;
  /** The checkpoint's root, base64, as it stands in the file. */
  readonly root: string;
  readonly entry: LogEntry;
  /** Whether the policy's quorum is met, by which of its `of` witnesses. Verified, not merely stated. */
  readonly cosigned: {
    readonly met: boolean;
    readonly by: readonly Cosigned[];
    readonly of: number;
  };
};

/**
 * The answer to one receipt. `sound`: no check fails, and signature, inclusion and checkpoint were
 * checked. `unusable`: the file cannot be read as a receipt, so that nothing was checked; `code`
 * says why, there are no checks and no facts.
 */
export type VerificationReport = {
  readonly verdict: "sound" | "unsound" | "unusable";
  readonly code: ErrorCode | null;
  /** What could not be read, in a few words; null unless unusable. */
  readonly problem: string | null;
  readonly checks: readonly Check[];
  readonly facts: Facts | null;
  /** What checked the signatures. */
  readonly engine: Ed25519Verifier["engine"];
};

/** The report as JSON, indented. Positions are numbers up to 2^53 - 1, and decimal strings above. */
export const reportJson = (report: VerificationReport): string =>
  JSON.stringify(
    report,
    (_, value: unknown) => (typeof value === "bigint" ? jsonPosition(value) : value),
    2,
  );

/** The check was made and its claim is true. */
export const holds = (reason: string): Decided => ({ outcome: "holds", reason });

/** The check was made and its claim is false, or there was nothing to show that it is true. */
export const fails = (reason: string, code?: ErrorCode): Decided => ({
  outcome: "fails",
  reason,
  ...(code && { code }),
});

/** There was nothing to check. */
export const notApplicable = (reason: string): Finding => ({ outcome: "not-applicable", reason });
