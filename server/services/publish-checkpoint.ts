import type { EventBus } from "@/server/adapters/db/event-bus";
import type { LogStore } from "@/server/adapters/db/log-store";
import type { Signer } from "@/server/adapters/keys/key-store";
import type { ReadTile, Tree } from "@/server/adapters/tree/tree";
import type { Witness } from "@/server/adapters/witness/witness";
import { equalBytes } from "@/server/domain/bytes";
import { BeaconError, type ErrorCode, isBeaconError } from "@/server/domain/errors";
import { formatCheckpoint } from "@/server/domain/log/checkpoint";
import { cosignersOf } from "@/server/domain/log/cosignature";
import { parseNote, signNote } from "@/server/domain/log/note";
import { meetsQuorum, type Policy } from "@/server/domain/log/policy";
import { ed25519Verifier } from "@/server/domain/signature";

export type PublishCheckpointDeps = {
  readonly log: Pick<LogStore, "state" | "tileReader" | "publish">;
  readonly tree: Pick<Tree, "rootOf" | "proveConsistency">;
  readonly witnesses: readonly Witness[];
  readonly policy: Policy;
  readonly origin: string;
  readonly logKey: Signer;
  readonly bus: Pick<EventBus, "announce">;
  readonly now: () => Date;
};

/** What no other witness can make good. */
const FINAL: ReadonlySet<ErrorCode> = new Set(["LOG_ROLLED_BACK", "LOG_WRITER_BUSY"]);

/** How often a witness may name another size before it counts as unavailable. */
const MAX_STALE_ANSWERS = 2;

/**
 * Publishes the log's present size: signs a checkpoint over the tiles as they are stored, gathers
 * cosignatures, and publishes it only when they meet the policy.
 *
 * Sign, cosign, publish: a crash between any two steps leaves a checkpoint that nobody has seen or
 * that a witness has seen, both of which the next call extends. Nothing is ever signed that does
 * not extend what a witness holds.
 *
 * @returns the published size; null when nothing new is sequenced.
 * @throws BeaconError TILE_INCONSISTENT when the stored tiles do not have the stored root,
 *   LOG_ROLLED_BACK when a witness has seen a larger log than this one, LOG_WRITER_BUSY when another
 *   writer has just made this one larger, QUORUM_NOT_MET.
 */
export async function publishCheckpoint(deps: PublishCheckpointDeps): Promise<number | null> {
  const { size, root, publishedSize } = await deps.log.state();
  if (size === publishedSize) return null;
  const readTile = deps.log.tileReader(size);
  if (!equalBytes(await deps.tree.rootOf(size, readTile), root))
    throw new BeaconError(
      "TILE_INCONSISTENT",
      `the stored tiles do not lead to the root of size ${size}`,
    );
  const signed = signNote(formatCheckpoint({ origin: deps.origin, size, root }), {
    name: deps.origin,
    publicKey: deps.logKey.publicKey,
    sign: deps.logKey.sign,
  });

  const cosigned: { name: string; line: string }[] = [];
  const problems: string[] = [];
  for (const witness of deps.witnesses) {
    try {
      const line = await cosignatureOf(deps, witness, { signed, size, publishedSize, readTile });
      cosigned.push({ name: witness.name, line });
    } catch (error) {
      if (!isBeaconError(error) || FINAL.has(error.code)) throw error;
      problems.push(`${witness.name}: ${error.message}`);
    }
  }
  const names = new Set(
    deps.policy.witnesses
      .filter(({ key }) => cosigned.some(({ name }) => name === key.name))
      .map(({ name }) => name),
  );
  if (!meetsQuorum(deps.policy, names))
    throw new BeaconError(
      "QUORUM_NOT_MET",
      `too few witnesses cosigned size ${size}: ${problems.join("; ")}`,
    );

  const note = signed + cosigned.map(({ line }) => line).join("");
  const isPublished = await deps.log.publish({ size, root, note, publishedAt: deps.now() });
  if (isPublished) await deps.bus.announce({ kind: "log.published", size });
  return size;
}

/** Asks one witness, starting from the last published size and going on from the size that it knows. */
async function cosignatureOf(
  deps: Pick<PublishCheckpointDeps, "log" | "tree" | "policy">,
  witness: Witness,
  checkpoint: { signed: string; size: number; publishedSize: number; readTile: ReadTile },
): Promise<string> {
  const { signed, size, readTile } = checkpoint;
  let oldSize = checkpoint.publishedSize;
  for (let attempt = 0; attempt <= MAX_STALE_ANSWERS; attempt++) {
    const proof = await deps.tree.proveConsistency(oldSize, size, readTile);
    const answer = await witness.addCheckpoint({ oldSize, proof, checkpoint: signed });
    if (answer.kind === "cosigned") {
      await mustCosign(deps.policy, witness.name, signed + answer.line);
      return answer.line;
    }
    if (answer.size > size && (await deps.log.state()).size >= answer.size)
      throw new BeaconError("LOG_WRITER_BUSY", `another writer has published size ${answer.size}`);
    if (answer.size > size)
      throw new BeaconError(
        "LOG_ROLLED_BACK",
        `witness ${witness.name} has cosigned ${answer.size} entries and this log has ${size}: it was restored from an old copy and must not sign`,
        { details: { witnessSize: answer.size, size } },
      );
    oldSize = answer.size;
  }
  throw new BeaconError("WITNESS_UNAVAILABLE", `witness ${witness.name} keeps changing its size`);
}

/** What a witness answers is believed only when a reader of the policy would believe it. */
async function mustCosign(policy: Policy, name: string, note: string): Promise<void> {
  const known = policy.witnesses.filter(({ key }) => key.name === name);
  const lines = parseNote(note).signatures;
  const cosigners = await cosignersOf(parseNote(note), known, await ed25519Verifier());
  if (lines.length !== 2 || cosigners.length !== 1)
    throw new BeaconError("WITNESS_REFUSED", `${name} answered with what is no cosignature of its`);
}
