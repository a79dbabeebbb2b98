import { fromBER, ObjectIdentifier } from "asn1js";
import {
  CONTENT_TYPE,
  MESSAGE_DIGEST,
  SIGNED_DATA,
  SIGNING_CERTIFICATE,
  SIGNING_CERTIFICATE_V2,
  TST_INFO,
} from "@/server/adapters/anchor/object-identifiers";
import { contentOf, DER, type DerElement, partsOf, readDer } from "@/server/domain/anchor/der";
import { concat, equalBytes } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";

/** A time-stamp token taken apart, nothing of it verified. */
export type SignedTimeStamp = {
  /** TSTInfo, in DER. */
  readonly content: Uint8Array;
  /** The certificates that came along, in DER. */
  readonly certificates: readonly Uint8Array[];
  readonly signer: {
    /** Whose certificate signed: its issuer's name and its number, each in DER. */
    readonly issuer: Uint8Array;
    readonly serialNumber: Uint8Array;
    readonly digestAlgorithm: string;
    readonly signatureAlgorithm: string;
    /** The bytes that are signed: the attributes as a SET. */
    readonly signedBytes: Uint8Array;
    readonly signature: Uint8Array;
  };
  /** What the signed attributes say. */
  readonly contentType: string;
  readonly messageDigest: Uint8Array;
  readonly certificateHash: {
    /** Null: sha1, the only one that the older attribute knows. */
    readonly algorithm: string | null;
    readonly bytes: Uint8Array;
  };
};

/** Far more than a chain of certificates has. */
const MAX_CERTIFICATES = 16;

/** Versions that CMS asks for here (RFC 5652, sections 5.1 and 5.3). */
const SIGNED_DATA_VERSION = Uint8Array.of(3);
const SIGNER_INFO_VERSION = Uint8Array.of(1);

/**
 * Takes a token apart: a ContentInfo with SignedData (RFC 5652, section 5) over one TSTInfo, with one
 * signer that is named by issuer and number.
 *
 * What the signer does not sign may say one thing only, so that it cannot be changed unseen: versions,
 * names of algorithms and lengths. Certificates are bound by their hashes and their own signatures.
 *
 * @throws BeaconError ANCHOR_INVALID
 */
export function readSignedTimeStamp(token: Uint8Array): SignedTimeStamp {
  const [type, explicit, ...beyond] = partsOf(readDer(token), DER.sequence);
  if (identifierOf(type) !== SIGNED_DATA || beyond.length > 0) throw invalid("not signed data");
  const [signedData] = partsOf(explicit, DER.context0);
  const [version, digests, encapsulated, ...rest] = partsOf(signedData, DER.sequence);
  if (!equalBytes(contentOf(version, DER.integer), SIGNED_DATA_VERSION))
    throw invalid("of a version that is not a time stamp's");
  const certificates = rest.find(({ tag }) => tag === DER.context0);
  const [signerInfo, ...others] = partsOf(rest.at(-1), DER.set);
  if (signerInfo === undefined || others.length > 0) throw invalid("not signed by one signer");
  const signer = readSigner(signerInfo);
  const [named, ...more] = partsOf(digests, DER.set);
  if (more.length > 0 || algorithmOf(named) !== signer.digestAlgorithm)
    throw invalid("made with another digest than it names");
  return {
    content: readContent(encapsulated),
    certificates: certificatesIn(certificates),
    signer,
    ...readAttributes(signer.signedBytes),
  };
}

function readContent(encapsulated: DerElement | undefined): Uint8Array {
  const [type, explicit, ...more] = partsOf(encapsulated, DER.sequence);
  if (identifierOf(type) !== TST_INFO || more.length > 0) throw invalid("not over a time stamp");
  const [octets, ...others] = partsOf(explicit, DER.context0);
  if (others.length > 0) throw invalid("not over one time stamp");
  return contentOf(octets, DER.octets);
}

function certificatesIn(element: DerElement | undefined): readonly Uint8Array[] {
  const members = element === undefined ? [] : partsOf(element, DER.context0);
  if (members.length > MAX_CERTIFICATES) throw invalid("carrying too many certificates");
  return members.map(({ whole }) => whole);
}

function readSigner(signerInfo: DerElement): SignedTimeStamp["signer"] {
  const parts = partsOf(signerInfo, DER.sequence);
  const [version, sid, digest, attributes, signatureAlgorithm, signature] = parts;
  if (!equalBytes(contentOf(version, DER.integer), SIGNER_INFO_VERSION))
    throw invalid("of a signer that is not named by issuer and number");
  const [issuer, serialNumber, ...more] = partsOf(sid, DER.sequence);
  if (issuer === undefined || serialNumber?.tag !== DER.integer || more.length > 0)
    throw invalid("of a signer without a name");
  const attributesContent = contentOf(attributes, DER.context0);
  const asSet = attributes?.whole.slice() ?? attributesContent;
  asSet[0] = DER.set; // what is signed is the SET, not the [0] that stands for it (RFC 5652, section 5.4)
  return {
    issuer: issuer.whole,
    serialNumber: serialNumber.whole,
    digestAlgorithm: algorithmOf(digest),
    signatureAlgorithm: algorithmOf(signatureAlgorithm),
    signedBytes: asSet,
    signature: contentOf(signature, DER.octets),
  };
}

function readAttributes(
  signedBytes: Uint8Array,
): Pick<SignedTimeStamp, "contentType" | "messageDigest" | "certificateHash"> {
  const values = new Map<string, DerElement>();
  for (const attribute of partsOf(readDer(signedBytes), DER.set)) {
    const [type, set] = partsOf(attribute, DER.sequence);
    const id = identifierOf(type);
    const [value, ...more] = partsOf(set, DER.set);
    if (value === undefined || more.length > 0 || values.has(id))
      throw invalid("signed with an attribute that does not have one value");
    values.set(id, value);
  }
  const second = values.get(SIGNING_CERTIFICATE_V2);
  return {
    contentType: identifierOf(values.get(CONTENT_TYPE)),
    messageDigest: contentOf(values.get(MESSAGE_DIGEST), DER.octets),
    certificateHash:
      second === undefined ? hashIn(values.get(SIGNING_CERTIFICATE), null) : hashInSecond(second),
  };
}

/** The first ESSCertIDv2 of a SigningCertificateV2 (RFC 5816): its algorithm is sha256 where it is absent. */
function hashInSecond(value: DerElement): SignedTimeStamp["certificateHash"] {
  const [list] = partsOf(value, DER.sequence);
  const [first] = partsOf(list, DER.sequence);
  const [algorithm, hash] = partsOf(first, DER.sequence);
  return algorithm?.tag === DER.sequence
    ? { algorithm: algorithmOf(algorithm), bytes: contentOf(hash, DER.octets) }
    : hashIn(value, "2.16.840.1.101.3.4.2.1");
}

function hashIn(
  value: DerElement | undefined,
  algorithm: string | null,
): SignedTimeStamp["certificateHash"] {
  const [list] = partsOf(value, DER.sequence);
  const [first] = partsOf(list, DER.sequence);
  const [hash] = partsOf(first, DER.sequence);
  return { algorithm, bytes: contentOf(hash, DER.octets) };
}

const NULL = Uint8Array.of(0x05, 0x00);

/** An AlgorithmIdentifier without parameters, or with the NULL that stands for none. */
function algorithmOf(element: DerElement | undefined): string {
  const [id, parameters] = partsOf(element, DER.sequence);
  const whole = concat(...partsOf(element, DER.sequence).map((part) => part.whole));
  const plain = concat(
    id?.whole ?? new Uint8Array(),
    parameters === undefined ? new Uint8Array() : NULL,
  );
  if (!equalBytes(whole, plain)) throw invalid("made with an algorithm that has parameters");
  return identifierOf(id);
}

function identifierOf(element: DerElement | undefined): string {
  contentOf(element, DER.objectIdentifier);
  const { result } = fromBER(element?.whole.slice() ?? new Uint8Array());
  if (!(result instanceof ObjectIdentifier)) throw invalid("named by something that is no name");
  return result.getValue();
}

const invalid = (message: string): BeaconError =>
  new BeaconError("ANCHOR_INVALID", `the time-stamp token is ${message}`);
