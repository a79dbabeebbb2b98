import { JobSpec } from "@/schemas/job-spec";
import type { Cid } from "@/schemas/primitives";
import { equalBytes, fromHex, fromUtf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";
import { planTasks, tasksDigestOf } from "@/server/domain/job/plan";
import {
  type AuditedClosings,
  type AuditedJob,
  auditClosings,
} from "@/server/domain/log/audit-closings";
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

/** Reads a block by its CID. Null: not served. */
export type ReadBlock = (cid: Cid) => Promise<Uint8Array | null>;

/** Reads what the log serves below its prefix: `checkpoint`, `tile/…`. Null: not served. */
export type ReadPublished = (path: string) => Promise<Uint8Array | null>;

export type AuditReport = {
  readonly origin: string;
  readonly size: number;
  readonly cosigners: number;
  readonly tiles: number;
  readonly jobs: readonly AuditedJob[];
  /** Whether what was announced was held against the jobs' specs, which needs their blocks. */
  readonly plans: "checked" | "not checked";
  /** What does not hold, in plain words. Empty: the log audits clean. */
  readonly problems: readonly string[];
};

/**
 * Audits a whole log from its bytes, trusting nothing but the policy: the checkpoint's signatures,
 * every leaf from the entry bundles, the root, every tile; that the announced tasks are those that the
 * spec makes, that each closed at most once and after its intent, and that none is open when its
 * deadline had passed as the last witness cosigned.
 *
 * @param readBlock null: no blocks are at hand, and the plans of jobs are not checked.
 *
 * @throws BeaconError CHECKPOINT_MALFORMED, NOTE_MALFORMED, TILE_NOT_FOUND and what verifying a note throws.
 */
export async function auditLog(
  policy: Policy,
  read: ReadPublished,
  readBlock: ReadBlock | null,
): Promise<AuditReport> {
  const note = parseNote(fromUtf8(await present(read, "checkpoint")) ?? "");
  const checkpoint = parseCheckpoint(note.text);
  const verifier = await ed25519Verifier();
  // Of that name: with two logs in a policy, one must not sign for the other.
  const keys = policy.logs.map(({ key }) => key).filter(({ name }) => name === checkpoint.origin);
  await verifyNote(note, keys, verifier);
  const cosigners = await cosignersOf(note, policy.witnesses, verifier);
  const problems: string[] = [];
  if (!meetsQuorum(policy, new Set(cosigners.map(({ witness }) => witness.name))))
    problems.push("the checkpoint does not have the cosignatures that the policy asks for");

  const leaves = await readLeaves(checkpoint.size, read);
  const leafHashes = leaves.map(leafHashOf);
  if (!equalBytes(rootOf(leafHashes), checkpoint.root))
    problems.push(`the entries do not lead to the signed root of size ${checkpoint.size}`);
  const tiles = await auditTiles(leafHashes, read, problems);
  const at = Math.max(0, ...cosigners.map(({ atSeconds }) => atSeconds)) * 1_000;
  const jobs = auditClosings(leaves, new Date(at), problems);
  if (readBlock !== null) for (const job of jobs) await auditPlan(job, readBlock, problems);
  return {
    origin: checkpoint.origin,
    size: checkpoint.size,
    cosigners: cosigners.length,
    tiles,
    plans: readBlock === null ? "not checked" : "checked",
    jobs: jobs.map(({ intent, taskIds, ...job }) => job),
    problems,
  };
}

/** Lays the announced job down again from its spec, and holds what closed against it. */
async function auditPlan(
  { intent, taskIds }: AuditedClosings,
  readBlock: ReadBlock,
  problems: string[],
): Promise<void> {
  const bytes = await readBlock(intent.spec_cid);
  const spec = JobSpec.safeParse(bytes === null ? null : JSON.parse(fromUtf8(bytes) ?? "null"));
  if (bytes === null || cidOf(bytes) !== intent.spec_cid || !spec.success) {
    problems.push(`the spec of job ${intent.job} is not served as it was announced`);
    return;
  }
  const plan = planTasks(intent.job, spec.data, fromHex(intent.order_seed));
  if (tasksDigestOf(plan) !== intent.tasks_digest)
    problems.push(`job ${intent.job} announced other tasks than its spec makes`);
  const planned = new Set<string>(plan.map(({ id }) => id));
  for (const id of taskIds)
    if (!planned.has(id)) problems.push(`task ${id} was never announced by job ${intent.job}`);
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
