import { base64 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import type { Policy } from "@/server/domain/log/policy";
import { ed25519Verifier } from "@/server/domain/signature";
import { checkBinding } from "@/server/domain/verify/check-binding";
import { checkBytes } from "@/server/domain/verify/check-bytes";
import { checkCheckpoint } from "@/server/domain/verify/check-checkpoint";
import type { LastSeen } from "@/server/domain/verify/check-consistency";
import { checkInclusion } from "@/server/domain/verify/check-inclusion";
import { checkIntent } from "@/server/domain/verify/check-intent";
import { checkQuorum } from "@/server/domain/verify/check-quorum";
import { checkRunnerKey } from "@/server/domain/verify/check-runner-key";
import { checkSignature } from "@/server/domain/verify/check-signature";
import { refusalIn } from "@/server/domain/verify/finding-of";
import { type Evidence, readEvidence } from "@/server/domain/verify/read-evidence";
import {
  type CheckName,
  type Decided,
  type Finding,
  notApplicable,
  type VerificationReport,
} from "@/server/domain/verify/report";

/** What a reader has at hand to judge one receipt. */
export type VerificationInput = {
  /** The `.tlog-proof` file. */
  readonly receipt: Uint8Array;
  /** The document that the entry stands for; null when it is not at hand. */
  readonly block: Uint8Array | null;
  /** Whom the reader trusts. */
  readonly policy: Policy;
  /** A state of the log that the reader has seen and believed before. */
  readonly lastSeen: LastSeen | null;
  /** The hashes between that state and the receipt's, from the smaller to the larger. */
  readonly consistency: readonly Uint8Array[] | null;
};

/** Without these nothing is shown, whatever else holds: they are never "not applicable". */
type Needed = "receipt-signature" | "leaf-included" | "checkpoint-signature";

/**
 * Judges one receipt. The same function, and so the same report, in a browser, on the server and on
 * the command line. It makes every check, also after one has failed, and throws for no file.
 */
export async function verifyReceipt(input: VerificationInput): Promise<VerificationReport> {
  const { receipt, block, policy, lastSeen, consistency } = input;
  const verifier = await ed25519Verifier();
  const { engine } = verifier;
  const evidence = readOrRefuse(receipt);
  if (evidence instanceof BeaconError) {
    const { code, message: problem } = evidence;
    return { verdict: "unusable", code, problem, checks: [], facts: null, engine };
  }

  const { finding, cosigned } = await checkQuorum(evidence, policy, verifier);
  const findings: { readonly [N in CheckName]: N extends Needed ? Decided : Finding } = {
    "bytes-match-cid": checkBytes(evidence, block),
    "receipt-binds-bytes": await checkBinding(evidence, block),
    "receipt-signature": await checkSignature(evidence, policy, verifier),
    "runner-key-registered": await checkRunnerKey(evidence, policy, verifier),
    "leaf-included": await checkInclusion(evidence),
    "checkpoint-signature": await checkCheckpoint(evidence, policy, verifier),
    "witness-quorum": finding,
    "consistent-with-last-seen": await checkHistory(evidence, lastSeen, consistency),
    "intent-announced": await checkIntent(evidence),
  };
  const { index, entry, checkpoint } = evidence;
  const { origin, size, root } = checkpoint;
  const checks = (Object.entries(findings) as [CheckName, Finding][]).map(([name, finding]) => ({
    name,
    ...finding,
  }));
  return {
    verdict: checks.some(({ outcome }) => outcome === "fails") ? "unsound" : "sound",
    code: null,
    problem: null,
    checks,
    facts: { origin, index, size, root: base64(root), entry, cosigned },
    engine,
  };
}

function readOrRefuse(file: Uint8Array): Evidence | BeaconError {
  try {
    return readEvidence(file);
  } catch (error) {
    return refusalIn(error);
  }
}

/** The part that compares two states of the log comes when there are two. */
async function checkHistory(
  evidence: Evidence,
  lastSeen: LastSeen | null,
  consistency: readonly Uint8Array[] | null,
): Promise<Finding> {
  if (lastSeen === null) return notApplicable("No earlier state of this log was at hand.");
  const { checkConsistency } = await import("@/server/domain/verify/check-consistency");
  return checkConsistency(evidence, lastSeen, consistency);
}
