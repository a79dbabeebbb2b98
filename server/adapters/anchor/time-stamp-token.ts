import { createHash, verify } from "node:crypto";
import { TSTInfo } from "pkijs";
import {
  type Certificate,
  chainTo,
  isForTimeStamping,
  isNamed,
  isValidAt,
  readCertificate,
  subjectOf,
} from "@/server/adapters/anchor/certificate";
import {
  SHA256,
  STRONG_DIGESTS,
  STRONG_SIGNATURES,
  TST_INFO,
} from "@/server/adapters/anchor/object-identifiers";
import {
  readSignedTimeStamp,
  type SignedTimeStamp,
} from "@/server/adapters/anchor/signed-time-stamp";
import { equalBytes } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";

/** What a token has to be about. */
export type TokenDemands = {
  /** The sha256 that was stamped. */
  readonly digest: Uint8Array;
  /** What the request said; null: it is not known any more, and not checked. */
  readonly nonce: bigint | null;
  /** Whom to trust; empty: nobody is known, and the signer could be anybody. */
  readonly trusted: readonly Certificate[];
};

/** What a token says that holds. */
export type TokenStatement = {
  /** When the authority says that it stamped: genTime. */
  readonly stampedAt: Date;
  /** The name in the signer's certificate. */
  readonly signer: string;
  /** The trusted certificate above it; null when nobody was to be trusted. */
  readonly authority: string | null;
};

/**
 * Verifies a time-stamp token (RFC 3161, section 2.4.2, with RFC 5816): the imprint and the nonce are
 * those asked for, one signer signed it, its certificate is the one that it names (ESSCertID), may sign
 * time stamps and nothing else, was valid at genTime, and leads to one of `trusted`.
 *
 * @param token a ContentInfo in DER.
 * @throws BeaconError ANCHOR_INVALID
 */
export async function verifyToken(
  token: Uint8Array,
  { digest, nonce, trusted }: TokenDemands,
): Promise<TokenStatement> {
  const stamp = readSignedTimeStamp(token);
  const certificates = stamp.certificates.map(readCertificate);
  const signer = signerOf(stamp, certificates);
  mustBeSigned(stamp, signer);
  const info = readInfo(stamp);
  mustBeAbout(info, digest);
  if (nonce !== null && info.nonce?.toBigInt() !== nonce)
    throw invalid("it answers another request: the nonce is not the one that was sent");
  if (!isForTimeStamping(signer))
    throw invalid("its signer's certificate is not one for time stamps alone");
  const stampedAt = info.genTime;
  if (!isValidAt(signer, stampedAt))
    throw invalid("its signer's certificate was not valid when it was stamped");
  const chain = trusted.length === 0 ? null : chainTo(trusted, signer, certificates, stampedAt);
  if (trusted.length > 0 && chain === null)
    throw invalid(`nobody that is trusted vouches for its signer, ${subjectOf(signer)}`);
  const authority = chain?.at(-1);
  return {
    stampedAt,
    signer: subjectOf(signer),
    authority: authority === undefined ? null : subjectOf(authority),
  };
}

function readInfo({ content }: SignedTimeStamp): TSTInfo {
  try {
    return TSTInfo.fromBER(content.slice());
  } catch (cause) {
    throw new BeaconError("ANCHOR_INVALID", "the time stamp cannot be read", { cause });
  }
}

function mustBeAbout({ version, messageImprint }: TSTInfo, digest: Uint8Array): void {
  const { hashAlgorithm, hashedMessage } = messageImprint;
  if (version !== 1) throw invalid("it is a time stamp of another version");
  const isSame = equalBytes(hashedMessage.valueBlock.valueHexView, digest);
  if (hashAlgorithm.algorithmId !== SHA256 || !isSame) throw invalid("it is about another digest");
}

/** The certificate that the signer names twice: by its hash, which is signed, and by issuer and number. */
function signerOf(
  { certificateHash, signer }: SignedTimeStamp,
  certificates: readonly Certificate[],
): Certificate {
  const { algorithm, bytes } = certificateHash;
  const name = algorithm === null ? "sha1" : STRONG_DIGESTS.get(algorithm);
  if (name === undefined) throw invalid("it names its signer's certificate by a weak hash");
  const named = certificates.find(({ der }) =>
    equalBytes(createHash(name).update(der).digest(), bytes),
  );
  if (named === undefined || !isNamed(named, signer))
    throw invalid("the certificate that it names as its signer's did not come with it");
  return named;
}

function mustBeSigned(stamp: SignedTimeStamp, { x509 }: Certificate): void {
  const { signer, content, contentType, messageDigest } = stamp;
  const digest = STRONG_DIGESTS.get(signer.digestAlgorithm);
  const scheme = STRONG_SIGNATURES.get(signer.signatureAlgorithm);
  if (digest === undefined) throw invalid("its digest is not one of the SHA-2 family");
  if (scheme === undefined || scheme.keyType !== x509.publicKey.asymmetricKeyType)
    throw invalid("its signature is not one of RSA or ECDSA with SHA-2");
  if (contentType !== TST_INFO) throw invalid("its signer did not sign that it is a time stamp");
  if (!equalBytes(createHash(digest).update(content).digest(), messageDigest))
    throw invalid("its signer signed another time stamp");
  const { signedBytes, signature } = signer;
  if (!verify(scheme.digest ?? digest, signedBytes, x509.publicKey, signature))
    throw invalid("its signature is wrong");
}

const invalid = (message: string): BeaconError =>
  new BeaconError("ANCHOR_INVALID", `the time-stamp token does not hold: ${message}`);
