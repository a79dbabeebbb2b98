import { inflate } from "@/components/bundle/verifier-page/inflate";
import { BUNDLE_FILE, type BundleFiles } from "@/server/domain/bundle/bundle";
import type { OnProgress } from "@/server/domain/bundle/check-receipts";
import { readZip } from "@/server/domain/bundle/read-zip";
import type { BundleReport } from "@/server/domain/bundle/report";
import { verifyBundle } from "@/server/domain/bundle/verify-bundle";
import { fromUtf8 } from "@/server/domain/bytes";
import { cidOf, MAX_BLOCK_BYTES } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";
import { type Policy, parsePolicy } from "@/server/domain/log/policy";
import { cidOfEntry } from "@/server/domain/log/receipt";
import { readEvidence } from "@/server/domain/verify/read-evidence";
import type { VerificationReport } from "@/server/domain/verify/report";
import { verifyReceipt } from "@/server/domain/verify/verify-receipt";

/** A file that the reader gave to the page: a browser's `File`. */
export type GivenFile = {
  readonly name: string;
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
};

/** A single receipt that was judged, with its own bytes. */
type JudgedReceipt = {
  readonly name: string;
  readonly receipt: Uint8Array;
  readonly report: VerificationReport;
};

/** What the page found about the files that it was given. */
export type Judged =
  | { readonly kind: "bundle"; readonly report: BundleReport; readonly files: BundleFiles }
  | {
      readonly kind: "receipts";
      readonly receipts: readonly JudgedReceipt[];
      readonly policy: "reader" | "files";
    }
  | { readonly kind: "refused"; readonly sentence: string; readonly code: string | null };

/** Ours: more than this does not fit into a page's memory twice. */
const MAX_GIVEN_BYTES = 1_073_741_824;

const bytesOf = async (file: GivenFile) => new Uint8Array(await file.arrayBuffer());
const refused = (sentence: string, code: string | null = null): Judged => ({
  kind: "refused",
  sentence,
  code,
});

/**
 * Judges what the reader gave: one ZIP, the files of one, or single receipts with their documents.
 *
 * @param policy the reader's own; null for the one among the files.
 */
export async function judgeFiles(
  given: readonly GivenFile[],
  policy: GivenFile | null,
  onProgress: OnProgress,
): Promise<Judged> {
  if (given.reduce((total, { size }) => total + size, 0) > MAX_GIVEN_BYTES)
    return refused("These files are larger than this page can hold: 1 GB is the most.");
  try {
    const { bundle, besides } = apart(given);
    const chosen = policy ?? besides;
    const own = chosen === null ? null : parsePolicy(fromUtf8(await bytesOf(chosen)) ?? "");
    const files = await filesIn(bundle);
    if (files.has(BUNDLE_FILE.manifest)) {
      const report = await verifyBundle({ files, policy: own, onProgress });
      return { kind: "bundle", report, files };
    }
    return await judgeReceipts(files, own);
  } catch (error) {
    if (error instanceof BeaconError) return refused(`${error.message}.`, error.code);
    throw error;
  }
}

/** A ZIP that came together with a policy: two files, of which one is named as policies are here. */
function apart(given: readonly GivenFile[]): {
  readonly bundle: readonly GivenFile[];
  readonly besides: GivenFile | null;
} {
  const besides = given.find(({ name }) => name === BUNDLE_FILE.policy) ?? null;
  const bundle = given.filter(({ name }) => name.endsWith(".zip"));
  return given.length === 2 && bundle.length === 1 && besides !== null
    ? { bundle, besides }
    : { bundle: given, besides: null };
}

async function filesIn(given: readonly GivenFile[]): Promise<BundleFiles> {
  const [first] = given;
  if (given.length === 1 && first !== undefined && !first.name.endsWith(".tlog-proof"))
    return readZip(await bytesOf(first), inflate);
  const files = new Map<string, Uint8Array>();
  for (const file of given) files.set(file.name, await bytesOf(file));
  return files;
}

/** Single receipts, each with the document among the files that it names. */
async function judgeReceipts(files: BundleFiles, own: Policy | null): Promise<Judged> {
  const names = [...files.keys()].filter((name) => name.endsWith(".tlog-proof"));
  if (names.length === 0)
    return refused("There is neither a bundle nor a receipt among these files.");
  const text = files.get(BUNDLE_FILE.policy);
  if (own === null && text === undefined)
    return refused("A receipt alone is judged by a policy: give this page one as well.");
  const policy = own ?? parsePolicy(fromUtf8(text ?? new Uint8Array()) ?? "");
  const documents = new Map<string, Uint8Array>();
  for (const bytes of files.values())
    if (bytes.length <= MAX_BLOCK_BYTES) documents.set(cidOf(bytes), bytes);
  const receipts: JudgedReceipt[] = [];
  for (const name of names) {
    const receipt = files.get(name) ?? new Uint8Array();
    const block = documents.get(cidIn(receipt) ?? "") ?? null;
    const judged = { receipt, block, policy, lastSeen: null, consistency: null };
    receipts.push({ name, receipt, report: await verifyReceipt(judged) });
  }
  return { kind: "receipts", receipts, policy: own === null ? "files" : "reader" };
}

function cidIn(receipt: Uint8Array): string | null {
  try {
    return cidOfEntry(readEvidence(receipt).entry);
  } catch (error) {
    if (error instanceof BeaconError) return null; // the verifier says it better
    throw error;
  }
}
