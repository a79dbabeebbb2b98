import { fromBER, Integer, Null, OctetString } from "asn1js";
import { AlgorithmIdentifier, MessageImprint, PKIStatusInfo, TimeStampReq } from "pkijs";
import { SHA256 } from "@/server/adapters/anchor/object-identifiers";
import { DER, partsOf, readDer } from "@/server/domain/anchor/der";
import { BeaconError } from "@/server/domain/errors";

/**
 * A TimeStampReq (RFC 3161, section 2.4.1) over a sha256 digest: with a nonce, so that nobody can answer
 * with an older token, and asking for the signer's certificate, so that the token can be verified alone.
 *
 * @param nonce below 2^64.
 */
export function timeStampQuery(digest: Uint8Array, nonce: bigint): Uint8Array {
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA256, algorithmParams: new Null() }),
      hashedMessage: new OctetString({ valueHex: digest.slice().buffer }),
    }),
    nonce: Integer.fromBigInt(nonce),
    certReq: true,
  });
  return new Uint8Array(request.toSchema().toBER(false));
}

/** PKIStatus (RFC 3161, section 2.4.2): with these two, a token comes along. */
const GRANTED = 0;
const GRANTED_WITH_MODS = 1;

/**
 * The token that an authority answered with.
 *
 * @returns a ContentInfo as it came, not yet verified.
 * @throws BeaconError ANCHOR_INVALID when the answer is no TimeStampResp or refuses a token.
 */
export function tokenOfReply(reply: Uint8Array): Uint8Array {
  const [status, token, ...more] = partsOf(readDer(reply), DER.sequence);
  if (status?.tag !== DER.sequence || more.length > 0)
    throw new BeaconError("ANCHOR_INVALID", "the answer is not a TimeStampResp");
  const said = statusOf(status.whole);
  if (said.status !== GRANTED && said.status !== GRANTED_WITH_MODS)
    throw new BeaconError(
      "ANCHOR_INVALID",
      `the authority refused with status ${said.status}${said.words}`,
    );
  if (token?.tag !== DER.sequence)
    throw new BeaconError("ANCHOR_INVALID", "the authority granted a token and sent none");
  return token.whole;
}

/** The longest sentence of an authority that is passed on. */
const MAX_WORDS = 200;

function statusOf(der: Uint8Array): { readonly status: number; readonly words: string } {
  try {
    const schema = fromBER(der.slice()).result;
    const { status, statusStrings } = new PKIStatusInfo({ schema });
    const words = (statusStrings ?? []).map((each) => each.valueBlock.value).join(" ");
    return { status, words: words === "" ? "" : `: ${words.slice(0, MAX_WORDS)}` };
  } catch (cause) {
    throw new BeaconError("ANCHOR_INVALID", "the answer's status cannot be read", { cause });
  }
}
