import { X509Certificate } from "node:crypto";
import { BitString } from "asn1js";
import { BasicConstraints, ExtKeyUsage, Certificate as ParsedCertificate } from "pkijs";
import {
  BASIC_CONSTRAINTS,
  CERTIFICATE_POLICIES,
  EXTENDED_KEY_USAGE,
  KEY_USAGE,
  TIME_STAMPING,
} from "@/server/adapters/anchor/object-identifiers";
import { equalBytes } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";

/** One X.509 certificate: its bytes as they came, and two readings of them. */
export type Certificate = {
  readonly der: Uint8Array;
  readonly parsed: ParsedCertificate;
  readonly x509: X509Certificate;
};

/** @throws BeaconError ANCHOR_INVALID */
export function readCertificate(der: Uint8Array): Certificate {
  try {
    return { der, parsed: ParsedCertificate.fromBER(der.slice()), x509: new X509Certificate(der) };
  } catch (cause) {
    throw new BeaconError("ANCHOR_INVALID", "a certificate cannot be read", { cause });
  }
}

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM file, at least one. @throws BeaconError CONFIG_INVALID */
export function readCertificates(pem: string): readonly Certificate[] {
  const blocks = pem.match(PEM) ?? [];
  if (blocks.length === 0)
    throw new BeaconError("CONFIG_INVALID", "There is no PEM certificate to trust in it.");
  return blocks.map((block) => {
    const base64 = block.replaceAll(/-----[A-Z ]+-----|\s/g, "");
    try {
      return readCertificate(Uint8Array.from(Buffer.from(base64, "base64")));
    } catch (cause) {
      throw new BeaconError("CONFIG_INVALID", "A certificate to trust cannot be read.", { cause });
    }
  });
}

/** Whose certificate it is, in one line. */
export const subjectOf = ({ x509 }: Certificate): string => x509.subject.split("\n").join(", ");

/** Whether its issuer and its number, each in DER, are these. */
export function isNamed(
  { parsed }: Certificate,
  { issuer, serialNumber }: { readonly issuer: Uint8Array; readonly serialNumber: Uint8Array },
): boolean {
  const own = [parsed.issuer.valueBeforeDecode, parsed.serialNumber.toBER(false)];
  return [issuer, serialNumber].every((bytes, place) =>
    equalBytes(bytes, new Uint8Array(own[place] ?? new ArrayBuffer(0))),
  );
}

/** Whether `at` lies within the certificate's time, both ends included. */
export const isValidAt = ({ parsed }: Certificate, at: Date): boolean =>
  parsed.notBefore.value <= at && at <= parsed.notAfter.value;

const extensionsOf = ({ parsed }: Certificate, id: string) =>
  (parsed.extensions ?? []).filter(({ extnID }) => extnID === id);

/**
 * Whether its key may sign time stamps and nothing else (RFC 3161, section 2.3): one extended key usage,
 * critical, with that purpose alone, and a key usage, where there is one, that lets it sign.
 */
export function isForTimeStamping(certificate: Certificate): boolean {
  const [purpose, ...more] = extensionsOf(certificate, EXTENDED_KEY_USAGE);
  if (purpose?.critical !== true || more.length > 0) return false;
  const { parsedValue } = purpose;
  if (!(parsedValue instanceof ExtKeyUsage)) return false;
  const { keyPurposes } = parsedValue;
  return keyPurposes.length === 1 && keyPurposes[0] === TIME_STAMPING && maySign(certificate);
}

/** digitalSignature (0) and nonRepudiation (1), the highest bits of the first byte (RFC 5280, section 4.2.1.3). */
const SIGNING_BITS = 0xc0;

function maySign(certificate: Certificate): boolean {
  const [usage] = extensionsOf(certificate, KEY_USAGE);
  if (usage === undefined) return true;
  const bits: unknown = usage.parsedValue;
  return bits instanceof BitString && ((bits.valueBlock.valueHexView[0] ?? 0) & SIGNING_BITS) !== 0;
}

/** What a critical extension may be: anything else could forbid what we would allow. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  KEY_USAGE,
  BASIC_CONSTRAINTS,
  CERTIFICATE_POLICIES,
  EXTENDED_KEY_USAGE,
]);

const isUnderstood = ({ parsed }: Certificate): boolean =>
  (parsed.extensions ?? []).every(({ critical, extnID }) => !critical || UNDERSTOOD.has(extnID));

/** How many authorities may stand below this one; Infinity where it does not say. */
function pathLengthOf(certificate: Certificate): number {
  const [constraints] = extensionsOf(certificate, BASIC_CONSTRAINTS);
  const value: unknown = constraints?.parsedValue;
  const limit = value instanceof BasicConstraints ? value.pathLenConstraint : undefined;
  return typeof limit === "number" ? limit : Number.POSITIVE_INFINITY;
}

/** No authority has a longer chain than this above a time stamp. */
const MAX_CHAIN = 8;

/**
 * The shortest chain from `leaf` to one of `trusted`, every certificate in it valid at `at`; null: there
 * is none.
 *
 * Signatures, names and the right to issue are OpenSSL's judgement, by way of Node. pkijs's own engine is
 * not asked: it follows two authorities that certify each other round and round for ever. Here each
 * certificate is looked at once. Revocation is not looked up: that would ask somebody, and a token
 * outlives the lists.
 *
 * @param others certificates that came along and prove nothing by themselves.
 */
export function chainTo(
  trusted: readonly Certificate[],
  leaf: Certificate,
  others: readonly Certificate[],
  at: Date,
): readonly Certificate[] | null {
  const unseen = new Set([...trusted, ...others].filter((one) => one !== leaf));
  const chains: (readonly [Certificate, ...Certificate[]])[] = [[leaf]];
  for (const chain of chains) {
    const [last, ...below] = chain;
    if (!isValidAt(last, at) || !isUnderstood(last)) continue;
    if (trusted.some(({ der }) => equalBytes(der, last.der))) return chain.toReversed();
    if (chain.length === MAX_CHAIN) continue;
    for (const issuer of unseen) {
      if (!mayIssue(issuer, last, below.length)) continue;
      unseen.delete(issuer);
      chains.push([issuer, ...chain]);
    }
  }
  return null;
}

/** Whether `issuer` issued `subject`, below which stand so many other certificates, and may do so. */
const mayIssue = (issuer: Certificate, subject: Certificate, below: number): boolean =>
  issuer.x509.ca &&
  below <= pathLengthOf(issuer) &&
  subject.x509.checkIssued(issuer.x509) &&
  subject.x509.verify(issuer.x509.publicKey);
