import { randomBytes, webcrypto } from "node:crypto";
import { BitString, Integer, OctetString, PrintableString } from "asn1js";
import {
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  Extension,
  ExtKeyUsage,
  GeneralName,
  GeneralNames,
} from "pkijs";

/** How long the certificates hold. The network is started anew far more often. */
const VALID_MS = 30 * 86_400_000;

/** X.509 object identifiers (RFC 5280, section 4.2.1). */
const COMMON_NAME = "2.5.4.3";
const BASIC_CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const SUBJECT_ALT_NAME = "2.5.29.17";
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

/** Bits of the key usage extension, the first byte. */
const DIGITAL_SIGNATURE = 0x80;
const KEY_CERT_SIGN = 0x04;

/** Kinds of a general name (RFC 5280, section 4.2.1.6). */
const DNS_NAME = 2;
const IP_ADDRESS = 7;

const ECDSA = { name: "ECDSA", namedCurve: "P-256" };

/** A server's key and certificate, and the authority that vouches for it, all in PEM. */
export type ServerIdentity = {
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
};

/** Makes a certificate authority that is forgotten at once, and one certificate of it for this host's own names. */
export async function makeServerIdentity(now: Date): Promise<ServerIdentity> {
  const caName = "Beacon loopback authority (simulated)";
  const caKeys = await newKeys();
  const serverKeys = await newKeys();
  const signed = async (name: string, key: CryptoKey, extensions: readonly Extension[]) => {
    const certificate = unsigned(name, caName, now, extensions);
    await certificate.subjectPublicKeyInfo.importKey(key);
    await certificate.sign(caKeys.privateKey, "SHA-256");
    return pem("CERTIFICATE", certificate.toSchema(true).toBER(false));
  };
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", serverKeys.privateKey);
  return {
    caPem: await signed(caName, caKeys.publicKey, authorityExtensions()),
    certPem: await signed("127.0.0.1", serverKeys.publicKey, serverExtensions()),
    keyPem: pem("PRIVATE KEY", pkcs8),
  };
}

const newKeys = () => webcrypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);

function unsigned(
  subject: string,
  issuer: string,
  now: Date,
  extensions: readonly Extension[],
): Certificate {
  const certificate = new Certificate({ version: 2 });
  // A serial number is positive: its highest bit is not set.
  const serial = Uint8Array.from(randomBytes(16), (byte, place) => (place === 0 ? 1 : byte));
  certificate.serialNumber = new Integer({ valueHex: serial.buffer });
  certificate.subject.typesAndValues.push(named(subject));
  certificate.issuer.typesAndValues.push(named(issuer));
  certificate.notBefore.value = new Date(now.getTime() - 3_600_000);
  certificate.notAfter.value = new Date(now.getTime() + VALID_MS);
  certificate.extensions = [...extensions];
  return certificate;
}

const named = (name: string) =>
  new AttributeTypeAndValue({ type: COMMON_NAME, value: new PrintableString({ value: name }) });

const authorityExtensions = (): readonly Extension[] => [
  extension(BASIC_CONSTRAINTS, new BasicConstraints({ cA: true }).toSchema().toBER(false)),
  keyUsage(KEY_CERT_SIGN),
];

function serverExtensions(): readonly Extension[] {
  const names = new GeneralNames({
    names: [
      new GeneralName({ type: DNS_NAME, value: "localhost" }),
      new GeneralName({
        type: IP_ADDRESS,
        value: new OctetString({ valueHex: Uint8Array.of(127, 0, 0, 1).buffer }),
      }),
    ],
  });
  const purposes = new ExtKeyUsage({ keyPurposes: [SERVER_AUTH] });
  return [
    extension(BASIC_CONSTRAINTS, new BasicConstraints({ cA: false }).toSchema().toBER(false)),
    keyUsage(DIGITAL_SIGNATURE),
    extension(EXTENDED_KEY_USAGE, purposes.toSchema().toBER(false), false),
    extension(SUBJECT_ALT_NAME, names.toSchema().toBER(false), false),
  ];
}

const extension = (extnID: string, extnValue: ArrayBuffer, critical = true) =>
  new Extension({ extnID, critical, extnValue });

function keyUsage(bits: number): Extension {
  const unusedBits = Math.log2(bits & -bits);
  const usage = new BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits });
  return extension(KEY_USAGE, usage.toBER(false));
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
