import { type BitcoinHeader, shownHash } from "@/server/domain/anchor/bitcoin-header";
import { readTimestampFile } from "@/server/domain/anchor/read-timestamp";
import { attestedIn } from "@/server/domain/anchor/timestamp";
import { equalBytes } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";

/** What an `.ots` file shows about a digest, without asking anybody. */
export type TimestampJudgement = {
  /** The calendars that promise more. */
  readonly calendars: readonly string[];
  /** The blocks whose Merkle root the digest leads to, if they are what the file says. Lowest first. */
  readonly blocks: readonly BlockClaim[];
};

export type BlockClaim = {
  /** Named by the file and proved by nothing in it. */
  readonly height: number;
  /** 32 bytes, as a header has them. */
  readonly root: Uint8Array;
  /** The same as explorers show it: hex, bytes reversed. */
  readonly merkleRoot: string;
};

/**
 * Follows an `.ots` file from `digest` to everything that it leads to.
 *
 * @throws BeaconError ANCHOR_INVALID when the file is about another digest, or is no such file.
 */
export function judgeTimestamp(file: Uint8Array, digest: Uint8Array): TimestampJudgement {
  const timestamp = readTimestampFile(file);
  if (!equalBytes(timestamp.message, digest))
    throw new BeaconError("ANCHOR_INVALID", "the timestamp is about another digest");
  const attested = attestedIn(timestamp);
  return {
    calendars: attested.flatMap(({ attestation }) =>
      attestation.kind === "pending" ? [attestation.uri] : [],
    ),
    blocks: attested
      .flatMap(({ attestation, message }) =>
        attestation.kind === "bitcoin" ? [blockClaim(attestation.height, message)] : [],
      )
      .toSorted((a, b) => a.height - b.height),
  };
}

function blockClaim(height: number, root: Uint8Array): BlockClaim {
  if (root.length !== 32)
    throw new BeaconError("ANCHOR_INVALID", "what should be a Merkle root does not have 32 bytes");
  return { height, root, merkleRoot: shownHash(root) };
}

/**
 * The block of the file whose Merkle root is that of `header`.
 *
 * @throws BeaconError ANCHOR_INVALID when there is none.
 */
export function blockOfHeader({ blocks }: TimestampJudgement, header: BitcoinHeader): BlockClaim {
  const block = blocks.find(({ root }) => equalBytes(root, header.merkleRoot));
  if (block === undefined)
    throw new BeaconError(
      "ANCHOR_INVALID",
      `the timestamp does not lead to the Merkle root of block ${header.hash}`,
    );
  return block;
}
