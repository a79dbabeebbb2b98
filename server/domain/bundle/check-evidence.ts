import type { BundleBlock } from "@/schemas/bundle-manifest";
import type { Cid } from "@/schemas/primitives";
import { type BundleProblem, type BundleReceipt, problem } from "@/server/domain/bundle/report";

/** A document that an entry names beside the one that it stands for. */
type Named = {
  readonly role: "exchange" | "vantage";
  readonly cid: Cid;
  /** The leaf that alone names it; null where many may. */
  readonly leaf: number | null;
  /** The receipt that says so. */
  readonly file: string;
};

const WORDS: Readonly<Record<Named["role"], string>> = {
  exchange: "The exchange that it names is not listed in the manifest.",
  vantage: "The document of where it was asked from is not listed in the manifest.",
};

function namedIn({ file, report }: BundleReceipt): readonly Named[] {
  if (report.facts === null) return [];
  const { entry, index } = report.facts;
  const named: Named[] = [];
  if ("exchange" in entry && entry.exchange !== undefined)
    named.push({ role: "exchange", cid: entry.exchange, leaf: Number(index), file });
  if ("vantage" in entry && entry.vantage !== undefined)
    named.push({ role: "vantage", cid: entry.vantage, leaf: null, file });
  return named;
}

const keyOf = ({ role, cid, leaf }: Pick<BundleBlock, "role" | "cid" | "leaf">): string =>
  `${role} ${cid} ${leaf}`;

/**
 * Holds the documents of where and how questions were asked against the receipts that name them: each
 * that is named has its row, held or said to be missing, and each row is named by a receipt.
 */
export function checkEvidence(
  rows: readonly BundleBlock[],
  judged: readonly BundleReceipt[],
): readonly BundleProblem[] {
  // A vantage document with a leaf is what the end of a session stands for: its receipt is its check.
  const evidence = rows.filter(
    ({ role, leaf }) => role === "exchange" || (role === "vantage" && leaf === null),
  );
  const listed = new Set(evidence.map(keyOf));
  const named = judged.flatMap(namedIn);
  const vouched = new Set(named.map(keyOf));
  return [
    ...named
      .filter((one) => !listed.has(keyOf(one)))
      .map(({ role, file }) => problem(file, WORDS[role], "BLOCK_NOT_FOUND")),
    ...evidence
      .filter(
        (row) => !vouched.has(keyOf(row)) || (row.role === "exchange") !== (row.task !== null),
      )
      .map(({ file }) => problem(file, "No receipt of the bundle vouches for it.")),
  ];
}

/** What the bundle does not say of vantage sessions; null when the end of each that answered is in it. */
export function sessionsNote(sound: readonly BundleReceipt[]): string | null {
  const asked = new Set<string>();
  const ended = new Set<string>();
  for (const { report } of sound) {
    const entry = report.facts?.entry;
    if (entry?.type === "beacon.session/v1") ended.add(entry.session);
    // What was asked from home has a session here, and no provider whose exit is looked at again.
    if (entry?.type === "beacon.result/v1" && entry.provider !== null) asked.add(entry.session);
  }
  const silent = [...asked].filter((session) => !ended.has(session)).length;
  return silent === 0
    ? null
    : `Of ${silent} of ${asked.size} vantage sessions the bundle does not say how they ended, nor where their exit was then.`;
}
