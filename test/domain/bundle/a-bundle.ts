import { sha256 } from "@noble/hashes/sha2.js";
import type { BundleBlock } from "@/schemas/bundle-manifest";
import type { ExchangeDocument } from "@/schemas/evidence";
import quick from "@/schemas/examples/quick.json";
import { JobSpec } from "@/schemas/job-spec";
import type { AttestationEntry, LogEntry } from "@/schemas/log-entry";
import type { Cid, Instant } from "@/schemas/primitives";
import { assembleBundle, type BundleRow } from "@/server/domain/bundle/assemble-bundle";
import { BUNDLE_FILE, type Bundle, type BundleFiles } from "@/server/domain/bundle/bundle";
import { type ManifestHead, readManifest, writeManifest } from "@/server/domain/bundle/manifest";
import { formatSums } from "@/server/domain/bundle/sums";
import { base64, fromHex, hex, utf8 } from "@/server/domain/bytes";
import { canonicalBytes, cidOf } from "@/server/domain/digest";
import { type PlannedTask, planTasks, tasksDigestOf } from "@/server/domain/job/plan";
import { cidOfEntry } from "@/server/domain/log/receipt";
import {
  aComparison,
  aFailure,
  aKeyEntry,
  aLog,
  anAttestation,
  anAttesterKey,
  anIntent,
  aReport,
  aResult,
  aSession,
  aVantage,
  aVerifier,
  aWithdrawal,
  cidOfDocument,
  type LogOptions,
} from "@/test/domain/verify/a-log";

const SEED = "00112233445566778899aabbccddeeff";
const spec = JobSpec.parse(quick);
const specBytes = canonicalBytes(spec);
const report = utf8('{"a":"comparison"}');
const program = utf8("<!doctype html><title>a verifier</title>");
const answer = (n: number): Uint8Array => utf8(`{"text":"answer ${n}: إجابة"}`);

const cellOf = ({ id, promptId, serviceId, country, repeat, seed }: PlannedTask) => ({
  task: id,
  prompt: promptId,
  service: serviceId,
  country,
  repeat,
  seed,
  spec_cid: cidOf(specBytes),
});

/** The entries of a job of four tasks, and of what stands around it in the log. */
export function jobEntries(): LogEntry[] {
  const { job } = anIntent();
  const planned = planTasks(job, spec, fromHex(SEED));
  const intent = anIntent({
    spec_cid: cidOf(specBytes),
    tasks: planned.length,
    tasks_digest: tasksDigestOf(planned),
    order_seed: SEED,
  });
  const closings = planned.map((task, n) => {
    const cell = cellOf(task);
    if (n === 2) return aFailure(cell);
    if (n === 3) return aWithdrawal(cell);
    return aResult({ ...cell, cid: cidOf(answer(n)), size_bytes: answer(n).length });
  });
  return [
    aKeyEntry(),
    intent,
    ...closings,
    aComparison({ cid: cidOf(report), size_bytes: report.length }),
    aVerifier({
      file: "verifier.html",
      sha256: hex(sha256(program)),
      size_bytes: program.length,
    }),
  ];
}

const at = "2026-11-22T12:00:00.000Z" as Instant;

/** The first task's question as it was sent, and what came with its answer. */
const exchange: ExchangeDocument = {
  v: 1,
  type: "beacon.exchange/v1",
  simulated: true,
  job: anIntent().job,
  task: aResult().task,
  door: "model",
  request: {
    method: "POST",
    url: "http://door/v1/chat/completions",
    headers: [["content-type", "application/json"]],
    body: "{}",
  },
  response: {
    status: 200,
    headers: [],
    cid: cidOf(answer(0)),
    size_bytes: answer(0).length,
  },
  peer: null,
  started_at: at,
  first_byte_ms: 12,
  finished_at: at,
  prompt_tokens: null,
  output_tokens: null,
  cost: null,
};
/** The same look as at the start; a real session ends with more of them. */
const final = canonicalBytes(aVantage({ verdict: "verified" }));

/** The same job with evidence: its responses name where they came from, and the session's end is there. */
export const evidencedEntries = (): LogEntry[] =>
  jobEntries()
    .map((entry) =>
      entry.type === "beacon.result/v1"
        ? { ...entry, vantage: cidOfDocument(aVantage()), exchange: cidOfDocument(exchange) }
        : entry,
    )
    .toSpliced(6, 0, aSession({ cid: cidOf(final), size_bytes: final.length }));

/** Where `jobEntries` has the comparison. */
const COMPARISON_INDEX = 6;
/** What an attester says of it. */
export const attested = canonicalBytes(
  aReport({ comparison_cid: cidOf(report), comparison_index: COMPARISON_INDEX }),
);

/** The same job with an attestation of its comparison at the end, and the key that signed it. */
export const attestedEntries = (changes: Partial<AttestationEntry> = {}): LogEntry[] => [
  ...jobEntries(),
  anAttesterKey(),
  anAttestation({ comparison_index: COMPARISON_INDEX, ...changes }, attested),
];

const vantageBytes = canonicalBytes(aVantage());
const bytesByCid = new Map(
  [
    specBytes,
    report,
    answer(0),
    answer(1),
    vantageBytes,
    canonicalBytes(exchange),
    final,
    attested,
  ].map((bytes) => [cidOf(bytes), bytes]),
);

function nameOf(entry: LogEntry): string {
  if ("task" in entry) return `receipts/${entry.task}.tlog-proof`;
  if ("session" in entry) return `receipts/${entry.session}.tlog-proof`;
  if ("attestation" in entry) return `receipts/${entry.attestation}.tlog-proof`;
  if ("file" in entry) return `verify/${entry.file}.tlog-proof`;
  if (entry.type === "beacon.revocation/v1") return `keys/${entry.key}.revocation.tlog-proof`;
  if (entry.type === "beacon.key/v1") return `keys/${entry.key}.registration.tlog-proof`;
  return `receipts/${entry.type === "beacon.intent/v1" ? "intent" : "comparison"}.tlog-proof`;
}

function documentNameOf(entry: LogEntry): string {
  if ("task" in entry) return `responses/${entry.task}.txt`;
  if ("session" in entry) return `sessions/${entry.session}.json`;
  if ("attestation" in entry) return `attestations/${entry.attestation}.json`;
  return entry.type === "beacon.intent/v1" ? BUNDLE_FILE.spec : BUNDLE_FILE.comparison;
}

function row(
  block: Pick<BundleBlock, "role" | "file"> & Partial<BundleBlock>,
  bytes: Uint8Array,
): BundleRow {
  return {
    block: {
      cid: cidOf(bytes),
      size_bytes: bytes.length,
      is_held: true,
      task: null,
      leaf: null,
      ...block,
    },
    read: async () => bytes,
  };
}

const DOCUMENT_ROLES: { readonly [type in LogEntry["type"]]?: BundleBlock["role"] } = {
  "beacon.intent/v1": "spec",
  "beacon.comparison/v1": "comparison",
  "beacon.session/v1": "vantage",
  "beacon.attestation/v1": "attestation",
};

/** What entries name beside the document that they stand for. */
function evidenceRows(entries: readonly LogEntry[]): readonly BundleRow[] {
  const held = (cid: Cid | undefined): Uint8Array | undefined => bytesByCid.get(cid ?? ("" as Cid));
  const exchanges = entries.flatMap((entry, leaf) => {
    const bytes = "exchange" in entry ? held(entry.exchange) : undefined;
    if (bytes === undefined || !("task" in entry)) return [];
    const { task } = entry;
    return [row({ role: "exchange", file: `exchanges/${task}.json`, task, leaf }, bytes)];
  });
  const named = new Set(entries.map((entry) => ("vantage" in entry ? entry.vantage : undefined)));
  const vantages = [...named].flatMap((cid) => {
    const bytes = held(cid);
    return bytes === undefined
      ? []
      : [row({ role: "vantage", file: `vantages/${cid}.json` }, bytes)];
  });
  return [...exchanges, ...vantages];
}

/** The parts of a log's bundle, as a portal lays them out. */
export function aBundle(
  options: Omit<LogOptions, "entries"> & { readonly entries?: readonly LogEntry[] } = {},
): {
  readonly bundle: Bundle;
  readonly log: ReturnType<typeof aLog>;
} {
  const entries = options.entries ?? jobEntries();
  const log = aLog({ vantage: aVantage(), ...options, entries });
  const rows = entries.flatMap((entry, leaf): BundleRow[] => {
    const task = "task" in entry ? entry.task : null;
    const cid = cidOfEntry(entry);
    const document = cid === null ? undefined : bytesByCid.get(cid);
    const role = DOCUMENT_ROLES[entry.type] ?? "response";
    return [
      ...(document === undefined
        ? []
        : [row({ role, file: documentNameOf(entry), task, leaf }, document)]),
      row({ role: "receipt", file: nameOf(entry), task, leaf }, log.receiptOf(leaf)),
    ];
  });
  const size = entries.length;
  const ofType = (type: LogEntry["type"]) => entries.filter((entry) => entry.type === type).length;
  const head: ManifestHead = {
    job: anIntent().job,
    simulated: true,
    log: log.origin,
    checkpoint: { size, root: base64(log.rootAt(size)) },
    intent: 1,
    tasks: {
      announced: 4,
      results: ofType("beacon.result/v1"),
      failures: ofType("beacon.failure/v1"),
      withdrawn: ofType("beacon.withdrawal/v1"),
    },
  };
  const texts = [
    row({ role: "checkpoint", file: BUNDLE_FILE.checkpoint }, utf8(log.noteAt(size))),
    row({ role: "policy", file: BUNDLE_FILE.policy }, utf8(log.policyText)),
  ];
  const beside = [{ file: "verify/verifier.html", bytes: program }];
  return {
    bundle: assembleBundle(
      head,
      { title: spec.title, notShown: [] },
      [...texts, ...rows, ...evidenceRows(entries)],
      beside,
    ),
    log,
  };
}

/** A bundle's files, as they come out of its ZIP. */
export async function filesOf({ parts }: Bundle): Promise<Map<string, Uint8Array>> {
  const read = parts.map(async ({ file, read: get }) => [file, await get()] as const);
  return new Map(await Promise.all(read));
}

/**
 * What somebody makes of a bundle who changes files and then mends whatever is signed by nobody: the
 * manifest's rows, its counts and the list of digests.
 */
export function resealed(
  files: BundleFiles,
  changes: Readonly<Record<string, Uint8Array | null>>,
  head: Partial<ManifestHead> = {},
): Map<string, Uint8Array> {
  const { manifest, rows } = readManifest(files);
  const mended = new Map(files);
  for (const [file, bytes] of Object.entries(changes))
    if (bytes === null) mended.delete(file);
    else mended.set(file, bytes);
  const { v: _, type: __, missing: ___, blocks: ____, more, ...kept } = manifest;
  const written = writeManifest(
    { ...kept, ...head },
    rows.flatMap((block) => {
      const bytes = mended.get(block.file);
      if (bytes === undefined) return [];
      return [{ ...block, cid: cidOf(bytes), size_bytes: bytes.length }];
    }),
  );
  for (const { file } of more) mended.delete(file);
  for (const { file, bytes } of [{ ...written, file: BUNDLE_FILE.manifest }, ...written.pages])
    mended.set(file, bytes);
  return withSums(mended);
}

/** The files with a list of digests that fits them. */
export function withSums(files: BundleFiles): Map<string, Uint8Array> {
  const mended = new Map(files);
  mended.delete(BUNDLE_FILE.sums);
  const sums = [...mended].map(([file, bytes]) => ({ file, sha256: sha256(bytes) }));
  return mended.set(BUNDLE_FILE.sums, utf8(formatSums(sums)));
}
