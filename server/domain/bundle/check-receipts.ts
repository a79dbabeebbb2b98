import type { BundleBlock, BundleManifest } from "@/schemas/bundle-manifest";
import type { VerifierEntry } from "@/schemas/log-entry";
import type { KeyId } from "@/schemas/primitives";
import { BUNDLE_FILE, type BundleFiles } from "@/server/domain/bundle/bundle";
import { type BundleProblem, type BundleReceipt, problem } from "@/server/domain/bundle/report";
import { base64, fromUtf8, hex } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { parseCheckpoint } from "@/server/domain/log/checkpoint";
import { parseNote } from "@/server/domain/log/note";
import type { Policy } from "@/server/domain/log/policy";
import { parseProof } from "@/server/domain/log/proof";
import { cidOfEntry, isLogSigned, signingKeyOf } from "@/server/domain/log/receipt";
import { sha256 } from "@/server/domain/sha256";
import { verifyReceipt } from "@/server/domain/verify/verify-receipt";

/** Told how far the judging of receipts has come; the next one waits for it. */
export type OnProgress = (done: number, of: number) => void | Promise<void>;

/** What an entry stands for, and no document that it names beside that. */
const isDocument = ({ role, leaf }: BundleBlock): boolean =>
  role === "spec" ||
  role === "comparison" ||
  role === "attestation" ||
  role === "response" ||
  (role === "vantage" && leaf !== null);

/** The rows of documents, by the leaf that commits to them. */
const documentsOf = (rows: readonly BundleBlock[]): ReadonlyMap<number | null, BundleBlock> =>
  new Map(rows.filter(isDocument).map((row) => [row.leaf, row]));

/** Judges every receipt that a manifest names, each with the document that the manifest puts beside it. */
export async function judgeReceipts(
  files: BundleFiles,
  rows: readonly BundleBlock[],
  policy: Policy,
  onProgress: OnProgress,
): Promise<readonly BundleReceipt[]> {
  const documents = documentsOf(rows);
  const asked = rows.filter(({ role, file }) => role === "receipt" && files.has(file));
  const judged: BundleReceipt[] = [];
  for (const { file, task, leaf } of asked) {
    const receipt = files.get(file) ?? new Uint8Array();
    const block = files.get(documents.get(leaf)?.file ?? "") ?? null;
    const given = { receipt, block, policy, lastSeen: null, consistency: null };
    judged.push({ file, task, report: await verifyReceipt(given) });
    await onProgress(judged.length, asked.length);
  }
  return judged;
}

/** A document is vouched for by a receipt, and a receipt that names a document has it beside it. */
function checkPairs(
  rows: readonly BundleBlock[],
  judged: readonly BundleReceipt[],
  byFile: ReadonlyMap<string, BundleBlock>,
): readonly BundleProblem[] {
  const documents = documentsOf(rows);
  const proved = new Map(
    rows.filter(({ role }) => role === "receipt").map((row) => [row.leaf, row]),
  );
  const lonely = rows.filter(
    (row) =>
      isDocument(row) &&
      (row.leaf === null ||
        documents.get(row.leaf) !== row ||
        proved.get(row.leaf)?.task !== row.task),
  );
  const bare = judged.filter(({ file, report }) => {
    const cid = report.facts === null ? null : cidOfEntry(report.facts.entry);
    return cid !== null && !documents.has(byFile.get(file)?.leaf ?? null);
  });
  return [
    ...lonely.map(({ file }) => problem(file, "No receipt of the bundle vouches for it.")),
    ...bare.map(({ file }) =>
      problem(file, "The document that it names is not listed in the manifest.", "BLOCK_NOT_FOUND"),
    ),
  ];
}

/** What the receipts say, and what they say beside the place that the manifest gives them. */
export function checkReceipts(
  files: BundleFiles,
  manifest: BundleManifest,
  rows: readonly BundleBlock[],
  judged: readonly BundleReceipt[],
): readonly BundleProblem[] {
  const checkpoint = fromUtf8(files.get(BUNDLE_FILE.checkpoint) ?? new Uint8Array());
  const byFile = new Map(rows.map((row) => [row.file, row]));
  return [
    ...checkState(checkpoint ?? "", manifest),
    ...checkPairs(rows, judged, byFile),
    ...judged.flatMap((receipt) => [
      ...failuresOf(receipt),
      ...strangenessOf(receipt, manifest, byFile.get(receipt.file)),
      ...(files.has(receipt.file) && isOtherState(files, receipt, checkpoint)
        ? [problem(receipt.file, "It was made at another state of the log than this bundle.")]
        : []),
    ]),
  ];
}

/** The manifest names the state of the log that stands in `checkpoint`. */
function checkState(note: string, manifest: BundleManifest): readonly BundleProblem[] {
  try {
    const { origin, size, root } = parseCheckpoint(parseNote(note).text);
    const isSame =
      origin === manifest.log &&
      size === BigInt(manifest.checkpoint.size) &&
      base64(root) === manifest.checkpoint.root;
    return isSame ? [] : [problem("checkpoint", "The manifest names another state of the log.")];
  } catch (error) {
    if (!(error instanceof BeaconError)) throw error;
    return [problem("checkpoint", "The log's signed state cannot be read.", error.code)];
  }
}

function failuresOf({ file, report }: BundleReceipt): readonly BundleProblem[] {
  if (report.verdict === "unusable")
    return [problem(file, `It is not a receipt that can be read: ${report.problem}.`, report.code)];
  const failed = report.checks.filter(({ outcome }) => outcome === "fails");
  if (failed.length > 0)
    return failed.map(({ reason, code }) => problem(file, reason, code ?? null));
  return report.verdict === "sound" ? [] : [problem(file, "Too little of it could be checked.")];
}

function strangenessOf(
  { file, report }: BundleReceipt,
  manifest: BundleManifest,
  row: BundleBlock | undefined,
): readonly BundleProblem[] {
  if (report.facts === null || row === undefined) return [];
  const { entry, index } = report.facts;
  const task = "task" in entry ? entry.task : null;
  if (row.task !== task || row.leaf === null || BigInt(row.leaf) !== index)
    return [problem(file, "It is the receipt of another entry than the manifest says.")];
  if ("job" in entry && entry.job !== manifest.job)
    return [problem(file, "It is the receipt of another job.")];
  return "simulated" in entry && entry.simulated !== manifest.simulated
    ? [problem(file, "It and the manifest do not agree on whether this is simulated.")]
    : [];
}

function isOtherState(
  files: BundleFiles,
  { file, report }: BundleReceipt,
  checkpoint: string | null,
): boolean {
  if (report.verdict === "unusable") return false;
  return parseProof(files.get(file) ?? new Uint8Array()).checkpoint !== checkpoint;
}

/** A report of a job by its id and its place in the log. */
const nameOf = ({ comparison }: { readonly comparison: string }, index: bigint | number): string =>
  `${comparison} ${index}`;

/**
 * What the log says elsewhere in the bundle about the receipts of it: a key that was taken back before
 * it signed, attestations of another report, and verification programs that are not those to which the
 * log commits.
 */
export function checkAgainstLog(
  files: BundleFiles,
  sound: readonly BundleReceipt[],
): readonly BundleProblem[] {
  const revoked = new Map<KeyId, bigint>();
  const reports = new Set<string>();
  for (const { report } of sound) {
    if (report.facts?.entry.type === "beacon.revocation/v1")
      revoked.set(report.facts.entry.key, report.facts.index);
    if (report.facts?.entry.type === "beacon.comparison/v1")
      reports.add(nameOf(report.facts.entry, report.facts.index));
  }
  return sound.flatMap(({ file, report }) => {
    if (report.facts === null) return [];
    const { entry, index } = report.facts;
    if (entry.type === "beacon.verifier/v1") return checkProgram(files, entry);
    const isStray =
      entry.type === "beacon.attestation/v1" && !reports.has(nameOf(entry, entry.comparison_index));
    const at = isLogSigned(entry) ? undefined : revoked.get(signingKeyOf(entry));
    return [
      ...(isStray
        ? [problem(file, "The report that it attests is not the one in this bundle.")]
        : []),
      ...(at !== undefined && at < index
        ? [
            problem(
              file,
              `The signing key was revoked as entry ${at}, before this one.`,
              "KEY_REVOKED",
            ),
          ]
        : []),
    ];
  });
}

function checkProgram(files: BundleFiles, entry: VerifierEntry): readonly BundleProblem[] {
  const program = files.get(`verify/${entry.file}`);
  return program !== undefined && hex(sha256(program)) !== entry.sha256
    ? [problem(`verify/${entry.file}`, "It is not the program that the log commits to.")]
    : [];
}
