import type { Cid } from "@/schemas/primitives";
import type { Look } from "@/server/adapters/ipfs/content-store";
import { isBeaconError } from "@/server/domain/errors";

/** What a read of the block `cid` says about it: a failure is an answer here, and so is its absence. */
export async function lookOf(cid: Cid, read: () => Promise<Uint8Array | null>): Promise<Look> {
  try {
    if ((await read()) !== null) return { isAvailable: true };
    return {
      isAvailable: false,
      code: "BLOCK_NOT_FOUND",
      message: `the block ${cid} is not there`,
    };
  } catch (error) {
    if (isBeaconError(error))
      return { isAvailable: false, code: error.code, message: error.message };
    const message = error instanceof Error ? error.message : String(error);
    return { isAvailable: false, code: "CONTENT_STORE_UNAVAILABLE", message };
  }
}
