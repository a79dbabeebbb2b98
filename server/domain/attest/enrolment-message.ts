import { base64 } from "@/server/domain/bytes";
import { canonicalBytes } from "@/server/domain/digest";

/** Who enrols which key where, and the portal's challenge that makes it now. */
export type Enrolment = {
  /** The log's origin. */
  readonly origin: string;
  /** The account's id. */
  readonly account: string;
  /** Raw, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly challenge: string;
};

/**
 * What a new key signs to show that whoever enrols it holds it: RFC 8785 bytes, which no statement of
 * a log entry is (those begin with `DSSEv1`).
 */
export const enrolmentMessage = ({
  origin,
  account,
  publicKey,
  challenge,
}: Enrolment): Uint8Array =>
  canonicalBytes({
    type: "beacon.enrolment/v1",
    log: origin,
    account,
    public_key: base64(publicKey),
    challenge,
  });
