import { equalBytes, fromUtf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { type AuditedJob, auditClosings } from "@/server/domain/log/audit-closings";
import { parseCheckpoint } from "@/server/domain/log/checkpoint";
import { cosignersOf } from "@/server/domain/log/cosignature";
import { leafHashOf, rootOf } from "@/server/domain/log/merkle";
import { parseNote, verifyNote } from "@/server/domain/log/note";
import { meetsQuorum, type Policy } from "@/server/domain/log/policy";
import {
  decodeEntryBundle,
  hashesOfTile,
  TILE_WIDTH,
  tilePath,
  tilesOf,
} from "@/server/domain/log/tile";
import { ed25519Verifier } from "@/server/domain/signature";

/** Reads what the log serves below its prefix: `checkpoint`, `tile/…`. Null: not served. */
export type ReadPublished = (path: string) => Promise<Uint8Array | null>;

export type AuditReport = {
  readonly origin: string;
  readonly size: number;
  readonly cosigners: number;
  readonly tiles: number;
  readonly jobs: readonly AuditedJob[];
  /** What does not hold, in plain words. Empty: the log audits clean. */
  readonly problems: readonly string[];
};

/**
 * Audits a whole log from its bytes, trusting nothing but the policy: the checkpoint's signatures,
 * every leaf from the entry bundles, the root, every tile, and that every announced task closed at
 * most once and after its intent.
 *
 * @throws BeaconError CHECKPOINT_MALFORMED, NOTE_MALFORMED, TILE_NOT_FOUND and what verifying a note throws.
 */
export async function auditLog(policy: Policy, read: ReadPublished): Promise<AuditReport> {
  const note = parseNote(fromUtf8(await present(read, "checkpoint")) ?? "");
  const checkpoint = parseCheckpoint(note.text);
  const verifier = await ed25519Verifier();
  await verifyNote(
    note,
    policy.logs.map(({ key }) => key),
    verifier,
  );
  const cosigners = await cosignersOf(note, policy.witnesses, verifier);
  const problems: string[] = [];
  if (!meetsQuorum(policy, new Set(cosigners.map(({ witness }) => witness.name))))
    problems.push("the checkpoint does not have the cosignatures that the policy asks for");

  const leaves = await readLeaves(checkpoint.size, read);
  const leafHashes = leaves.map(leafHashOf);
  if (!equalBytes(rootOf(leafHashes), checkpoint.root))
    problems.push(`the entries do not lead to the signed root of size ${checkpoint.size}`);
  const tiles = await auditTiles(leafHashes, read, problems);
  return {
    origin: checkpoint.origin,
    size: checkpoint.size,
    cosigners: cosigners.length,
    tiles,
    jobs: auditClosings(leaves, problems),
    problems,
  };
}

async function present(read: ReadPublished, path: string): Promise<Uint8Array> {
  const bytes = await read(path);
  if (bytes === null) throw new BeaconError("TILE_NOT_FOUND", `The log does not serve ${path}.`);
  return bytes;
}

async function readLeaves(size: number, read: ReadPublished): Promise<readonly Uint8Array[]> {
  const leaves: Uint8Array[] = [];
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH);
    const bundle = await present(read, tilePath({ level: "entries", index, width }));
    leaves.push(...decodeEntryBundle(bundle));
  }
  return leaves;
}

/** Compares every hash of every tile with the one that the leaves lead to. */
async function auditTiles(
  leafHashes: readonly Uint8Array[],
  read: ReadPublished,
  problems: string[],
): Promise<number> {
  let count = 0;
  let layer = leafHashes;
  let level = 0;
  for (const tile of tilesOf(leafHashes.length)) {
    while (level < tile.level) {
      layer = Array.from({ length: Math.floor(layer.length / TILE_WIDTH) }, (_, i) =>
        rootOf(layer.slice(i * TILE_WIDTH, (i + 1) * TILE_WIDTH)),
      );
      level += 1;
    }
    const path = tilePath(tile);
    const hashes = hashesOfTile(await present(read, path), tile.width);
    const from = tile.index * TILE_WIDTH;
    if (!hashes.every((hash, i) => equalBytes(hash, layer[from + i] ?? new Uint8Array())))
      problems.push(`${path} does not hold the hashes that the entries lead to`);
    count += 1;
  }
  return count;
}
