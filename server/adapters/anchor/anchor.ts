import type { AnchorKind } from "@/schemas/anchor";

/** What a proof shows about a digest. */
export type AnchorJudgement = {
  /** "pending": somebody has promised a proof, and there is none yet. */
  readonly status: "final" | "pending";
  /** When the service says that the digest existed; null where the proof itself does not say it. */
  readonly attestedAt: Date | null;
  /** One plain sentence or two: who says what, and what is not known. */
  readonly detail: string;
};

/** A judgement with its evidence: a time-stamp token in DER, or an `.ots` file. */
export type AnchorProof = AnchorJudgement & { readonly proof: Uint8Array };

/**
 * Somebody outside who vouches that a digest existed at a time.
 *
 * The digest is always `stampedDigest` of a published checkpoint: sha256 over the text of its note, the
 * three lines origin, size and root with their final newline, without the signatures.
 *
 * Nothing is answered that was not verified first, as far as it can be verified offline.
 */
export type Anchor = {
  readonly kind: AnchorKind;
  /** The URL that is asked. No other is. */
  readonly service: string;
  /** Asks for a proof over `digest`. @throws BeaconError ANCHOR_UNAVAILABLE, ANCHOR_INVALID */
  request(digest: Uint8Array, signal: AbortSignal): Promise<AnchorProof>;
  /**
   * Asks for what has been added to a pending proof over `digest` since. A final one comes back as it
   * is, and nobody is asked.
   *
   * @throws BeaconError ANCHOR_UNAVAILABLE, ANCHOR_INVALID
   */
  upgrade(proof: Uint8Array, digest: Uint8Array, signal: AbortSignal): Promise<AnchorProof>;
  /** Judges a proof offline. @throws BeaconError ANCHOR_INVALID */
  verify(proof: Uint8Array, digest: Uint8Array): Promise<AnchorJudgement>;
};
