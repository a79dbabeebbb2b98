import type { Memory } from "@/components/verify/last-seen";

/** The world as a verification sees it: what can be fetched, what this browser remembers, what time it is. */
export type VerificationWorld = {
  /** The bytes at a path of this portal. @throws when they cannot be had. */
  readonly fetchBytes: (path: string) => Promise<Uint8Array>;
  /**
   * Hashes, base64, between two sizes of the log; null: it says that it has none. @throws when it
   * cannot be asked.
   */
  readonly fetchConsistency: (from: number, to: number) => Promise<readonly string[] | null>;
  readonly memory: Memory;
  readonly now: () => Date;
};
