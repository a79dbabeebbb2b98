import type { TokenStatement } from "@/server/adapters/anchor/time-stamp-token";
import type { CommandIo } from "@/server/cli/command";
import { readBytes, readText } from "@/server/cli/named-files";
import { readBitcoinHeader } from "@/server/domain/anchor/bitcoin-header";
import { blockOfHeader, judgeTimestamp } from "@/server/domain/anchor/judge-timestamp";
import { FILE_HEADER } from "@/server/domain/anchor/read-timestamp";
import { stampedDigest, stampedTextOf } from "@/server/domain/anchor/stamped-digest";
import { equalBytes, fromHex } from "@/server/domain/bytes";
import { BeaconError, isBeaconError } from "@/server/domain/errors";

export type VerifyAnchorIo = Pick<CommandIo, "out" | "err"> & {
  /** `verifyTimeStamp` of the anchor adapter. */
  verifyTimeStamp(
    file: Uint8Array,
    digest: Uint8Array,
    caPem: string | null,
  ): Promise<TokenStatement>;
  /** The easiest work that is believed of a Bitcoin header; unset: what Bitcoin's main chain asks for. */
  readonly easiestTarget?: bigint;
};

export type AskedAnchor = {
  readonly file: string;
  readonly checkpoint: string;
  readonly ca: string | undefined;
  readonly header: string | undefined;
  readonly isJson: boolean;
};

/** "undecided": nothing is wrong, and nobody that is known vouches for it. */
type Verdict = {
  readonly verdict: "holds" | "undecided" | "fails";
  readonly code: string | null;
  readonly sentence: string;
  readonly attestedAt: string | null;
};

const EXIT_CODES = { holds: 0, fails: 1, undecided: 2 } as const;
const WORDS = { holds: "HOLDS", fails: "DOES NOT HOLD", undecided: "UNDECIDED" } as const;

/**
 * Judges an anchor's proof against a checkpoint, offline. The checkpoint's own signatures are not checked:
 * `beacon verify` and `beacon log audit` do that.
 *
 * @returns 0 somebody that you named vouches for it; 1 it does not hold; 2 undecided, or not usable.
 */
export async function verifyAnchor(asked: AskedAnchor, io: VerifyAnchorIo): Promise<0 | 1 | 2> {
  const proof = await readBytes(asked.file);
  const digest = stampedDigest(stampedTextOf(await readText(asked.checkpoint)));
  const ca = asked.ca === undefined ? null : await readText(asked.ca);
  const verdict = await judge(proof, digest, { ...asked, ca }, io);
  if (asked.isJson) io.out(JSON.stringify(verdict));
  else {
    const code = verdict.code === null ? "" : ` (${verdict.code})`;
    io.out(`${WORDS[verdict.verdict]}${code}: ${verdict.sentence}`);
  }
  return EXIT_CODES[verdict.verdict];
}

type Trust = { readonly ca: string | null; readonly header: string | undefined };

async function judge(
  proof: Uint8Array,
  digest: Uint8Array,
  trust: Trust,
  io: VerifyAnchorIo,
): Promise<Verdict> {
  const isTimestampFile = equalBytes(proof.slice(0, FILE_HEADER.length), FILE_HEADER);
  try {
    return isTimestampFile
      ? judgeCalendar(proof, digest, trust.header, io.easiestTarget)
      : judgeAuthority(await io.verifyTimeStamp(proof, digest, trust.ca));
  } catch (error) {
    if (!isBeaconError(error) || error.code !== "ANCHOR_INVALID") throw error;
    const { code, message } = error;
    return { verdict: "fails", code, sentence: `${message}.`, attestedAt: null };
  }
}

function judgeAuthority({ stampedAt, signer, authority }: TokenStatement): Verdict {
  const attestedAt = stampedAt.toISOString();
  return authority === null
    ? {
        verdict: "undecided",
        code: null,
        sentence: `${signer} says that this checkpoint existed on ${attestedAt}, and the signature is right, but nobody that you trust is known. Name certificates to trust with --ca.`,
        attestedAt,
      }
    : {
        verdict: "holds",
        code: null,
        sentence: `${signer}, for whom ${authority} vouches, says that this checkpoint existed on ${attestedAt}.`,
        attestedAt,
      };
}

function judgeCalendar(
  proof: Uint8Array,
  digest: Uint8Array,
  header: string | undefined,
  easiestTarget: bigint | undefined,
): Verdict {
  const judgement = judgeTimestamp(proof, digest);
  const [first] = judgement.blocks;
  if (first === undefined)
    return {
      verdict: "undecided",
      code: null,
      sentence: `${judgement.calendars.join(", ")} promised a proof for this checkpoint, and this file does not have it yet.`,
      attestedAt: null,
    };
  if (header === undefined)
    return {
      verdict: "undecided",
      code: null,
      sentence: `This checkpoint existed before Bitcoin's block ${first.height} if that block's Merkle root is ${first.merkleRoot}. Name the block's header with --header.`,
      attestedAt: null,
    };
  const { hash, minedAt, ...rest } = readBitcoinHeader(headerBytes(header), easiestTarget);
  const block = blockOfHeader(judgement, { hash, minedAt, ...rest });
  const attestedAt = minedAt.toISOString();
  return {
    verdict: "holds",
    code: null,
    sentence: `This checkpoint existed when the block ${hash} was mined, by its own word on ${attestedAt}. Whether that is block ${block.height} of Bitcoin, any Bitcoin node tells you.`,
    attestedAt,
  };
}

function headerBytes(hex: string): Uint8Array {
  if (!/^[0-9a-fA-F]{160}$/.test(hex))
    throw new BeaconError("CONFIG_INVALID", "--header is 80 bytes in hex.");
  return fromHex(hex);
}
