import { concat } from "@/server/domain/bytes";

/** `status PKIStatusInfo` with nothing but `granted (0)`, in DER. */
const GRANTED = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x00);

/**
 * A time-stamp token as the answer that an authority gave it in: a TimeStampResp (RFC 3161, section
 * 2.4.2) with the status "granted", which is what `.tsr` files hold and `openssl ts -verify -in` reads.
 *
 * @param token a ContentInfo in DER.
 */
export const timeStampReply = (token: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(0x30), derLength(GRANTED.length + token.length), GRANTED, token);

function derLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.of(0x80 + bytes.length, ...bytes);
}
