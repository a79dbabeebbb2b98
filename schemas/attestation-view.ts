import type { AttestationReason, AttestationVerdict, ReviewCheck } from "@/schemas/attestation";
import type { RevocationEntry } from "@/schemas/log-entry";
import type { AttestationId, Cid, ComparisonId, Instant, JobId, KeyId } from "@/schemas/primitives";

/** What an attester is asked to judge: one published comparison, by its place and its very bytes. */
export type ReviewSubject = {
  /** The log's origin. */
  readonly log: string;
  readonly job: JobId;
  /** Where the log announced the job. */
  readonly intent: number;
  readonly simulated: boolean;
  readonly comparison: ComparisonId;
  readonly comparisonCid: Cid;
  /** Where the comparison's entry stands. */
  readonly comparisonIndex: number;
};

/** A comparison with the checklist that Beacon works out for its reviewer, `receipt-verifies` left to them. */
export type ReviewView = {
  readonly subject: ReviewSubject;
  /** The job's title: its author's text. */
  readonly title: string;
  readonly checks: readonly ReviewCheck[];
};

/** One attester's report about a comparison. */
export type AttestationView = {
  readonly id: AttestationId;
  readonly job: JobId;
  readonly jobTitle: string;
  readonly comparison: ComparisonId;
  readonly key: KeyId;
  /** As the log registered the key. */
  readonly organisation: string;
  readonly verdict: AttestationVerdict;
  readonly reasons: readonly AttestationReason[];
  /** The attester's own words. */
  readonly statement: string;
  /** What ties them to a party, in their own words; null: nothing, they say. */
  readonly interest: string | null;
  readonly checklist: readonly ReviewCheck[];
  readonly signedAt: Instant;
  readonly cid: Cid;
  /** Where its entry stands; null: no published checkpoint includes it yet. */
  readonly leafIndex: number | null;
  /** Whether the same key signed a later report about the same comparison. */
  readonly isSuperseded: boolean;
  /** When the key's revocation was filed; what it had signed before stays valid. */
  readonly keyRevokedAt: Instant | null;
  /** Why, as the published log says; null: it says nothing (yet). As "compromised", none of its reports is counted. */
  readonly keyRevokedAs: RevocationEntry["reason"] | null;
  readonly isSimulated: boolean;
};

/** How many organisations say what. Each counts once, whatever the number of its keys and reports. */
export type AttestationTally = {
  readonly confirm: number;
  readonly contest: number;
  readonly inconclusive: number;
  /** By name, in alphabetical order. */
  readonly organisations: readonly {
    readonly name: string;
    readonly verdict: AttestationVerdict;
    /** Whether its keys disagree: it then counts as inconclusive. */
    readonly isDivided: boolean;
  }[];
};

/** A key that an attester signs reports with. */
export type AttesterKeyView = {
  readonly key: KeyId;
  /** Where the key lives, in its owner's words. */
  readonly label: string;
  /** As it was registered in the log. */
  readonly organisation: string;
  readonly createdAt: Instant;
  /** Where the log registered it; null: it waits for the log, and signs nothing that counts until then. */
  readonly registrationIndex: number | null;
  /** When its revocation was filed. */
  readonly revokedAt: Instant | null;
};
