import type {
  BundleBlock,
  BundleManifest,
  BundlePage,
  MAX_BUNDLE_ROWS,
} from "@/schemas/bundle-manifest";
import type { Cid } from "@/schemas/primitives";
import { BUNDLE_FILE, type BundleFiles } from "@/server/domain/bundle/bundle";
import { equalBytes, fromUtf8 } from "@/server/domain/bytes";
import { canonicalBytes, cidOf, type Json, sha256OfCid } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";
import {
  base64Of,
  integer,
  list,
  nullable,
  oneOf,
  record,
  type Shape,
  text,
} from "@/server/domain/verify/shape";

/** The schema's figure, by its type: its module would bring zod into the verifier. */
const ROWS: typeof MAX_BUNDLE_ROWS = 2_500;

/** What a manifest says beside its rows. */
export type ManifestHead = Omit<BundleManifest, "v" | "type" | "missing" | "blocks" | "more">;

/** Further rows of a manifest, as a block. */
export type WrittenPage = { readonly file: string; readonly cid: Cid; readonly bytes: Uint8Array };

/**
 * Writes a manifest: canonical bytes that fit one block, and blocks for the rows that do not.
 *
 * @throws BeaconError BLOCK_TOO_LARGE when the rows have longer names than a bundle's files.
 */
export function writeManifest(
  head: ManifestHead,
  rows: readonly BundleBlock[],
): { readonly bytes: Uint8Array; readonly cid: Cid; readonly pages: readonly WrittenPage[] } {
  const pages: WrittenPage[] = [];
  const more: BundleManifest["more"] = [];
  for (let from = ROWS; from < rows.length; from += ROWS) {
    const blocks = rows.slice(from, from + ROWS);
    const page: BundlePage = { v: 1, type: "beacon.bundle-page/v1", job: head.job, blocks };
    const bytes = canonicalBytes(page);
    const cid = cidOf(bytes);
    const file = `manifest/${String(from / ROWS).padStart(4, "0")}.json`;
    pages.push({ file, cid, bytes });
    more.push({ file, cid, size_bytes: bytes.length, blocks: blocks.length });
  }
  const manifest: BundleManifest = {
    v: 1,
    type: "beacon.bundle/v1",
    ...head,
    missing: rows.filter(({ is_held }) => !is_held).length,
    blocks: rows.slice(0, ROWS),
    more,
  };
  const bytes = canonicalBytes(manifest);
  return { bytes, cid: cidOf(bytes), pages };
}

// The forms of `schemas/bundle-manifest.ts` by hand: zod would make verifier.html half as large again.
// A test holds the verdicts to the schema.
const count = integer(0);
const file: Shape = (value) =>
  typeof value === "string" &&
  value.length <= 200 &&
  /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/.test(value);
const cid: Shape = (value) => typeof value === "string" && sha256OfCid(value) !== null;
const jobId = text(/^job-[a-z2-7]{26}$/);
const flag = oneOf(true, false);
const block = record<BundleBlock>({
  role: oneOf(
    ...([
      "spec",
      "comparison",
      "attestation",
      "response",
      "exchange",
      "vantage",
      "receipt",
      "checkpoint",
      "policy",
    ] satisfies BundleBlock["role"][]),
  ),
  file,
  cid,
  size_bytes: count,
  is_held: flag,
  task: nullable(text(/^tsk-[a-z2-7]{26}$/)),
  leaf: nullable(count),
});
const manifestShape = record<BundleManifest>({
  v: oneOf(1),
  type: oneOf("beacon.bundle/v1"),
  job: jobId,
  simulated: flag,
  log: text(/^.{1,200}$/su),
  checkpoint: record<BundleManifest["checkpoint"]>({ size: count, root: base64Of(32) }),
  intent: count,
  tasks: record<BundleManifest["tasks"]>({
    announced: integer(1),
    results: count,
    failures: count,
    withdrawn: count,
  }),
  missing: count,
  blocks: list(block, 0, ROWS),
  more: list(
    record<BundleManifest["more"][number]>({ file, cid, size_bytes: count, blocks: integer(1) }),
    0,
    64,
  ),
});
const pageShape = record<BundlePage>({
  v: oneOf(1),
  type: oneOf("beacon.bundle-page/v1"),
  job: jobId,
  blocks: list(block, 1, ROWS),
});

/** Whether a piece of parsed JSON has the form of a manifest. */
export const isManifest = (value: Json): value is Json & BundleManifest => manifestShape(value);
const isPage = (value: Json): value is Json & BundlePage => pageShape(value);

/**
 * Reads a bundle's manifest with all its rows.
 *
 * @throws BeaconError BUNDLE_MALFORMED when it, or a page of it, is missing or not in canonical form,
 *   when a page is another than the manifest names, or two rows have one name.
 */
export function readManifest(files: BundleFiles): {
  readonly manifest: BundleManifest;
  readonly rows: readonly BundleBlock[];
} {
  const manifest = readJson(files, BUNDLE_FILE.manifest);
  if (!isManifest(manifest)) throw malformed(`${BUNDLE_FILE.manifest} is not a bundle's manifest`);
  const rows = [...manifest.blocks];
  for (const page of manifest.more) {
    const bytes = files.get(page.file);
    if (bytes === undefined || cidOf(bytes) !== page.cid)
      throw malformed(`${page.file} is not the page that the manifest names`);
    const content = readJson(files, page.file);
    const isRight =
      isPage(content) && content.job === manifest.job && content.blocks.length === page.blocks;
    if (!isRight) throw malformed(`${page.file} is not a page of this manifest`);
    rows.push(...content.blocks);
  }
  const names = new Set(rows.map((row) => row.file));
  if (names.size !== rows.length) throw malformed("the manifest names a file twice");
  return { manifest, rows };
}

function readJson(files: BundleFiles, name: string): Json {
  const bytes = files.get(name);
  if (bytes === undefined) throw malformed(`the bundle has no ${name}`);
  let value: Json;
  try {
    value = JSON.parse(fromUtf8(bytes) ?? "");
  } catch (cause) {
    throw malformed(`${name} is not JSON`, cause);
  }
  // The shapes are not deep, and bound what the canonical form must follow.
  if (!(isManifest(value) || isPage(value)) || !equalBytes(canonicalBytes(value), bytes))
    throw malformed(`${name} is not in the form that it was written in`);
  return value;
}

const malformed = (message: string, cause?: unknown): BeaconError =>
  new BeaconError("BUNDLE_MALFORMED", message, { cause });
