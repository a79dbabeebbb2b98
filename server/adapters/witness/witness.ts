/**
 * A party that cosigns a log's checkpoints and remembers the largest (C2SP tlog-witness).
 */
export type Witness = {
  /** Its key's name, as in the policy and on its signature lines. */
  readonly name: string;
  /** Its key in C2SP note format. */
  readonly verifierKey: string;
  /** "local": run by the operator of this portal, so it protects against mistakes, not against the operator. */
  readonly operator: "local" | "independent";
  /**
   * `add-checkpoint`: asks for a cosignature on a signed checkpoint, with a consistency proof from
   * `oldSize`. Persisted by the witness before it answers.
   *
   * @throws BeaconError WITNESS_REFUSED, WITNESS_UNAVAILABLE
   */
  addCheckpoint(request: {
    readonly oldSize: number;
    readonly proof: readonly Uint8Array[];
    /** The checkpoint as the log signed it: text, blank line, the log's signature line. */
    readonly checkpoint: string;
  }): Promise<
    | { readonly kind: "cosigned"; readonly line: string }
    /** The witness knows another size than `oldSize`: try again from there. */
    | { readonly kind: "stale"; readonly size: number }
  >;
};
