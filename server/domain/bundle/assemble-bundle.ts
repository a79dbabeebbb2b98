import type { BundleBlock } from "@/schemas/bundle-manifest";
import type { Cid } from "@/schemas/primitives";
import { BUNDLE_FILE, type Bundle, type BundlePart } from "@/server/domain/bundle/bundle";
import { type ManifestHead, writeManifest } from "@/server/domain/bundle/manifest";
import { methodology } from "@/server/domain/bundle/methodology";
import { readmeOf, stampSlotOf } from "@/server/domain/bundle/readme";
import { formatSums } from "@/server/domain/bundle/sums";
import { hex, utf8 } from "@/server/domain/bytes";
import { sha256OfCid } from "@/server/domain/digest";
import { sha256 } from "@/server/domain/sha256";

/** A file by its name in the bundle. */
export type NamedBytes = { readonly file: string; readonly bytes: Uint8Array };

/** A row of the manifest, and how its bytes are had when it is held. */
export type BundleRow = { readonly block: BundleBlock; readonly read: () => Promise<Uint8Array> };

/** What the texts that go along say of a job. */
export type JobWords = {
  readonly title: string;
  /** What its comparison does not show, in sentences; none where the report is not held. */
  readonly notShown: readonly string[];
};

/**
 * Puts a bundle together: its manifest, what goes along, and the list of digests.
 *
 * @param others what goes along as it is, `.tsr` and `.ots` files among it.
 */
export function assembleBundle(
  head: ManifestHead,
  { title, notShown }: JobWords,
  rows: readonly BundleRow[],
  others: readonly NamedBytes[],
): Bundle {
  const written = writeManifest(
    head,
    rows.map(({ block }) => block),
  );
  const missing = rows.filter(({ block }) => !block.is_held).length;
  const described = { manifest: { ...head, missing }, manifestCid: written.cid, title };
  const stamped = others.map(({ file }) => file).filter((file) => /\.(tsr|ots)$/.test(file));
  const pages = [{ ...written, file: BUNDLE_FILE.manifest }, ...written.pages];
  const blocks = [
    ...pages.map(({ file, cid, bytes }) => ({ ...partOf(file, bytes), cid })),
    ...rows.filter(({ block }) => block.is_held).map(heldPart),
  ];
  const beside = [
    ...others,
    { file: BUNDLE_FILE.readme, bytes: utf8(readmeOf(described)) },
    { file: BUNDLE_FILE.methodology, bytes: utf8(methodology(notShown)) },
    { file: BUNDLE_FILE.stampDigest, bytes: utf8(stampSlotOf(written.cid, stamped)) },
  ].map(({ file, bytes }) => partOf(file, bytes));
  const parts = [...blocks, ...beside].sort(byName);
  const sums = partOf(BUNDLE_FILE.sums, utf8(formatSums(parts)));
  const seen = new Set<Cid>();
  return {
    jobId: head.job,
    simulated: head.simulated,
    manifest: written.bytes,
    manifestCid: written.cid,
    parts: [...parts, sums].sort(byName),
    blocks: blocks.filter(({ cid }) => !seen.has(cid) && seen.add(cid)),
    zipDigest: hex(sums.sha256),
  };
}

/** By code units: the order does not depend on anybody's language. */
const byName = (a: BundlePart, b: BundlePart): number => (a.file < b.file ? -1 : 1);

const partOf = (file: string, bytes: Uint8Array): BundlePart => ({
  file,
  sha256: sha256(bytes),
  cid: null,
  read: async () => bytes,
});

function heldPart({ block, read }: BundleRow): BundlePart & { readonly cid: Cid } {
  const digest = sha256OfCid(block.cid);
  if (digest === null) throw new Error(`${block.file} has no CID`);
  return { file: block.file, cid: block.cid, sha256: digest, read };
}
