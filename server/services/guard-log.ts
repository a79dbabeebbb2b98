import type { LogHalt } from "@/server/adapters/db/log-halt";
import type { LogStore, PublishedCheckpoint } from "@/server/adapters/db/log-store";
import type { Tree } from "@/server/adapters/tree/tree";
import type { Witness } from "@/server/adapters/witness/witness";
import { equalBytes } from "@/server/domain/bytes";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import type { Checkpoint } from "@/server/domain/log/checkpoint";

export type GuardLogDeps = {
  readonly log: Pick<LogStore, "state" | "published" | "tileReader">;
  readonly tree: Pick<Tree, "rootOf">;
  readonly logHalt: Pick<LogHalt, "read">;
  readonly witnesses: readonly Pick<Witness, "name" | "latest">[];
  readonly origin: string;
};

/** A checkpoint that the log signed once, and who holds it. */
type Held = { readonly by: string; readonly checkpoint: Pick<Checkpoint, "size" | "root"> };

/**
 * Looks, before anything is signed, whether this log still is what it once signed: whether it begins
 * with its own last published checkpoint and with the latest that every witness holds. A database
 * that was restored from an old copy does not, and would fork the log with its next signature.
 *
 * @returns the witnesses that could not be asked, by name; what they hold is not known.
 * @throws BeaconError LOG_HALTED when writing was stopped before, LOG_ROLLED_BACK when somebody holds
 *   more entries than there are, LOG_FORKED when somebody holds another tree; TILE_INCONSISTENT.
 */
export async function guardLog(deps: GuardLogDeps): Promise<readonly string[]> {
  const halted = await deps.logHalt.read();
  if (halted !== null) throw new BeaconError("LOG_HALTED", halted.reason);
  const asked = await Promise.all(deps.witnesses.map((witness) => heldBy(witness, deps.origin)));
  const published = await deps.log.published();
  // The size comes last: whatever was signed before this line is not larger, whoever writes beside us.
  const { size } = await deps.log.state();
  for (const held of [...ownOf(published), ...asked.flatMap(({ held }) => held)])
    await mustBegin(deps, held, size);
  return asked.filter(({ isAsked }) => !isAsked).map(({ name }) => name);
}

async function heldBy(
  { name, latest }: GuardLogDeps["witnesses"][number],
  origin: string,
): Promise<{ readonly name: string; readonly isAsked: boolean; readonly held: readonly Held[] }> {
  try {
    const checkpoint = await latest(origin);
    const held = checkpoint === null ? [] : [{ by: `witness ${name}`, checkpoint }];
    return { name, isAsked: true, held };
  } catch (error) {
    if (!isBeaconError(error)) throw error;
    return { name, isAsked: false, held: [] };
  }
}

const ownOf = (published: PublishedCheckpoint | null): readonly Held[] =>
  published === null
    ? []
    : [
        {
          by: "the table of checkpoints",
          checkpoint: { ...published, size: BigInt(published.size) },
        },
      ];

async function mustBegin(
  { log, tree }: Pick<GuardLogDeps, "log" | "tree">,
  { by, checkpoint }: Held,
  size: number,
): Promise<void> {
  if (checkpoint.size > BigInt(size)) throw rolledBack(by, checkpoint.size, size);
  const heldSize = Number(checkpoint.size);
  const root = await tree.rootOf(heldSize, log.tileReader(heldSize));
  if (!equalBytes(root, checkpoint.root))
    throw new BeaconError(
      "LOG_FORKED",
      `${by} holds another tree of ${heldSize} entries than this log has`,
      { details: { heldSize, size } },
    );
}

const rolledBack = (by: string, heldSize: bigint, size: number): BeaconError =>
  new BeaconError(
    "LOG_ROLLED_BACK",
    `${by} holds ${heldSize} entries and this log has ${size}: it was restored from an old copy`,
    { details: { heldSize: String(heldSize), size } },
  );
