import type { Cid } from "@/schemas/primitives";
import type { ErrorCode } from "@/server/domain/errors";

/**
 * What a look for a block found: the right bytes, kept for good; or why not. `code`: BLOCK_NOT_FOUND,
 * BLOCK_CID_MISMATCH, CONTENT_STORE_UNAVAILABLE or CONTENT_STORE_REFUSED.
 */
export type Look =
  | { readonly isAvailable: true }
  | { readonly isAvailable: false; readonly code: ErrorCode; readonly message: string };

/** Keeps raw blocks by their CID. What it gives back always hashes to the CID that was asked for. */
export type ContentStore = {
  /** How logs and pages call it: `disk`, or a host and port. Never holds a password. */
  readonly name: string;
  /**
   * Durable and pinned when it resolves; putting the same bytes again changes nothing.
   *
   * @throws BeaconError BLOCK_TOO_LARGE before anything is sent or written,
   *   CONTENT_STORE_UNAVAILABLE, CONTENT_STORE_REFUSED
   */
  put(bytes: Uint8Array): Promise<Cid>;
  /**
   * Null: not here. A store that is itself a node of a network does not look elsewhere.
   *
   * @throws BeaconError BLOCK_CID_MISMATCH when the stored bytes have rotted,
   *   CONTENT_STORE_UNAVAILABLE, CONTENT_STORE_REFUSED
   */
  get(cid: Cid): Promise<Uint8Array | null>;
  /**
   * Keeps the block for good, whoever tidies up. False: not here.
   *
   * @throws BeaconError CONTENT_STORE_UNAVAILABLE, CONTENT_STORE_REFUSED
   */
  pin(cid: Cid): Promise<boolean>;
  /**
   * The CIDs of all pinned raw blocks, one after the other, in no order.
   *
   * @throws BeaconError CONTENT_STORE_UNAVAILABLE, CONTENT_STORE_REFUSED
   */
  list(): AsyncIterable<Cid>;
  /**
   * Reads the block and hashes it. Never throws: what goes wrong is the answer.
   *
   * @param signal ends the look; the answer is CONTENT_STORE_UNAVAILABLE then.
   */
  probe(cid: Cid, signal: AbortSignal): Promise<Look>;
};
