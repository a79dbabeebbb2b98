import type { Anchor, AnchorJudgement, AnchorProof } from "@/server/adapters/anchor/anchor";
import { exchange } from "@/server/adapters/anchor/exchange";
import { type BlockClaim, judgeTimestamp } from "@/server/domain/anchor/judge-timestamp";
import { readTimestamp, readTimestampFile } from "@/server/domain/anchor/read-timestamp";
import { attestedIn, step, type Timestamp, withMerged } from "@/server/domain/anchor/timestamp";
import { writeTimestampFile } from "@/server/domain/anchor/write-timestamp";
import { hex } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";

export type CalendarAnchorOptions = {
  /** The calendar itself, by the name that it gives itself in its promises: not a pool of several. */
  readonly url: string;
  readonly random16: () => Uint8Array;
};

/** The longest answer that the reference client reads. */
const MAX_ANSWER_BYTES = 10_000;
const HEADERS = { accept: "application/vnd.opentimestamps.v1" } as const;

/**
 * An OpenTimestamps calendar. It promises at once and keeps its promise when Bitcoin has a block with its
 * commitment, hours later. As the reference client does, a random nonce is added to the digest and hashed
 * with it, so that the calendar does not learn what was stamped.
 *
 * The path from the digest to the block's Merkle root is followed here. No Bitcoin node is run here: that
 * the block is in the chain, and when it was mined, readers have to look up themselves.
 */
export function createCalendarAnchor({ url, random16 }: CalendarAnchorOptions): Anchor {
  const base = url.replace(/\/+$/, "");
  return {
    kind: "opentimestamps",
    service: base,
    async request(digest, signal) {
      const nonce = { name: "append", argument: random16() } as const;
      const salted = step(digest, nonce, (result) =>
        step(result, { name: "sha256" }, (message) => ({ message, attestations: [], steps: [] })),
      );
      const submitted = leafOf(salted);
      const { body } = await exchange(
        {
          url: `${base}/digest`,
          method: "POST",
          headers: { ...HEADERS, "content-type": "application/x-www-form-urlencoded" },
          body: submitted,
          maxBytes: MAX_ANSWER_BYTES,
          signal,
        },
        [200],
      );
      const timestamp = withMerged(salted, readTimestamp(body, submitted));
      mustPromise(timestamp, base);
      return proofOf(timestamp);
    },
    async upgrade(proof, digest, signal) {
      const before = judgementOf(judgeTimestamp(proof, digest));
      if (before.status === "final") return { ...before, proof };
      const timestamp = readTimestampFile(proof);
      let grown = timestamp;
      for (const message of promisesOf(timestamp, base)) {
        const more = await askFor(base, message, signal);
        if (more !== null) grown = withMerged(grown, more);
      }
      return proofOf(grown);
    },
    async verify(proof, digest) {
      return judgementOf(judgeTimestamp(proof, digest));
    },
  };
}

/** What the calendar has on `message` by now; null: it has nothing yet. */
async function askFor(
  base: string,
  message: Uint8Array,
  signal: AbortSignal,
): Promise<Timestamp | null> {
  const { status, body } = await exchange(
    {
      url: `${base}/timestamp/${hex(message)}`,
      method: "GET",
      headers: HEADERS,
      maxBytes: MAX_ANSWER_BYTES,
      signal,
    },
    [200, 404],
  );
  return status === 404 ? null : readTimestamp(body, message);
}

/** The messages that this calendar has promised to have attested. */
const promisesOf = (timestamp: Timestamp, base: string): readonly Uint8Array[] =>
  attestedIn(timestamp).flatMap(({ message, attestation }) =>
    attestation.kind === "pending" && attestation.uri.replace(/\/+$/, "") === base ? [message] : [],
  );

/** A promise that points elsewhere could never be asked for: only what was configured is asked. */
function mustPromise(timestamp: Timestamp, base: string): void {
  const attested = attestedIn(timestamp);
  if (attested.some(({ attestation }) => attestation.kind === "bitcoin")) return;
  if (promisesOf(timestamp, base).length > 0) return;
  const uris = attested.flatMap(({ attestation }) =>
    attestation.kind === "pending" ? [attestation.uri] : [],
  );
  throw new BeaconError(
    "ANCHOR_INVALID",
    uris.length === 0
      ? "the calendar promises nothing"
      : `the calendar calls itself ${uris.join(", ")}; name it so in the configuration`,
  );
}

/** The last message of a timestamp that does not fork. */
function leafOf({ message, steps: [next] }: Timestamp): Uint8Array {
  return next === undefined ? message : leafOf(next.timestamp);
}

function proofOf(timestamp: Timestamp): AnchorProof {
  const proof = writeTimestampFile(timestamp);
  return { ...judgementOf(judgeTimestamp(proof, timestamp.message)), proof };
}

function judgementOf({
  blocks: [block],
}: {
  readonly blocks: readonly BlockClaim[];
}): AnchorJudgement {
  return block === undefined
    ? {
        status: "pending",
        attestedAt: null,
        detail: "The calendar has promised a proof. It comes when Bitcoin has a block with it.",
      }
    : {
        status: "final",
        attestedAt: null,
        detail: `Final when the Merkle root of Bitcoin's block ${block.height} is ${block.merkleRoot}. This portal does not run a Bitcoin node: check the block's header yourself.`,
      };
}
