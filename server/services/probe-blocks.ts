import type { Cid } from "@/schemas/primitives";
import type { WithDeadline } from "@/server/adapters/clock/deadline";
import type { BlockLook, ProbeStore } from "@/server/adapters/db/probe-store";
import type { ContentStore, Look } from "@/server/adapters/ipfs/content-store";

type Probed = Pick<ContentStore, "name" | "get" | "put" | "probe">;

export type ProbeBlocksDeps = {
  readonly probes: Pick<ProbeStore, "due" | "record">;
  /** The first copy. */
  readonly blocks: Probed;
  readonly copies: readonly Probed[];
  readonly withDeadline: WithDeadline;
  readonly now: () => Date;
};

/** What one sweep did. `missing`: blocks that some store still lacks. */
export type ProbeSweep = {
  readonly looked: number;
  readonly restored: readonly Cid[];
  readonly missing: readonly Cid[];
  /** Whether there were more blocks to look for than one sweep takes. */
  readonly isBehind: boolean;
};

/** Blocks that one sweep looks for. */
const BATCH = 64;
/** How long one sweep may take, in milliseconds: a few times what a node that hangs costs. */
const BUDGET_MS = 30_000;
/** A block is not looked for again sooner, in milliseconds. */
const REST_MS = 600_000;

/**
 * Looks for blocks in every store that is to keep them, those first that nobody has looked for, then
 * the oldest looks. A block that one store lacks and another has is put there again and looked for
 * once more. What the end of the sweep's time broke off is not written down: it says nothing of the block.
 */
export async function probeBlocks(deps: ProbeBlocksDeps, stop: AbortSignal): Promise<ProbeSweep> {
  const due = await deps.probes.due(BATCH, new Date(deps.now().getTime() - REST_MS));
  const found: Found[] = [];
  await deps.withDeadline(BUDGET_MS, [stop], async (signal) => {
    for (const cid of due) {
      const one = await lookEverywhere(deps, cid, signal);
      if (signal.aborted) return;
      found.push(one);
    }
  });
  await deps.probes.record(found.map(({ look }) => look));
  const cidsOf = (some: readonly Found[]) => some.map(({ look }) => look.cid);
  return {
    looked: found.length,
    restored: cidsOf(found.filter(({ isRestored }) => isRestored)),
    missing: cidsOf(found.filter(({ look }) => !look.isAvailable)),
    isBehind: due.length === BATCH,
  };
}

type Found = { readonly look: BlockLook; readonly isRestored: boolean };
type Lack = { readonly store: Probed; readonly look: Exclude<Look, { isAvailable: true }> };

async function lookEverywhere(
  deps: ProbeBlocksDeps,
  cid: Cid,
  signal: AbortSignal,
): Promise<Found> {
  const stores = [deps.blocks, ...deps.copies];
  const before = await lacksOf(stores, cid, signal);
  const wasPutAgain = before.length > 0 && (await putAgain(stores, before, cid));
  const after = wasPutAgain ? await lacksOf(stores, cid, signal) : before;
  const isAvailable = after.length === 0;
  return {
    isRestored: isAvailable && wasPutAgain,
    look: {
      cid,
      store: stores.map(({ name }) => name).join(", "),
      isAvailable,
      detail:
        before.length === 0
          ? null
          : detailOf(isAvailable ? "put again after" : "", isAvailable ? before : after),
      at: deps.now(),
    },
  };
}

async function lacksOf(
  stores: readonly Probed[],
  cid: Cid,
  signal: AbortSignal,
): Promise<readonly Lack[]> {
  const looks = await Promise.all(
    stores.map(async (store) => ({ store, look: await store.probe(cid, signal) })),
  );
  return looks.flatMap(({ store, look }) => (look.isAvailable ? [] : [{ store, look }]));
}

/** Puts the block where it lacks, from a store that has it; false when none has, or none that lacks it answers. */
async function putAgain(
  stores: readonly Probed[],
  lacks: readonly Lack[],
  cid: Cid,
): Promise<boolean> {
  const source = stores.find((store) => !lacks.some((lack) => lack.store === store));
  const targets = lacks.filter(({ look }) => look.code !== "CONTENT_STORE_UNAVAILABLE");
  if (source === undefined || targets.length === 0) return false;
  // Whether it worked is what the next look says.
  const bytes = await source.get(cid).catch(() => null);
  if (bytes === null) return false;
  await Promise.allSettled(targets.map(({ store }) => store.put(bytes)));
  return true;
}

const detailOf = (prefix: string, lacks: readonly Lack[]): string =>
  `${prefix} ${lacks.map(({ store, look }) => `${store.name}: ${look.code}`).join(", ")}`.trim();
