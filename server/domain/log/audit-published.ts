import { equalBytes, fromUtf8 } from "@/server/domain/bytes";
import {
  auditTree,
  type ReadPublished,
  readPresent,
  type TakeLeaves,
} from "@/server/domain/log/audit-tree";
import { parseCheckpoint } from "@/server/domain/log/checkpoint";
import { cosignersOf } from "@/server/domain/log/cosignature";
import { toSafeNumber } from "@/server/domain/log/decimal";
import type { TreeHashes } from "@/server/domain/log/merkle";
import { parseNote, verifyNote } from "@/server/domain/log/note";
import { meetsQuorum, type Policy } from "@/server/domain/log/policy";
import { ed25519Verifier } from "@/server/domain/signature";

/** A log whose checkpoint and tree were audited. */
export type AuditedLog = {
  readonly origin: string;
  readonly size: number;
  /** The signed root, 32 bytes. */
  readonly root: Uint8Array;
  /** The checkpoint as it was served. */
  readonly note: string;
  readonly cosigners: number;
  /** When the last witness cosigned, POSIX seconds; 0 when none did. */
  readonly atSeconds: number;
  readonly tiles: number;
  /** What does not hold, in plain words. Empty: the tree is the one that was signed. */
  readonly problems: readonly string[];
};

/** What an audit is told before it reads the leaves. */
export type AuditEvents = {
  /** The checkpoint is signed, and has so many leaves. */
  readonly begin: (size: number) => void;
  readonly take: TakeLeaves;
};

/**
 * Audits a log from its bytes, trusting nothing but the policy: the checkpoint's signatures, every
 * leaf from the entry bundles, the root, every tile. What the leaves say is another question.
 *
 * @throws BeaconError CHECKPOINT_MALFORMED, NOTE_MALFORMED, LOG_POSITION_INVALID, TILE_NOT_FOUND,
 *   TILE_INCONSISTENT and what verifying a note throws.
 */
export async function auditPublished(
  policy: Policy,
  read: ReadPublished,
  hashes: TreeHashes,
  { begin, take }: AuditEvents,
): Promise<AuditedLog> {
  const text = fromUtf8(await readPresent(read, "checkpoint")) ?? "";
  const note = parseNote(text);
  const { origin, root, size: signedSize } = parseCheckpoint(note.text);
  const verifier = await ed25519Verifier();
  // Of that name: with two logs in a policy, one must not sign for the other.
  const keys = policy.logs.map(({ key }) => key).filter(({ name }) => name === origin);
  await verifyNote(note, keys, verifier);
  const cosigners = await cosignersOf(note, policy.witnesses, verifier);
  const problems: string[] = [];
  if (!meetsQuorum(policy, new Set(cosigners.map(({ witness }) => witness.name))))
    problems.push("the checkpoint does not have the cosignatures that the policy asks for");

  const size = toSafeNumber(signedSize);
  begin(size);
  const tree = await auditTree(size, read, hashes, take);
  if (!equalBytes(tree.root, root))
    problems.push(`the entries do not lead to the signed root of size ${size}`);
  for (const path of tree.wrongTiles)
    problems.push(`${path} does not hold the hashes that the entries lead to`);
  return {
    origin,
    size,
    root,
    note: text,
    cosigners: cosigners.length,
    atSeconds: Math.max(0, ...cosigners.map(({ atSeconds }) => atSeconds)),
    tiles: tree.tiles,
    problems,
  };
}
