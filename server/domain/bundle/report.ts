import type { ErrorCode } from "@/server/domain/errors";
import type { Ed25519Verifier } from "@/server/domain/signature";
import type { VerificationReport } from "@/server/domain/verify/report";

/** Something about a bundle that does not hold, in a sentence for a reader who knows no cryptography. */
export type BundleProblem = {
  /** `fails`: it is not as it should be. `missing`: the bundle itself says that it has not got it. */
  readonly kind: "fails" | "missing";
  /** The file that it is about; null when it is about none that is there. */
  readonly file: string | null;
  readonly sentence: string;
  readonly code: ErrorCode | null;
};

/** One receipt of a bundle, judged. */
export type BundleReceipt = {
  readonly file: string;
  readonly task: string | null;
  readonly report: VerificationReport;
};

/** What the bundle is about. Believe it as far as nothing fails. */
export type BundleFacts = {
  readonly job: string;
  /** As the spec names the job; null when the spec could not be read. */
  readonly title: string | null;
  readonly simulated: boolean;
  readonly origin: string;
  /** Leaves in the checkpoint's tree. */
  readonly size: bigint;
  /** Tasks that the intent announced, and how the sound receipts close them. Null: no sound intent. */
  readonly tasks: {
    readonly announced: number;
    readonly results: number;
    readonly failures: number;
    readonly withdrawals: number;
    readonly open: number;
  } | null;
};

/**
 * The answer to one bundle. `sound`: nothing fails and nothing is missing. `incomplete`: nothing fails,
 * and bytes are missing that the bundle itself says it has not got. `unusable`: the files cannot be read
 * as a bundle, so that no receipt was judged; `code` and `trouble` say why.
 */
export type BundleReport = {
  readonly verdict: "sound" | "incomplete" | "unsound" | "unusable";
  readonly code: ErrorCode | null;
  readonly trouble: string | null;
  readonly problems: readonly BundleProblem[];
  readonly receipts: readonly BundleReceipt[];
  readonly facts: BundleFacts | null;
  /** Whose policy was used. A bundle's own shows that its files fit together, and nothing more. */
  readonly policy: "reader" | "bundle";
  /** What was not checked here, in sentences. */
  readonly notes: readonly string[];
  readonly files: number;
  /** What checked the signatures. */
  readonly engine: Ed25519Verifier["engine"];
};

/** Something that fails. */
export const problem = (
  file: string | null,
  sentence: string,
  code: ErrorCode | null = null,
): BundleProblem => ({ kind: "fails", file, sentence, code });
