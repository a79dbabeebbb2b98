import type { Cid } from "@/schemas/primitives";
import type { BlockOutbox, OutboxBlock } from "@/server/adapters/db/block-outbox";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import { isBeaconError } from "@/server/domain/errors";

export type MoveBlocksDeps = {
  readonly outbox: Pick<BlockOutbox, "oldest" | "drop">;
  /** The first copy. */
  readonly blocks: Pick<ContentStore, "put">;
  /** Where every block is published besides. */
  readonly copies: readonly Pick<ContentStore, "put">[];
};

/** `refused`: blocks that a store was asked to take and did not. They stay where they were. */
export type MovedBlocks = { readonly moved: number; readonly refused: readonly Cid[] };

/** Blocks moved at a time: enough to keep up, few enough to leave the machine to those who ask. */
const BATCH = 64;
/** Blocks sent to the copies at the same time: a node syncs its disk for each, and we wait for that. */
const SIDE_BY_SIDE = 8;

/**
 * Moves blocks that wait in the outbox into the first copy and into all others. Stored everywhere
 * first, forgotten then: a crash in between stores them once more, which changes nothing.
 *
 * @param skip so many of those that have waited longest are left alone, because they were refused.
 * @throws BeaconError CONTENT_STORE_UNAVAILABLE when a store is away; what had moved by then has moved.
 */
export async function moveBlocks(deps: MoveBlocksDeps, skip = 0): Promise<MovedBlocks> {
  const waiting = await deps.outbox.oldest(BATCH, skip);
  for (const { bytes } of waiting) await deps.blocks.put(bytes);
  const moved: Cid[] = [];
  const refused: Cid[] = [];
  try {
    for (let at = 0; at < waiting.length; at += SIDE_BY_SIDE) {
      const some = waiting.slice(at, at + SIDE_BY_SIDE);
      const failures = await Promise.all(some.map((block) => failureOf(deps, block)));
      moved.push(...cidsWhere(some, (place) => failures[place] === null));
      refused.push(...cidsWhere(some, (place) => isRefusal(failures[place])));
      const away = failures.find((failure) => failure !== null && !isRefusal(failure));
      if (away !== undefined) throw away;
    }
  } finally {
    await deps.outbox.drop(moved);
  }
  return { moved: moved.length, refused };
}

/** What the copies did not take the block for; null when all of them have it. */
const failureOf = (
  { copies }: Pick<MoveBlocksDeps, "copies">,
  { bytes }: OutboxBlock,
): Promise<unknown> =>
  Promise.all(copies.map((copy) => copy.put(bytes))).then(
    () => null,
    (error: unknown) => error,
  );

/** A store that says no to one block may take the next: it must not hold up those behind it. */
const isRefusal = (failure: unknown): boolean =>
  isBeaconError(failure) && failure.code === "CONTENT_STORE_REFUSED";

const cidsWhere = (
  blocks: readonly OutboxBlock[],
  isMeant: (place: number) => boolean,
): readonly Cid[] => blocks.filter((_, place) => isMeant(place)).map(({ cid }) => cid);
