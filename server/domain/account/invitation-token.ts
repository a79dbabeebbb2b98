import { base64, concat, utf8 } from "@/server/domain/bytes";
import { sha256 } from "@/server/domain/sha256";

/** The secret of an invitation's link: 32 bytes that the caller drew at random, in base64url without padding. */
export const invitationTokenFrom = (first16: Uint8Array, last16: Uint8Array): string =>
  base64(concat(first16, last16)).replaceAll("+", "-").replaceAll("/", "_").replace("=", "");

/** What is kept of it. A secret of 256 bits needs no slow hash. */
export const invitationTokenHash = (token: string): Uint8Array => sha256(utf8(token));
