/** sha256 as a digest algorithm (RFC 5754). */
export const SHA256 = "2.16.840.1.101.3.4.2.1";

/** Digests that are strong enough, by the names that Node has for them (RFC 5754). */
export const STRONG_DIGESTS: ReadonlyMap<string, string> = new Map([
  [SHA256, "sha256"],
  ["2.16.840.1.101.3.4.2.2", "sha384"],
  ["2.16.840.1.101.3.4.2.3", "sha512"],
]);

/** How a signature is made: with which kind of key, and over which digest; null: the one named beside it. */
export type SignatureScheme = { readonly keyType: "rsa" | "ec"; readonly digest: string | null };

/** Signatures that are read: RSA (PKCS #1 v1.5, RFC 8017) and ECDSA (RFC 5754) with those digests. */
export const STRONG_SIGNATURES: ReadonlyMap<string, SignatureScheme> = new Map([
  ["1.2.840.113549.1.1.1", { keyType: "rsa", digest: null }],
  ["1.2.840.113549.1.1.11", { keyType: "rsa", digest: "sha256" }],
  ["1.2.840.113549.1.1.12", { keyType: "rsa", digest: "sha384" }],
  ["1.2.840.113549.1.1.13", { keyType: "rsa", digest: "sha512" }],
  ["1.2.840.10045.4.3.2", { keyType: "ec", digest: "sha256" }],
  ["1.2.840.10045.4.3.3", { keyType: "ec", digest: "sha384" }],
  ["1.2.840.10045.4.3.4", { keyType: "ec", digest: "sha512" }],
]);

/** What holds a token, and what a token holds (RFC 5652, section 5.1; RFC 3161, section 2.4.2). */
export const SIGNED_DATA = "1.2.840.113549.1.7.2";
export const TST_INFO = "1.2.840.113549.1.9.16.1.4";
/** Attributes that a token's signer signs (RFC 5652, section 11). */
export const CONTENT_TYPE = "1.2.840.113549.1.9.3";
export const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
/** Which certificate signed: by sha1 (RFC 2634) or by a digest of choice (RFC 5816). */
export const SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
export const SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";

/** Extensions of certificates and one purpose (RFC 5280, section 4.2). */
export const KEY_USAGE = "2.5.29.15";
export const BASIC_CONSTRAINTS = "2.5.29.19";
export const CERTIFICATE_POLICIES = "2.5.29.32";
export const EXTENDED_KEY_USAGE = "2.5.29.37";
export const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
