import { LogEntry } from "@/schemas/log-entry";
import type { ReceiptExtra } from "@/schemas/receipt";
import type { LogStore, SequencedEntry } from "@/server/adapters/db/log-store";
import type { ReadTile, Tree } from "@/server/adapters/tree/tree";
import { base64 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { formatReceipt } from "@/server/domain/log/receipt";

/** A receipt, and the name under which it is saved, which says when what it is about is simulated. */
export type Receipt = { readonly text: string; readonly fileName: string };

export type BuildReceiptDeps = {
  readonly log: Pick<LogStore, "entry" | "ofKind" | "published" | "tileReader">;
  readonly tree: Pick<Tree, "proveInclusion">;
};

/**
 * The receipt of one leaf at the newest published checkpoint: a C2SP tlog-proof whose `extra` carries
 * the entry, its signature, and the key registration and intent that it leans on, each with its own
 * proof.
 *
 * @throws BeaconError LEAF_NOT_FOUND when no published checkpoint includes the leaf.
 */
export async function buildReceipt(deps: BuildReceiptDeps, index: number): Promise<Receipt> {
  const checkpoint = await deps.log.published();
  const leaf = checkpoint !== null && index < checkpoint.size ? await deps.log.entry(index) : null;
  if (checkpoint === null || leaf === null)
    throw new BeaconError("LEAF_NOT_FOUND", `The published log has no entry ${index}.`);
  const { size, note } = checkpoint;
  const readTile = deps.log.tileReader(size);
  const extra: ReceiptExtra = {
    entry: entryOf(leaf),
    dsse: leaf.dsse,
    key: await keyOf(deps, leaf, size, readTile),
    intent: await intentOf(deps, leaf, size, readTile),
  };
  const text = formatReceipt({
    extra,
    index,
    proof: await deps.tree.proveInclusion(index, size, readTile),
    checkpoint: note,
  });
  const isSimulated = "simulated" in extra.entry && extra.entry.simulated;
  return { text, fileName: `beacon-entry-${index}${isSimulated ? "-simulated" : ""}.tlog-proof` };
}

const entryOf = (leaf: SequencedEntry): LogEntry =>
  LogEntry.parse(JSON.parse(new TextDecoder().decode(leaf.bytes)));

async function proved(
  deps: BuildReceiptDeps,
  leaf: SequencedEntry,
  size: number,
  readTile: ReadTile,
) {
  const proof = await deps.tree.proveInclusion(leaf.index, size, readTile);
  return { index: leaf.index, proof: proof.map(base64) };
}

async function keyOf(
  deps: BuildReceiptDeps,
  leaf: SequencedEntry,
  size: number,
  readTile: ReadTile,
) {
  if (leaf.kind === "beacon.key/v1") return null;
  const signed = entryOf(leaf);
  for (const registration of await deps.log.ofKind("beacon.key/v1", null)) {
    const entry = entryOf(registration);
    if (entry.type !== "beacon.key/v1" || !("runner_key" in signed)) continue;
    if (entry.key === signed.runner_key && registration.index < leaf.index)
      return {
        entry,
        dsse: registration.dsse,
        ...(await proved(deps, registration, size, readTile)),
      };
  }
  throw new BeaconError(
    "LEAF_NOT_FOUND",
    `The key that signed entry ${leaf.index} is not registered in the log.`,
  );
}

async function intentOf(
  deps: BuildReceiptDeps,
  leaf: SequencedEntry,
  size: number,
  readTile: ReadTile,
) {
  if (leaf.jobId === null || leaf.kind === "beacon.intent/v1") return null;
  const [intent] = await deps.log.ofKind("beacon.intent/v1", leaf.jobId);
  const entry = intent === undefined ? null : entryOf(intent);
  if (intent === undefined || entry?.type !== "beacon.intent/v1")
    throw new BeaconError("LEAF_NOT_FOUND", `The intent of job ${leaf.jobId} is not in the log.`);
  return { entry, ...(await proved(deps, intent, size, readTile)) };
}
