import type { BundleBlock, BundleManifest } from "@/schemas/bundle-manifest";
import { Comparison } from "@/schemas/comparison";
import type { EntryType, LogEntry } from "@/schemas/log-entry";
import type { Cid, JobId, TaskId } from "@/schemas/primitives";
import type { JobStore, StoredJob } from "@/server/adapters/db/job-store";
import type { LogStore, PublishedCheckpoint } from "@/server/adapters/db/log-store";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import type { Tree } from "@/server/adapters/tree/tree";
import {
  assembleBundle,
  type BundleRow,
  type NamedBytes,
} from "@/server/domain/bundle/assemble-bundle";
import { BUNDLE_FILE, type Bundle } from "@/server/domain/bundle/bundle";
import { base64, fromUtf8, hex, utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { notShown } from "@/server/domain/eval/not-shown";
import { readEntry } from "@/server/domain/log/read-entry";
import { sha256 } from "@/server/domain/sha256";

/** Somebody's word that a checkpoint of `size` existed: an RFC 3161 token or an .ots file. */
export type BundleStamp = {
  readonly size: number;
  readonly extension: "tsr" | "ots";
  readonly proof: Uint8Array;
  /** The stamped checkpoint's note, as it was published. */
  readonly note: string;
};

export type BuildBundleDeps = {
  readonly jobs: Pick<JobStore, "byId">;
  readonly log: Pick<LogStore, "ofKind" | "published" | "tileReader">;
  readonly tree: Pick<Tree, "proveConsistency">;
  readonly content: Pick<ContentStore, "get">;
  readonly origin: string;
  readonly policyText: string;
  /** What gives the receipt of a leaf, by its index, at one checkpoint. */
  readonly receiptsAt: (checkpoint: PublishedCheckpoint) => (index: number) => Promise<string>;
  /** What goes along as the portal serves it: `schemas/…`, `verify/…`. */
  readonly publicFiles: () => Promise<readonly NamedBytes[]>;
  /** Stamps of checkpoints of `from` to `to` leaves, both included, the best of each kind first. */
  readonly stamps: (from: number, to: number) => Promise<readonly BundleStamp[]>;
};

type Draft = {
  readonly role: BundleBlock["role"];
  readonly file: string;
  readonly task?: TaskId;
  readonly leaf?: number;
};
/** A leaf and what it says. */
type Leaf = { readonly index: number; readonly entry: LogEntry };

/**
 * Everything that is held of one job, at the newest checkpoint: every block is read and hashed once
 * here, and read again when it is written, so that no more than one of them is in memory. A block that
 * cannot be had is named in the manifest as missing.
 *
 * @throws BeaconError JOB_NOT_FOUND; BUNDLE_NOT_READY while a task is open or the report is not in a
 *   published checkpoint; CONTENT_STORE_UNAVAILABLE when nobody can say whether a block is there.
 */
export async function buildBundle(deps: BuildBundleDeps, jobId: JobId): Promise<Bundle> {
  const job = await deps.jobs.byId(jobId);
  if (job === null) throw new BeaconError("JOB_NOT_FOUND", `There is no job ${jobId}.`);
  const checkpoint = await deps.log.published();
  const { comparisonIndex, intentIndex } = job;
  const isClosed = comparisonIndex !== null && comparisonIndex < (checkpoint?.size ?? 0);
  if (checkpoint === null || !isClosed || intentIndex === null)
    throw new BeaconError(
      "BUNDLE_NOT_READY",
      "The bundle of a job can be had when all its tasks have closed and its report is in the log.",
    );
  const beside = await deps.publicFiles();
  const leaves = await leavesOf(deps, jobId, checkpoint.size, beside);
  const rows: BundleRow[] = [];
  for await (const row of rowsOf(deps, checkpoint, job, leaves)) rows.push(row);
  const head = {
    job: jobId,
    simulated: job.simulated,
    log: deps.origin,
    checkpoint: { size: checkpoint.size, root: base64(checkpoint.root) },
    intent: intentIndex,
    tasks: tallyOf(job, leaves),
  };
  const stamps = await stampsOf(deps, comparisonIndex + 1, checkpoint.size);
  const words = { title: job.spec.title, notShown: await limitsOf(deps, job, leaves) };
  return assembleBundle(head, words, rows, [...beside, ...stamps]);
}

/** What the job's report does not show; nothing is said of a report that is not held. */
async function limitsOf(
  { content }: Pick<BuildBundleDeps, "content">,
  job: StoredJob,
  { comparison: [report] }: JobLeaves,
): Promise<readonly string[]> {
  if (report?.entry.type !== "beacon.comparison/v1") return [];
  const bytes = await heldBytes(content, report.entry.cid);
  const read = Comparison.safeParse(bytes === null ? null : JSON.parse(fromUtf8(bytes) ?? "null"));
  return read.success ? notShown({ spec: job.spec, comparison: read.data }) : [];
}

type Closes = Extract<LogEntry, { task: string }>;
const CLOSING_KINDS = {
  "beacon.result/v1": "results",
  "beacon.failure/v1": "failures",
  "beacon.withdrawal/v1": "withdrawn",
} as const satisfies Record<Closes["type"], string>;

/** The published leaves of one kind, in the log's order. */
async function ofKind(
  { log }: Pick<BuildBundleDeps, "log">,
  kind: EntryType,
  jobId: JobId | null,
  size: number,
): Promise<readonly Leaf[]> {
  const found = await log.ofKind(kind, jobId);
  return found.flatMap(({ index, bytes }) => {
    const entry = index < size ? readEntry(bytes) : null;
    return entry === null ? [] : [{ index, entry }];
  });
}

type JobLeaves = {
  readonly intent: readonly Leaf[];
  readonly comparison: readonly Leaf[];
  readonly closings: readonly { readonly index: number; readonly entry: Closes }[];
  readonly sessions: readonly Leaf[];
  readonly attestations: readonly Leaf[];
  readonly keys: readonly Leaf[];
  readonly verifiers: readonly Leaf[];
};

async function leavesOf(
  deps: Pick<BuildBundleDeps, "log">,
  jobId: JobId,
  size: number,
  beside: readonly NamedBytes[],
): Promise<JobLeaves> {
  const closings: { index: number; entry: Closes }[] = [];
  for (const kind of Object.keys(CLOSING_KINDS) as Closes["type"][])
    for (const { index, entry } of await ofKind(deps, kind, jobId, size))
      if ("task" in entry) closings.push({ index, entry });
  const here = new Map(beside.map(({ file, bytes }) => [file, hex(sha256(bytes))]));
  const newest = new Map<string, Leaf>();
  for (const leaf of await ofKind(deps, "beacon.verifier/v1", null, size)) {
    const { entry } = leaf;
    if (entry.type !== "beacon.verifier/v1") continue;
    // After an update the log may not yet commit to what goes along: then nothing is said of it.
    if (here.get(`verify/${entry.file}`) === entry.sha256) newest.set(entry.file, leaf);
  }
  return {
    intent: await ofKind(deps, "beacon.intent/v1", jobId, size),
    comparison: await ofKind(deps, "beacon.comparison/v1", jobId, size),
    closings: closings.sort((a, b) => a.index - b.index),
    sessions: await ofKind(deps, "beacon.session/v1", jobId, size),
    attestations: await ofKind(deps, "beacon.attestation/v1", jobId, size),
    keys: [
      ...(await ofKind(deps, "beacon.key/v1", null, size)),
      ...(await ofKind(deps, "beacon.revocation/v1", null, size)),
    ],
    verifiers: [...newest.values()],
  };
}

function tallyOf(job: StoredJob, { closings }: JobLeaves): BundleManifest["tasks"] {
  const tasks = { announced: job.taskCount, results: 0, failures: 0, withdrawn: 0 };
  for (const { entry } of closings) tasks[CLOSING_KINDS[entry.type]] += 1;
  return tasks;
}

/** What makes the rows of one bundle. */
type RowMaker = {
  /** @param sizeBytes what the log says of its size; null when it says nothing. */
  document(draft: Draft, cid: Cid, sizeBytes: number | null): Promise<BundleRow>;
  receipt(file: string, index: number, task?: TaskId): Promise<BundleRow>;
};

/**
 * The rows of the manifest in their order: what is of the whole job, then task by task as they closed,
 * then where they were asked from, and how each vantage session ended.
 */
async function* rowsOf(
  deps: BuildBundleDeps,
  checkpoint: PublishedCheckpoint,
  job: StoredJob,
  leaves: JobLeaves,
): AsyncGenerator<BundleRow> {
  const receiptOf = deps.receiptsAt(checkpoint);
  const make: RowMaker = {
    document: (draft, cid, sizeBytes) => documentRow(deps, draft, cid, sizeBytes),
    receipt: (file, index, task) =>
      receiptRow(receiptOf, { role: "receipt", file, leaf: index, ...(task && { task }) }),
  };
  yield textRow({ role: "checkpoint", file: BUNDLE_FILE.checkpoint }, checkpoint.note);
  yield textRow({ role: "policy", file: BUNDLE_FILE.policy }, deps.policyText);
  yield* jobRows(make, job, leaves);
  yield* taskRows(make, leaves);
  yield* vantageRows(make, leaves);
}

async function* jobRows(
  { document, receipt }: RowMaker,
  job: StoredJob,
  leaves: JobLeaves,
): AsyncGenerator<BundleRow> {
  for (const { index } of leaves.intent) {
    yield await document({ role: "spec", file: BUNDLE_FILE.spec, leaf: index }, job.specCid, null);
    yield await receipt("receipts/intent.tlog-proof", index);
  }
  for (const { index, entry } of leaves.comparison) {
    if (entry.type !== "beacon.comparison/v1") continue;
    const draft = { role: "comparison", file: BUNDLE_FILE.comparison, leaf: index } as const;
    yield await document(draft, entry.cid, entry.size_bytes);
    yield await receipt("receipts/comparison.tlog-proof", index);
  }
  for (const { index, entry } of leaves.attestations) {
    if (entry.type !== "beacon.attestation/v1") continue;
    const file = `attestations/${entry.attestation}.json`;
    yield await document({ role: "attestation", file, leaf: index }, entry.cid, entry.size_bytes);
    yield await receipt(`receipts/${entry.attestation}.tlog-proof`, index);
  }
  for (const { index, entry } of leaves.keys)
    if ("key" in entry)
      yield await receipt(`keys/${entry.key}.${keyWord(entry)}.tlog-proof`, index);
  for (const { index, entry } of leaves.verifiers)
    if ("file" in entry) yield await receipt(`verify/${entry.file}.tlog-proof`, index);
}

async function* taskRows(
  { document, receipt }: RowMaker,
  { closings }: JobLeaves,
): AsyncGenerator<BundleRow> {
  for (const { index, entry } of closings) {
    const { task } = entry;
    const ofTask = { task, leaf: index };
    if (entry.type === "beacon.result/v1") {
      const { cid, size_bytes, exchange } = entry;
      const file = `responses/${task}.txt`;
      yield await document({ role: "response", file, ...ofTask }, cid, size_bytes);
      const asSent = { role: "exchange", file: `exchanges/${task}.json`, ...ofTask } as const;
      if (exchange !== undefined) yield await document(asSent, exchange, null);
    }
    yield await receipt(`receipts/${task}.tlog-proof`, index, task);
  }
}

async function* vantageRows(
  { document, receipt }: RowMaker,
  leaves: JobLeaves,
): AsyncGenerator<BundleRow> {
  for (const cid of vantagesOf(leaves))
    yield await document({ role: "vantage", file: `vantages/${cid}.json` }, cid, null);
  for (const { index, entry } of leaves.sessions) {
    if (entry.type !== "beacon.session/v1") continue;
    const file = `sessions/${entry.session}.json`;
    yield await document({ role: "vantage", file, leaf: index }, entry.cid, entry.size_bytes);
    yield await receipt(`receipts/${entry.session}.tlog-proof`, index);
  }
}

/** The documents that tasks name as where they were asked from: one for many tasks. */
const vantagesOf = ({ closings }: JobLeaves): ReadonlySet<Cid> =>
  new Set(
    closings.flatMap(({ entry }) =>
      "vantage" in entry && entry.vantage !== undefined ? [entry.vantage] : [],
    ),
  );

const keyWord = ({ type }: LogEntry): string =>
  type === "beacon.revocation/v1" ? "revocation" : "registration";

const blockOf = (
  { role, file, task, leaf }: Draft,
  cid: Cid,
  size_bytes: number,
  is_held: boolean,
): BundleBlock => ({
  role,
  file,
  cid,
  size_bytes,
  is_held,
  task: task ?? null,
  leaf: leaf ?? null,
});

function textRow(draft: Draft, text: string): BundleRow {
  const bytes = utf8(text);
  return { block: blockOf(draft, cidOf(bytes), bytes.length, true), read: async () => bytes };
}

async function receiptRow(
  receiptOf: (index: number) => Promise<string>,
  draft: Draft,
): Promise<BundleRow> {
  const read = async () => utf8(await receiptOf(draft.leaf ?? -1));
  const bytes = await read();
  return { block: blockOf(draft, cidOf(bytes), bytes.length, true), read };
}

async function documentRow(
  { content }: Pick<BuildBundleDeps, "content">,
  draft: Draft,
  cid: Cid,
  sizeBytes: number | null,
): Promise<BundleRow> {
  const bytes = await heldBytes(content, cid);
  const read = async () => {
    const again = await content.get(cid);
    if (again === null)
      throw new BeaconError("BLOCK_NOT_FOUND", `${draft.file} went away while it was written.`);
    return again;
  };
  const size = bytes?.length ?? sizeBytes ?? 0;
  return { block: blockOf(draft, cid, size, bytes !== null), read };
}

/** Bytes that rotted are as missing as bytes that are gone. */
async function heldBytes(
  content: BuildBundleDeps["content"],
  cid: Cid,
): Promise<Uint8Array | null> {
  try {
    const bytes = await content.get(cid);
    return bytes === null || cidOf(bytes) !== cid ? null : bytes;
  } catch (error) {
    if (isBeaconError(error) && error.code === "BLOCK_CID_MISMATCH") return null;
    throw error;
  }
}

/** The best stamp of each kind that covers the job, with what ties it to the checkpoint. */
async function stampsOf(
  deps: Pick<BuildBundleDeps, "log" | "stamps" | "tree">,
  from: number,
  to: number,
): Promise<readonly NamedBytes[]> {
  const best = new Map<string, BundleStamp>();
  for (const stamp of await deps.stamps(from, to))
    if (!best.has(stamp.extension)) best.set(stamp.extension, stamp);
  const files = new Map<string, Uint8Array>();
  for (const { size, extension, proof, note } of best.values()) {
    const name = `timestamp/checkpoint-${size}`;
    files.set(`${name}.${extension}`, proof);
    files.set(`${name}.txt`, utf8(note));
    if (size === to) continue;
    const hashes = await deps.tree.proveConsistency(size, to, deps.log.tileReader(to));
    files.set(`${name}.consistency`, utf8(hashes.map((hash) => `${base64(hash)}\n`).join("")));
  }
  return [...files].map(([file, bytes]) => ({ file, bytes }));
}
