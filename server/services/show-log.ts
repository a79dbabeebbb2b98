import type { LeafSnapshot, LeafSummary, LogHead, Page, WitnessView } from "@/schemas/snapshot";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { LogHalt } from "@/server/adapters/db/log-halt";
import type { LogStore, SequencedEntry } from "@/server/adapters/db/log-store";
import type { TaskStore } from "@/server/adapters/db/task-store";
import type { WitnessOutcome, WitnessStore } from "@/server/adapters/db/witness-store";
import type { Tree } from "@/server/adapters/tree/tree";
import type { Witness } from "@/server/adapters/witness/witness";
import { base64, hex } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { parseCosignature } from "@/server/domain/log/cosignature";
import { EMPTY_ROOT } from "@/server/domain/log/merkle";
import { isSignatureOf, parseNote } from "@/server/domain/log/note";
import type { Policy } from "@/server/domain/log/policy";
import { readEntry } from "@/server/domain/log/read-entry";
import { isLogSigned, signingKeyOf } from "@/server/domain/log/receipt";
import { instantOf } from "@/server/domain/time";

export type ShowLogDeps = {
  readonly log: Pick<LogStore, "published" | "state" | "entry" | "newest" | "tileReader">;
  readonly jobs: Pick<JobStore, "titles">;
  readonly tasks: Pick<TaskStore, "openTotals">;
  readonly tree: Pick<Tree, "proveInclusion" | "proveConsistency">;
  readonly witnesses: readonly Pick<Witness, "name" | "operator">[];
  readonly witnessStore: Pick<WitnessStore, "all">;
  readonly logHalt: Pick<LogHalt, "read">;
  readonly policy: Policy;
  readonly origin: string;
  /** The log's key in C2SP note format. */
  readonly logVerifierKey: string;
};

/** The published state of the log. */
export async function showLogHead(deps: ShowLogDeps): Promise<LogHead> {
  const [published, { size: sequenced }, open, outcomes, halted] = await Promise.all([
    deps.log.published(),
    deps.log.state(),
    deps.tasks.openTotals(),
    deps.witnessStore.all(),
    deps.logHalt.read(),
  ]);
  const quorum = deps.policy.groups.find(({ name }) => name === deps.policy.quorum);
  return {
    origin: deps.origin,
    size: published?.size ?? 0,
    root: base64(published?.root ?? EMPTY_ROOT),
    note: published?.note ?? null,
    publishedAt: published === null ? null : instantOf(published.publishedAt),
    unpublished: Math.max(0, sequenced - (published?.size ?? 0)),
    halted: halted === null ? null : { reason: halted.reason, at: instantOf(halted.at) },
    logVerifierKey: deps.logVerifierKey,
    witnesses: witnessViews(deps, published?.note ?? null, outcomes),
    quorum: quorum?.threshold ?? (deps.policy.quorum === null ? 0 : 1),
    openTasks: open.tasks,
    openJobs: open.jobs,
  };
}

/** Published leaves, newest first; the cursor is the index before which to go on. */
export async function listLeaves(
  deps: ShowLogDeps,
  page: { readonly cursor: string | null; readonly limit: number },
): Promise<Page<LeafSummary>> {
  const size = (await deps.log.published())?.size ?? 0;
  const before = Math.min(size, page.cursor === null ? size : Number(page.cursor));
  const leaves = await deps.log.newest(before, page.limit);
  const last = leaves.at(-1)?.index ?? 0;
  return {
    items: await summariesOf(deps, leaves),
    nextCursor: last > 0 ? String(last) : null,
  };
}

/** One published leaf with its proof at the published size. @throws BeaconError LEAF_NOT_FOUND */
export async function showLeaf(deps: ShowLogDeps, index: number): Promise<LeafSnapshot> {
  const size = (await deps.log.published())?.size ?? 0;
  const leaf = index < size ? await deps.log.entry(index) : null;
  if (leaf === null)
    throw new BeaconError("LEAF_NOT_FOUND", `The published log has no entry ${index}.`);
  const entry = leaf.kind === "raw" ? null : readEntry(leaf.bytes);
  const proof = await deps.tree.proveInclusion(index, size, deps.log.tileReader(size));
  const [summary] = await summariesOf(deps, [leaf]);
  if (summary === undefined) throw new Error("a leaf has no summary");
  return {
    ...summary,
    entry,
    bytes: base64(leaf.bytes),
    leafHash: hex(leaf.leafHash),
    dsse: leaf.dsse,
    signerKey: entry === null || isLogSigned(entry) ? null : signingKeyOf(entry),
    size,
    proof: proof.map(hex),
  };
}

/**
 * How the tree of `to` leaves extends the one of `from` (RFC 9162, section 2.1.4), hashes in base64.
 *
 * @throws BeaconError LOG_POSITION_INVALID when a size is not published, or `from` is larger.
 */
export async function proveGrowth(
  deps: Pick<ShowLogDeps, "log" | "tree">,
  sizes: { readonly from: number; readonly to: number },
): Promise<{ proof: readonly string[] }> {
  const size = (await deps.log.published())?.size ?? 0;
  if (sizes.from > sizes.to)
    throw new BeaconError(
      "LOG_POSITION_INVALID",
      `A log of ${sizes.from} entries does not grow into one of ${sizes.to}.`,
    );
  if (sizes.to > size)
    throw new BeaconError("LOG_POSITION_INVALID", `The log has published ${size} entries so far.`);
  const { from, to } = sizes;
  const proof = await deps.tree.proveConsistency(from, to, deps.log.tileReader(to));
  return { proof: proof.map(base64) };
}

async function summariesOf(
  deps: Pick<ShowLogDeps, "jobs">,
  leaves: readonly SequencedEntry[],
): Promise<readonly LeafSummary[]> {
  const titles = await deps.jobs.titles(leaves.flatMap(({ jobId }) => jobId ?? []));
  return leaves.map((leaf) => {
    const entry = leaf.kind === "raw" ? null : readEntry(leaf.bytes);
    if (entry === null) return foreignSummary(leaf);
    return {
      index: leaf.index,
      type: entry.type,
      at: entry.at,
      simulated: "simulated" in entry ? entry.simulated : null,
      jobId: leaf.jobId,
      jobTitle: leaf.jobId === null ? null : (titles.get(leaf.jobId) ?? null),
      taskId: leaf.taskId,
      country: "country" in entry ? entry.country : null,
    };
  });
}

/** Bytes that a third party added: all that is known is when they came. */
const foreignSummary = ({ index, createdAt }: SequencedEntry): LeafSummary => ({
  index,
  type: "raw",
  at: instantOf(createdAt),
  simulated: null,
  jobId: null,
  jobTitle: null,
  taskId: null,
  country: null,
});

/** The policy's witnesses, when each cosigned `note`, and what became of the last request to it. */
function witnessViews(
  deps: ShowLogDeps,
  note: string | null,
  outcomes: readonly WitnessOutcome[],
): readonly WitnessView[] {
  const signatures = note === null ? [] : parseNote(note).signatures;
  return deps.policy.witnesses.map(({ name, key }) => {
    const line = signatures.find((signature) => isSignatureOf(signature, key));
    const cosignature = line === undefined ? null : parseCosignature(line.bytes);
    return {
      name,
      keyHash: key.id.toString(16).padStart(8, "0"),
      cosignedAt: cosignature === null ? null : instantOf(new Date(cosignature.atSeconds * 1_000)),
      operator:
        deps.witnesses.find((witness) => witness.name === key.name)?.operator ?? "independent",
      lastAsked: lastAsked(outcomes.find((outcome) => outcome.name === key.name)),
    };
  });
}

const lastAsked = (outcome: WitnessOutcome | undefined): WitnessView["lastAsked"] =>
  outcome === undefined
    ? null
    : { at: instantOf(outcome.at), code: outcome.code, message: outcome.message };
