import { VantageDocument } from "@/schemas/evidence";
import type { LogEntry } from "@/schemas/log-entry";
import type { DsseEnvelope, ReceiptExtra } from "@/schemas/receipt";
import type { LogStore, SequencedEntry } from "@/server/adapters/db/log-store";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import type { ReadTile, Tree } from "@/server/adapters/tree/tree";
import { base64, equalBytes, fromUtf8, utf8 } from "@/server/domain/bytes";
import { canonicalBytes, cidOf } from "@/server/domain/digest";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { keyRegistryOf } from "@/server/domain/log/key-registry";
import { formatProof, MAX_PROOF_FILE_BYTES } from "@/server/domain/log/proof";
import { readEntry } from "@/server/domain/log/read-entry";
import { formatReceipt, isLogSigned, signingKeyOf } from "@/server/domain/log/receipt";

/** A receipt, and the name under which it is saved, which says when what it is about is simulated. */
export type Receipt = { readonly text: string; readonly fileName: string };

export type BuildReceiptDeps = {
  readonly log: Pick<LogStore, "entry" | "ofKind" | "published" | "tileReader">;
  readonly tree: Pick<Tree, "proveInclusion">;
  readonly content: Pick<ContentStore, "get">;
};

/** Proves one leaf in the tree of the newest checkpoint. */
type Prove = (index: number) => Promise<readonly Uint8Array[]>;

/**
 * The receipt of one leaf at the newest published checkpoint: a C2SP tlog-proof whose `extra` carries
 * the entry, its signature, and the entries that it leans on (the key's registration, its revocation
 * where there is one, the job's intent), each with its own proof, and the document of where it was
 * asked from. Without that document, where it is not held, the receipt proves the same. Bytes that a
 * third party added have a proof and no extra: nobody signed them.
 *
 * @throws BeaconError LEAF_NOT_FOUND when no published checkpoint includes the leaf.
 */
export async function buildReceipt(deps: BuildReceiptDeps, index: number): Promise<Receipt> {
  const checkpoint = await deps.log.published();
  const leaf = checkpoint !== null && index < checkpoint.size ? await deps.log.entry(index) : null;
  if (checkpoint === null || leaf === null)
    throw new BeaconError("LEAF_NOT_FOUND", `The published log has no entry ${index}.`);
  const { size, note } = checkpoint;
  const readTile: ReadTile = deps.log.tileReader(size);
  const prove: Prove = (at) => deps.tree.proveInclusion(at, size, readTile);
  const parts = { index: BigInt(index), proof: await prove(index), checkpoint: note };
  const entry = leaf.kind === "raw" ? null : readEntry(leaf.bytes);
  if (entry === null || leaf.dsse === null)
    return {
      text: formatProof({ ...parts, extra: null }),
      fileName: `third-party-entry-${index}.tlog-proof`,
    };
  const extra: ReceiptExtra = {
    entry,
    dsse: leaf.dsse,
    key: await keyOf(deps, { index, entry }, size, prove),
    intent: await intentOf(deps, leaf, entry, prove),
  };
  const isSimulated = "simulated" in entry && entry.simulated;
  const vantage = await vantageOf(deps, entry);
  const withIt = vantage && formatReceipt({ ...parts, extra: { ...extra, vantage } });
  const fits = withIt !== null && utf8(withIt).length <= MAX_PROOF_FILE_BYTES;
  return {
    text: fits ? withIt : formatReceipt({ ...parts, extra }),
    fileName: `beacon-entry-${index}${isSimulated ? "-simulated" : ""}.tlog-proof`,
  };
}

/**
 * The document of where an entry was asked from; null when the entry names none, or when its block is
 * not held whole. A store that cannot be reached holds up no proof: the entry still names the document.
 */
async function vantageOf(
  { content }: Pick<BuildReceiptDeps, "content">,
  entry: LogEntry,
): Promise<VantageDocument | null> {
  if (!("vantage" in entry) || entry.vantage === undefined) return null;
  try {
    const bytes = await content.get(entry.vantage);
    if (bytes === null || cidOf(bytes) !== entry.vantage) return null;
    const document = VantageDocument.safeParse(JSON.parse(fromUtf8(bytes) ?? ""));
    const isCanonical = document.success && equalBytes(canonicalBytes(document.data), bytes);
    return isCanonical ? document.data : null;
  } catch (error) {
    if (isBeaconError(error) || error instanceof SyntaxError) return null;
    throw error;
  }
}

async function keyOf(
  deps: Pick<BuildReceiptDeps, "log">,
  { index, entry }: { readonly index: number; readonly entry: LogEntry },
  size: number,
  prove: Prove,
): Promise<ReceiptExtra["key"]> {
  if (isLogSigned(entry)) return null;
  const leaves = [
    ...(await deps.log.ofKind("beacon.key/v1", null)),
    ...(await deps.log.ofKind("beacon.revocation/v1", null)),
  ].filter((leaf) => leaf.index < size);
  const known = keyRegistryOf(leaves).find(({ key }) => key === signingKeyOf(entry));
  if (known === undefined || known.registration.index >= index)
    throw new BeaconError(
      "LEAF_NOT_FOUND",
      `The key that signed entry ${index} is not registered in the log.`,
    );
  const proved = async <E>(at: { readonly index: number; readonly entry: E }) => ({
    ...at,
    dsse: signatureOf(leaves, at.index),
    proof: (await prove(at.index)).map(base64),
  });
  const { registration, revocation } = known;
  return revocation === null
    ? proved(registration)
    : { ...(await proved(registration)), revocation: await proved(revocation) };
}

/** What the log's key signed beside the leaf at `index`. */
function signatureOf(leaves: readonly SequencedEntry[], index: number): DsseEnvelope {
  const dsse = leaves.find((leaf) => leaf.index === index)?.dsse ?? null;
  if (dsse === null) throw new Error(`entry ${index} has no signature`);
  return dsse;
}

async function intentOf(
  deps: Pick<BuildReceiptDeps, "log">,
  leaf: SequencedEntry,
  { type }: LogEntry,
  prove: Prove,
): Promise<ReceiptExtra["intent"]> {
  if (leaf.jobId === null || type === "beacon.intent/v1") return null;
  const [intent] = await deps.log.ofKind("beacon.intent/v1", leaf.jobId);
  const entry = intent === undefined ? null : readEntry(intent.bytes);
  if (intent === undefined || entry?.type !== "beacon.intent/v1")
    throw new BeaconError("LEAF_NOT_FOUND", `The intent of job ${leaf.jobId} is not in the log.`);
  return { entry, index: intent.index, proof: (await prove(intent.index)).map(base64) };
}
