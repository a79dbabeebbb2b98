import type { LogStore, PublishedCheckpoint, SequencedEntry } from "@/server/adapters/db/log-store";
import type { ReadTile, Tree } from "@/server/adapters/tree/tree";

/** Entries that are read together: a task's leaf stands near the leaf of the task before it. */
const WINDOW = 256;
/** So far apart, two entries are still asked for one after another. */
const NEAR = 16;
/** Proofs that are kept: every receipt of a job carries those of one key and one intent. */
const KEPT_PROOFS = 16;

/** The log and its tree as they are at one checkpoint, however they grow meanwhile. */
export type PinnedLog = {
  readonly log: Pick<LogStore, "entry" | "ofKind" | "published" | "tileReader">;
  readonly tree: Pick<Tree, "proveInclusion">;
};

export type PinLogDeps = {
  readonly log: Pick<LogStore, "entries" | "entry" | "ofKind" | "tileReader">;
  readonly tree: Pick<Tree, "proveInclusion">;
};

/**
 * Holds the log at one checkpoint, for many receipts that lead to the same state. It remembers what the
 * receipts of one job share: registrations, intent, their proofs, and tiles.
 */
export function pinLog(deps: PinLogDeps, checkpoint: PublishedCheckpoint): PinnedLog {
  const { log, tree } = deps;
  const kinds = new Map<string, Promise<readonly SequencedEntry[]>>();
  const tiles = new Map<string, Promise<Uint8Array>>();
  const proofs = new Map<number, Promise<readonly Uint8Array[]>>();
  let window: { from: number; entries: Promise<readonly SequencedEntry[]> } | null = null;
  let last = Number.NEGATIVE_INFINITY;
  const readTile = log.tileReader(checkpoint.size);
  const keptTile: ReadTile = (level, index) =>
    kept(tiles, `${level}/${index}`, () => readTile(level, index));
  return {
    log: {
      published: async () => checkpoint,
      tileReader: () => keptTile,
      ofKind: (kind, jobId) => kept(kinds, `${kind} ${jobId}`, () => log.ofKind(kind, jobId)),
      async entry(index) {
        const isNext = Math.abs(index - last) <= NEAR;
        last = index;
        const from = index - (index % WINDOW);
        if (window?.from !== from) {
          // In the order of names, neighbours are far apart: a window would be read for each.
          if (!isNext) return log.entry(index);
          window = { from, entries: log.entries(from, Math.min(from + WINDOW, checkpoint.size)) };
        }
        return (await window.entries).find((entry) => entry.index === index) ?? null;
      },
    },
    tree: {
      proveInclusion(index, size, read) {
        const proof = proofs.get(index) ?? tree.proveInclusion(index, size, read);
        proofs.delete(index); // asked for again, it is the youngest again
        proofs.set(index, proof);
        const oldest = proofs.size > KEPT_PROOFS ? proofs.keys().next().value : undefined;
        if (oldest !== undefined) proofs.delete(oldest);
        return proof;
      },
    },
  };
}

function kept<T>(known: Map<string, Promise<T>>, key: string, get: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? get();
  known.set(key, found);
  return found;
}
