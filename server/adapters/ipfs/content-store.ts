import type { Cid } from "@/schemas/primitives";

/** Keeps raw blocks by their CID. What it gives back always hashes to the CID that was asked for. */
export type ContentStore = {
  /** Durable when it resolves; putting the same bytes again changes nothing. @throws BeaconError BLOCK_TOO_LARGE */
  put(bytes: Uint8Array): Promise<Cid>;
  /** Null: not here. @throws BeaconError BLOCK_CID_MISMATCH when the stored bytes have rotted. */
  get(cid: Cid): Promise<Uint8Array | null>;
};
