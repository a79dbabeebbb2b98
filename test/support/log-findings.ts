import type { Context } from "@/server/context";
import { equalBytes, hex } from "@/server/domain/bytes";
import { parseCheckpoint } from "@/server/domain/log/checkpoint";
import { createFrontier } from "@/server/domain/log/frontier";
import { parseNote } from "@/server/domain/log/note";
import type { JournalLine } from "@/test/support/log-writer-process";

/** What is wrong with a log, given what processes were told that wrote it. */
export type LogFindings = {
  readonly size: number;
  /** Leaves whose index, or whose acceptance, a process was told; and of them those that are not where they were said to be. */
  readonly told: number;
  readonly lost: number;
  /** Leaves that stand in the log twice, and indices out of line. */
  readonly doubled: number;
  /** Checkpoints that a witness cosigned or that were published; and of them those of another tree. */
  readonly cosigned: number;
  readonly published: number;
  readonly forks: number;
};

/** A checkpoint that somebody has, whoever signed it. */
type Seen = { readonly size: bigint; readonly root: Uint8Array };

/** Holds what processes were told, and what was published, against the log as it is now. */
export async function logFindings(
  context: Pick<Context, "log">,
  told: readonly JournalLine[],
  published: readonly Seen[],
): Promise<LogFindings> {
  const { size, places, roots, doubled } = await readLog(context);
  const isLost = (line: JournalLine): boolean =>
    (line.told === "index" && places.get(line.leafHash) !== line.index) ||
    (line.told === "filed" && !places.has(line.leafHash));
  const isFork = (seen: Seen): boolean =>
    !equalBytes(roots.get(seen.size) ?? new Uint8Array(), seen.root);
  const cosigned = told.flatMap((line) =>
    line.told === "cosigned" ? [parseCheckpoint(parseNote(line.note).text)] : [],
  );
  return {
    size,
    told: told.length - cosigned.length,
    lost: told.filter(isLost).length,
    doubled,
    cosigned: cosigned.length,
    published: published.length,
    forks: [...cosigned, ...published].filter(isFork).length,
  };
}

/** Where every leaf stands, and the root of every size. */
async function readLog({ log }: Pick<Context, "log">) {
  const { size } = await log.state();
  const places = new Map<string, number>();
  const roots = new Map<bigint, Uint8Array>();
  const tree = createFrontier();
  let doubled = 0;
  for (let from = 0; from < size; from += 1_000)
    for (const { leafHash, index } of await log.entries(from, from + 1_000)) {
      if (places.has(hex(leafHash)) || index !== tree.size) doubled += 1;
      places.set(hex(leafHash), index);
      tree.add(leafHash);
      roots.set(BigInt(tree.size), tree.root());
    }
  return { size, places, roots, doubled };
}
