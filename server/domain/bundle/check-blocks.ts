import type { BundleBlock } from "@/schemas/bundle-manifest";
import { BUNDLE_FILE, type BundleFiles } from "@/server/domain/bundle/bundle";
import { type BundleProblem, problem } from "@/server/domain/bundle/report";
import { cidOf, MAX_BLOCK_BYTES } from "@/server/domain/digest";

/** Folders that hold nothing but blocks. */
const BLOCK_FOLDERS = [
  "attestations/",
  "responses/",
  "exchanges/",
  "vantages/",
  "sessions/",
  "receipts/",
  "keys/",
];

/** Holds the rows of a manifest against the files, and the files against the rows. */
export function checkBlocks(
  files: BundleFiles,
  rows: readonly BundleBlock[],
): readonly BundleProblem[] {
  const named = new Set(rows.map(({ file }) => file));
  const strangers = [...files.keys()].filter(
    (file) => BLOCK_FOLDERS.some((folder) => file.startsWith(folder)) && !named.has(file),
  );
  return [
    ...rows.flatMap((row) => checkRow(row, files.get(row.file))),
    ...[BUNDLE_FILE.spec, BUNDLE_FILE.comparison, BUNDLE_FILE.checkpoint, BUNDLE_FILE.policy]
      .filter((file) => !named.has(file))
      .map((file) => problem(file, "The manifest does not name it.")),
    ...strangers.map((file) => problem(file, "The manifest does not name it.")),
  ];
}

function checkRow(row: BundleBlock, bytes: Uint8Array | undefined): readonly BundleProblem[] {
  const { file, cid, size_bytes, is_held } = row;
  if (!is_held)
    return bytes === undefined
      ? [
          {
            kind: "missing",
            file,
            sentence: "Its bytes could not be had when the bundle was made.",
            code: "BLOCK_NOT_FOUND",
          },
        ]
      : [problem(file, "The manifest says that it is missing, and it is here.")];
  if (bytes === undefined)
    return [problem(file, "The manifest names it, and it is not there.", "BLOCK_NOT_FOUND")];
  const isRight =
    bytes.length <= MAX_BLOCK_BYTES && bytes.length === size_bytes && cidOf(bytes) === cid;
  return isRight
    ? []
    : [problem(file, "Its bytes are not those that the manifest names.", "BLOCK_CID_MISMATCH")];
}
