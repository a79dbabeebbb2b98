import type { Checkpoint } from "@/server/domain/log/checkpoint";
import type { VerifierKey } from "@/server/domain/log/verifier-key";

/** What a log asks a witness (C2SP tlog-witness, `add-checkpoint`). */
export type AddCheckpoint = {
  /** The size that the log believes the witness to hold. */
  readonly oldSize: bigint;
  /** A consistency proof from `oldSize`, 32 bytes a hash; empty from 0. */
  readonly proof: readonly Uint8Array[];
  /** The checkpoint as the log signed it: text, blank line, the log's signature line. */
  readonly checkpoint: string;
};

/** What a witness answers. */
export type WitnessAnswer =
  /** One or more signature lines of the witness's own keys, each with its newline. */
  | { readonly kind: "cosigned"; readonly lines: string }
  /** The witness knows another size than `oldSize`: try again from there. */
  | { readonly kind: "stale"; readonly size: bigint };

/**
 * A party that cosigns a log's checkpoints and remembers the largest (C2SP tlog-witness).
 */
export type Witness = {
  /** The name of its first key, as on its signature lines. */
  readonly name: string;
  /** Its keys. What they sign is judged by whoever asks. */
  readonly keys: readonly VerifierKey[];
  /** "local": run by the operator of this portal, so it protects against mistakes, not against the operator. */
  readonly operator: "local" | "independent";
  /**
   * Asks for a cosignature. The witness has persisted the checkpoint before it answers.
   *
   * @param signal ends the asking; what the witness has done by then stays done.
   * @throws BeaconError WITNESS_REFUSED, WITNESS_UNAVAILABLE, LOG_FORKED when the witness holds
   *   another tree of the very size that it was asked to cosign.
   */
  addCheckpoint(request: AddCheckpoint, signal?: AbortSignal): Promise<WitnessAnswer>;
  /**
   * The largest checkpoint of the log `origin` that it has cosigned; null when it has none or does not
   * show it. What is answered was signed by the log.
   *
   * @throws BeaconError WITNESS_REFUSED, WITNESS_UNAVAILABLE
   */
  latest(origin: string, signal?: AbortSignal): Promise<Checkpoint | null>;
};
