import { BUNDLE_FILE, type BundleFiles } from "@/server/domain/bundle/bundle";
import { type BundleProblem, problem } from "@/server/domain/bundle/report";
import { fromUtf8, hex } from "@/server/domain/bytes";
import { sha256 } from "@/server/domain/sha256";

/** Where a reader may add a file of their own to a bundle: a time stamp that they had made later. */
const OPEN_FOLDER = "timestamp/";

/** Writes the list that `sha256sum --check` reads. `files` in the order of their names. */
export const formatSums = (
  files: readonly { readonly file: string; readonly sha256: Uint8Array }[],
): string => files.map(({ file, sha256 }) => `${hex(sha256)}  ${file}\n`).join("");

function parseSums(text: string): ReadonlyMap<string, string> | null {
  const lines = text.split("\n");
  if (lines.pop() !== "") return null;
  const sums = new Map<string, string>();
  for (const line of lines) {
    const [, digest, file] = /^([0-9a-f]{64}) {2}(\S+)$/.exec(line) ?? [];
    if (digest === undefined || file === undefined || sums.has(file)) return null;
    sums.set(file, digest);
  }
  return sums;
}

/**
 * Holds every file of a bundle against its list of digests. The list is signed by nobody: it names
 * the file that was damaged, and does not show that a file is right.
 */
export function checkSums(files: BundleFiles): {
  readonly problems: readonly BundleProblem[];
  /** Files that were put in after the bundle was made, where one may do so. */
  readonly added: readonly string[];
} {
  const list = files.get(BUNDLE_FILE.sums);
  const sums = list === undefined ? null : parseSums(fromUtf8(list) ?? "");
  if (sums === null)
    return {
      problems: [problem(BUNDLE_FILE.sums, "The list of files cannot be read.")],
      added: [],
    };
  const problems: BundleProblem[] = [];
  const added: string[] = [];
  for (const [file, digest] of sums) {
    const bytes = files.get(file);
    if (bytes === undefined)
      problems.push(problem(file, "The list of files names it, and it is not there."));
    else if (hex(sha256(bytes)) !== digest)
      problems.push(problem(file, "It is not the file that the list of files names."));
  }
  for (const file of files.keys()) {
    if (file === BUNDLE_FILE.sums || sums.has(file)) continue;
    if (file.startsWith(OPEN_FOLDER)) added.push(file);
    else problems.push(problem(file, "The list of files does not name it: somebody put it in."));
  }
  return { problems, added };
}
