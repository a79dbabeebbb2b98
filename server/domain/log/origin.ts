import { hex } from "@/server/domain/bytes";
import { sha256 } from "@/server/domain/sha256";

/**
 * The name of a log that nobody has named: `beacon.local/` and 8 hex digits, the first 4 bytes of
 * sha256 over its raw public key. Two installations never share one.
 */
export const defaultOrigin = (publicKey: Uint8Array): string =>
  `beacon.local/${hex(sha256(publicKey).subarray(0, 4))}`;
