import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Anchor, AnchorJudgement } from "@/server/adapters/anchor/anchor";
import { exchange } from "@/server/adapters/anchor/exchange";
import type { TokenDemands, TokenStatement } from "@/server/adapters/anchor/time-stamp-token";
import { hex } from "@/server/domain/bytes";
import { BeaconError, isBeaconError } from "@/server/domain/errors";

export type TimeStampAnchorOptions = {
  /** Where the authority answers RFC 3161 over HTTP. */
  readonly url: string;
  /** A PEM file with the certificates to trust; null: nobody is known. */
  readonly caFile: string | null;
  readonly random16: () => Uint8Array;
};

/** A token with a long chain of certificates has some 10 kB. */
const MAX_REPLY_BYTES = 65_536;
const NONCE_BYTES = 8;

/** What reads ASN.1 is large, and most installations ask no authority: it is loaded when one is asked. */
const loadReader = () => import("@/server/adapters/anchor/time-stamp-token");
const loadQuery = () => import("@/server/adapters/anchor/time-stamp-query");
const loadCertificates = () => import("@/server/adapters/anchor/certificate");

/**
 * A time-stamp authority (RFC 3161). Its token is final at once, and is verified before it is answered.
 *
 * @throws BeaconError CONFIG_INVALID when the file of trusted certificates cannot be used.
 */
export function createTimeStampAnchor({ url, caFile, random16 }: TimeStampAnchorOptions): Anchor {
  const caPem = caFile === null ? null : readPem(caFile);
  const judge = async (token: Uint8Array, demands: Pick<TokenDemands, "digest" | "nonce">) => {
    const trusted = caPem === null ? [] : (await loadCertificates()).readCertificates(caPem);
    return judgementOf(await (await loadReader()).verifyToken(token, { ...demands, trusted }));
  };
  const verify: Anchor["verify"] = (proof, digest) => judge(proof, { digest, nonce: null });
  return {
    kind: "rfc3161",
    service: url,
    async request(digest, signal) {
      const { timeStampQuery, tokenOfReply } = await loadQuery();
      const nonce = BigInt(`0x${hex(random16().slice(0, NONCE_BYTES))}`);
      const { body } = await exchange(
        {
          url,
          method: "POST",
          headers: {
            "content-type": "application/timestamp-query",
            accept: "application/timestamp-reply",
          },
          body: timeStampQuery(digest, nonce),
          maxBytes: MAX_REPLY_BYTES,
          signal,
        },
        [200],
      );
      const proof = tokenOfReply(body);
      return { ...(await judge(proof, { digest, nonce })), proof };
    },
    upgrade: async (proof, digest) => ({ ...(await verify(proof, digest)), proof }),
    verify,
  };
}

/**
 * Judges a token, or the whole answer that it came in, offline: the same as the anchor does.
 *
 * @param caPem certificates to trust, PEM; null: nobody is known.
 * @throws BeaconError ANCHOR_INVALID
 */
export async function verifyTimeStamp(
  file: Uint8Array,
  digest: Uint8Array,
  caPem: string | null,
): Promise<TokenStatement> {
  const trusted = caPem === null ? [] : (await loadCertificates()).readCertificates(caPem);
  const token = await tokenIn(file);
  return (await loadReader()).verifyToken(token, { digest, nonce: null, trusted });
}

/** A file that is no TimeStampResp is taken for a bare token, which is then judged as one. */
async function tokenIn(file: Uint8Array): Promise<Uint8Array> {
  if (file.length > MAX_REPLY_BYTES)
    throw new BeaconError("ANCHOR_INVALID", "the file is too large for a time stamp");
  try {
    return (await loadQuery()).tokenOfReply(file);
  } catch (error) {
    if (!isBeaconError(error)) throw error;
    return file;
  }
}

/** The file's text, after a look whether Node reads a certificate in it: a wrong file stops the start. */
function readPem(caFile: string): string {
  try {
    const pem = readFileSync(caFile, "utf8");
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    throw new BeaconError(
      "CONFIG_INVALID",
      `BEACON_TSA_CA: ${caFile} is not a PEM file of certificates.`,
      { cause },
    );
  }
}

const judgementOf = ({ stampedAt, signer, authority }: TokenStatement): AnchorJudgement => ({
  status: "final",
  attestedAt: stampedAt,
  detail:
    authority === null
      ? `The signature of ${signer} is right, but nobody that you trust is known: no certificate to trust is configured.`
      : `Signed by ${signer}, for whom ${authority} vouches.`,
});
