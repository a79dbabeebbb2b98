import type {
  LogInspection,
  StoredCheckpoint,
  StoredEntry,
  StoredTile,
} from "@/server/adapters/db/log-inspection";
import type { Tree } from "@/server/adapters/tree/tree";
import { equalBytes } from "@/server/domain/bytes";
import { checkpointProblem } from "@/server/domain/log/checkpoint-problem";
import { createDamageBook, type Damage, type DamageBook } from "@/server/domain/log/damage-book";
import { createEntryInspector } from "@/server/domain/log/entry-problem";
import { EMPTY_ROOT } from "@/server/domain/log/merkle";
import type { Policy } from "@/server/domain/log/policy";
import { rebuildTree, type TakeTile, type TreeRebuild } from "@/server/domain/log/rebuild-tree";
import { TILE_WIDTH } from "@/server/domain/log/tile";
import { type Ed25519Verifier, ed25519Verifier } from "@/server/domain/signature";

export type FsckLogDeps = {
  readonly inspection: LogInspection;
  readonly tree: Pick<Tree, "hashLeaf">;
  readonly origin: string;
  readonly policy: Policy;
};

export type FsckReport = {
  readonly origin: string;
  /** How many entries there are, and of them bytes that third parties added. */
  readonly entries: number;
  readonly thirdParty: number;
  readonly tiles: number;
  readonly checkpoints: number;
  /** Older checkpoints that do not meet the policy of now: it may have been another then. */
  readonly underOtherPolicy: number;
  readonly pending: number;
  readonly haltedReason: string | null;
  readonly damages: readonly Damage[];
  /** How many more damages there are than are named. */
  readonly moreDamages: number;
};

/** Enough to see what happened. */
const NAMED_DAMAGES = 1_000;
/** A hole of more entries than this is no hole but a wrong index: what follows cannot be placed. */
const LARGEST_HOLE = 100_000n;

/** What every step of an inspection works with. */
type Inspection = FsckLogDeps & { readonly verifier: Ed25519Verifier; readonly book: DamageBook };

/**
 * Rebuilds the whole log from its entries' bytes, as the database has them, and holds everything
 * else that is stored against it: leaf hashes, statements and signatures, tiles, the root, the root
 * and the signatures of every checkpoint that was ever published, what waits, and the rows that name
 * a leaf.
 *
 * It reads one snapshot and may run while the log is written. Where one of the three copies of a
 * leaf's hash differs from the other two, that one is named and the others are gone on with, so that
 * one flipped bit is one damage and not thousands.
 *
 * @throws BeaconError DATABASE_UNAVAILABLE
 */
export async function fsckLog(deps: FsckLogDeps): Promise<FsckReport> {
  const book = createDamageBook(NAMED_DAMAGES);
  const run: Inspection = { ...deps, book, verifier: await ed25519Verifier() };
  const tiles = openTiles(run);
  const rebuild = rebuildTree(tiles.take, book);
  const checkpoints = await openCheckpoints(run, rebuild);
  const counts = await walkEntries(run, rebuild, checkpoints.onLeaf);
  await rebuild.finish();
  await tiles.finish();
  const published = await checkpoints.finish();
  const haltedReason = await checkState(run, rebuild, published.largest);
  const pending = await checkPending(run);
  for (const { table, id } of await deps.inspection.looseRows())
    book.add(
      `${table} ${id}`,
      table === "entry" ? "no outcome names it" : "its leaf is not in the log, or is not its own",
    );
  return {
    origin: deps.origin,
    ...counts,
    tiles: rebuild.tiles,
    checkpoints: published.count,
    underOtherPolicy: published.underOtherPolicy,
    pending,
    haltedReason,
    ...book.report(),
  };
}

/** Reads every entry in order and hands them to the tree, a tile's worth at a time. */
async function walkEntries(run: Inspection, rebuild: TreeRebuild, onLeaf: () => Promise<void>) {
  const inspect = createEntryInspector(run);
  let group: (StoredEntry | null)[] = [];
  let [entries, thirdParty] = [0, 0];
  const flush = async () => {
    const rows = group.map((row) => row && { row, fromBytes: run.tree.hashLeaf(row.bytes) });
    group = [];
    const problems = rows.map(async (leaf) => {
      const problem = leaf === null ? null : await inspect(leaf.row);
      if (leaf === null || problem === null) return;
      // Of bytes that are no longer those of the leaf, only that is said.
      if (equalBytes(leaf.fromBytes, leaf.row.leafHash))
        run.book.add(`entry ${leaf.row.index}`, problem);
    });
    await Promise.all(problems);
    await rebuild.addTile(
      rows.map((leaf) => leaf && { fromBytes: leaf.fromBytes, beside: leaf.row.leafHash }),
      onLeaf,
    );
  };
  for await (const entry of run.inspection.entries()) {
    const next = BigInt(rebuild.tree.size + group.length);
    if (entry.index - next > LARGEST_HOLE) {
      run.book.add(
        `entry ${entry.index}`,
        `it stands far behind the end: entry ${next} is missing`,
      );
      break;
    }
    for (let index = next; index < entry.index; index++) {
      group.push(null);
      if (group.length === TILE_WIDTH) await flush();
    }
    entries += 1;
    if (entry.kind === "raw") thirdParty += 1;
    group.push(entry);
    if (group.length === TILE_WIDTH) await flush();
  }
  if (group.length > 0) await flush();
  return { entries, thirdParty };
}

/** The stored tiles, level by level in step with the tree. What the tree does not ask for belongs nowhere. */
function openTiles({ inspection, book }: Inspection) {
  const levels = new Map<number, { rows: AsyncGenerator<StoredTile>; next: StoredTile | null }>();
  const advance = async (rows: AsyncGenerator<StoredTile>): Promise<StoredTile | null> => {
    const { done, value } = await rows.next();
    return done === true ? null : value;
  };
  const cursorOf = async (level: number) => {
    const known = levels.get(level);
    if (known !== undefined) return known;
    const rows = inspection.tiles(level);
    const cursor = { rows, next: await advance(rows) };
    levels.set(level, cursor);
    return cursor;
  };
  const take: TakeTile = async (level, index) => {
    const cursor = await cursorOf(level);
    if (cursor.next?.index !== BigInt(index)) return null;
    const { hashes } = cursor.next;
    cursor.next = await advance(cursor.rows);
    return hashes;
  };
  return {
    take,
    async finish(): Promise<void> {
      for (const level of await inspection.levels()) {
        const cursor = await cursorOf(level);
        for (; cursor.next !== null; cursor.next = await advance(cursor.rows))
          book.add(
            `tile ${level}/${cursor.next.index}`,
            "the tree of the entries has no such tile",
          );
      }
    },
  };
}

/** Every checkpoint, each looked at when the tree has its size. */
async function openCheckpoints(run: Inspection, { tree }: TreeRebuild) {
  const rows = run.inspection.checkpoints();
  let next: StoredCheckpoint | null = null;
  let last = { size: 0n, meetsPolicy: true };
  let [count, underOtherPolicy] = [0, 0];
  const advance = async () => {
    const { done, value } = await rows.next();
    next = done === true ? null : value;
  };
  const look = async (row: StoredCheckpoint) => {
    const root = tree.size === 0 ? EMPTY_ROOT : tree.root();
    const { problem, meetsPolicy } = await checkpointProblem(row, root, run);
    if (problem !== null) run.book.add(`checkpoint ${row.size}`, problem);
    else if (!meetsPolicy) underOtherPolicy += 1;
    last = { size: row.size, meetsPolicy: meetsPolicy || problem !== null };
    count += 1;
    await advance();
  };
  await advance();
  return {
    async onLeaf(): Promise<void> {
      while (next !== null && next.size <= BigInt(tree.size)) await look(next);
    },
    async finish() {
      for (; next !== null; await advance()) {
        const { size }: StoredCheckpoint = next;
        run.book.add(`checkpoint ${size}`, `there are only ${tree.size} entries`);
        last = { size, meetsPolicy: true };
        count += 1;
      }
      if (!last.meetsPolicy) {
        underOtherPolicy -= 1;
        run.book.add(`checkpoint ${last.size}`, "it is the newest, and does not meet the policy");
      }
      return { count, underOtherPolicy, largest: last.size };
    },
  };
}

/** Holds the one row of the log's state against the tree. @returns why the log is halted, if it is. */
async function checkState(
  { inspection, book }: Inspection,
  { tree }: TreeRebuild,
  largest: bigint,
): Promise<string | null> {
  const state = await inspection.state();
  if (state === null) {
    book.add("state", "it is missing");
    return null;
  }
  if (state.size !== BigInt(tree.size))
    book.add("state", `it says ${state.size} entries, and there are ${tree.size}`);
  if (!equalBytes(state.root, tree.root()))
    book.add("state", "its root is not the one that the entries lead to");
  if (state.publishedSize !== largest)
    book.add(
      "state",
      `it says that ${state.publishedSize} entries are published, and the largest checkpoint has ${largest}`,
    );
  return state.haltedReason;
}

/** @returns how many entries wait. */
async function checkPending({ inspection, tree, book }: Inspection): Promise<number> {
  let count = 0;
  for await (const { id, bytes, leafHash } of inspection.pending()) {
    count += 1;
    if (!equalBytes(tree.hashLeaf(bytes), leafHash))
      book.add(`pending ${id}`, "its bytes are not those that were filed");
  }
  return count;
}
