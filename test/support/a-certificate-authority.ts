import { isIP } from "node:net";
import { Integer, OctetString, Utf8String } from "asn1js";
import {
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  CryptoEngine,
  Extension,
  GeneralName,
  GeneralNames,
  RelativeDistinguishedNames,
  Time,
} from "pkijs";

/** What a TLS server shows and holds, as PEM. */
export type Identity = { readonly cert: string; readonly key: string };

/** An authority of the tests' own, that nobody else believes. */
export type CertificateAuthority = {
  /** Its own certificate, as PEM. */
  readonly caPem: string;
  /** @param hosts names and IPv4 addresses that the certificate holds for. */
  issue(hosts: readonly string[], validity?: Validity): Promise<Identity>;
};

type Validity = { readonly from: Date; readonly to: Date };

const DAY_MS = 86_400_000;
const aroundNow = (): Validity => ({
  from: new Date(Date.now() - DAY_MS),
  to: new Date(Date.now() + DAY_MS),
});

/** Of yesterday and before: nothing to rely on. */
export const EXPIRED: Validity = { from: new Date("2020-01-01"), to: new Date("2020-02-01") };

const engine = new CryptoEngine({ name: "node", crypto: globalThis.crypto });
const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const COMMON_NAME = "2.5.4.3";
const BASIC_CONSTRAINTS = "2.5.29.19";
const SUBJECT_ALT_NAME = "2.5.29.17";

/** Makes an authority with a fresh key. */
export async function aCertificateAuthority(name = "Tests"): Promise<CertificateAuthority> {
  const keys = await engine.generateKey(CURVE, true, ["sign", "verify"]);
  const constraints = new BasicConstraints({ cA: true });
  const ca = await certify(name, keys.publicKey, aroundNow(), [
    extension(BASIC_CONSTRAINTS, true, constraints.toSchema().toBER()),
  ]).signedBy(name, keys.privateKey);
  return {
    caPem: ca,
    async issue(hosts, validity = aroundNow()) {
      const own = await engine.generateKey(CURVE, true, ["sign", "verify"]);
      const names = new GeneralNames({ names: hosts.map(generalName) });
      const cert = await certify(hosts[0] ?? "nobody", own.publicKey, validity, [
        extension(SUBJECT_ALT_NAME, false, names.toSchema().toBER()),
      ]).signedBy(name, keys.privateKey);
      const key = pem("PRIVATE KEY", await engine.exportKey("pkcs8", own.privateKey));
      return { cert, key };
    },
  };
}

function certify(
  subject: string,
  publicKey: CryptoKey,
  validity: Validity,
  extensions: Extension[],
) {
  return {
    async signedBy(issuer: string, key: CryptoKey): Promise<string> {
      const serial = crypto.getRandomValues(new Uint8Array(8));
      // Positive, and without a leading zero byte.
      serial[0] = 0x40;
      const certificate = new Certificate({
        version: 2,
        serialNumber: new Integer({ valueHex: serial.buffer }),
        subject: distinguished(subject),
        issuer: distinguished(issuer),
        notBefore: new Time({ type: 0, value: validity.from }),
        notAfter: new Time({ type: 0, value: validity.to }),
        extensions,
      });
      await certificate.subjectPublicKeyInfo.importKey(publicKey, engine);
      await certificate.sign(key, "SHA-256", engine);
      return pem("CERTIFICATE", certificate.toSchema(true).toBER());
    },
  };
}

const distinguished = (name: string): RelativeDistinguishedNames =>
  new RelativeDistinguishedNames({
    typesAndValues: [
      new AttributeTypeAndValue({ type: COMMON_NAME, value: new Utf8String({ value: name }) }),
    ],
  });

const extension = (extnID: string, critical: boolean, extnValue: ArrayBuffer): Extension =>
  new Extension({ extnID, critical, extnValue });

/** RFC 5280, section 4.2.1.6: 2 is a name, 7 an address. */
const generalName = (host: string): GeneralName =>
  isIP(host) === 0
    ? new GeneralName({ type: 2, value: host })
    : new GeneralName({
        type: 7,
        value: new OctetString({ valueHex: Uint8Array.from(host.split("."), Number).buffer }),
      });

const pem = (label: string, der: ArrayBuffer): string => {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
};
