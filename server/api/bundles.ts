import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AnchorId, AnchorKind } from "@/schemas/anchor";
import { JobId } from "@/schemas/primitives";
import { streamOf } from "@/server/api/stream-of";
import type { Context } from "@/server/context";
import type { NamedBytes } from "@/server/domain/bundle/assemble-bundle";
import { type Bundle, bundleFileName } from "@/server/domain/bundle/bundle";
import { BeaconError } from "@/server/domain/errors";
import {
  type BuildBundleDeps,
  type BundleStamp,
  buildBundle,
} from "@/server/services/build-bundle";
import { buildReceipt } from "@/server/services/build-receipt";
import { pinLog } from "@/server/services/pin-log";
import { writeCar, writeZip } from "@/server/services/write-bundle";

/** Programs that go along: each is one file that needs no other. */
const PROGRAMS = new Set(["verify.mjs", "verify.py", "verifier.html"]);

/** What goes along in every bundle, as the portal serves it. `publicFolder`: what it serves. */
async function filesBeside(publicFolder: string): Promise<readonly NamedBytes[]> {
  const files: NamedBytes[] = [];
  for (const folder of ["schemas", "verify"])
    for (const name of (await readdir(join(publicFolder, folder))).sort())
      if (folder === "schemas" || PROGRAMS.has(name))
        files.push({
          file: `${folder}/${name}`,
          bytes: await readFile(join(publicFolder, folder, name)),
        });
  return files;
}

const EXTENSIONS = { rfc3161: "tsr", opentimestamps: "ots" } as const satisfies Record<
  AnchorKind,
  BundleStamp["extension"]
>;
const ANCHORS_AT_ONCE = 100;

/**
 * The anchors of states of the log between two sizes that have a proof: final ones before pending ones
 * (an `.ots` file that waits for its block is worth keeping), and the smallest size first.
 */
async function stampsIn(
  { anchors }: Pick<Context, "anchors">,
  from: number,
  to: number,
): Promise<readonly BundleStamp[]> {
  const found: (BundleStamp & { readonly isFinal: boolean })[] = [];
  let page: Awaited<ReturnType<typeof anchors.list>>;
  let after: AnchorId | null = null;
  do {
    page = await anchors.list(after, ANCHORS_AT_ONCE);
    for (const { kind, size, status, proof } of page) {
      if (size < from || size > to || proof === null || status === "FAILED") continue;
      const note = await anchors.checkpoint(size);
      const isFinal = status === "FINAL";
      if (note !== null) found.push({ size, extension: EXTENSIONS[kind], proof, note, isFinal });
    }
    after = page.at(-1)?.id ?? null;
  } while (page.length === ANCHORS_AT_ONCE && (page.at(-1)?.size ?? 0) >= from);
  return found.sort((a, b) => Number(b.isFinal) - Number(a.isFinal) || a.size - b.size);
}

/** What bundles are made of here. */
export const bundleDeps = (context: Context): BuildBundleDeps => ({
  ...context,
  receiptsAt: (checkpoint) => {
    const pinned = { ...pinLog(context, checkpoint), content: context.content };
    return async (index) => (await buildReceipt(pinned, index)).text;
  },
  publicFiles: () => filesBeside(join(process.cwd(), "public")),
  stamps: (from, to) => stampsIn(context, from, to),
});

/** Lays out the bundle of a job. @throws BeaconError as `buildBundle` does. */
export const layOutBundle = (context: Context, jobId: JobId): Promise<Bundle> =>
  buildBundle(bundleDeps(context), jobId);

/** A laid-out bundle is given out again for so long while the log stands still. */
const KEPT_MS = 60_000;
/** So many laid-out bundles are kept; the largest has some ten megabytes of rows. */
const KEPT_BUNDLES = 4;

type Kept = { readonly bundle: Promise<Bundle>; readonly size: number; readonly at: number };
const SLOT = Symbol.for("beacon.bundles");
type Holder = { [SLOT]?: Map<JobId, Kept> };

/** The bundle of a job at the newest checkpoint. Readers who ask at the same time share one laying out. */
async function bundleOf(context: Context, jobId: JobId): Promise<Bundle> {
  const holder = globalThis as Holder;
  holder[SLOT] ??= new Map();
  const known = holder[SLOT];
  const size = (await context.log.published())?.size ?? 0;
  const now = context.now().getTime();
  const found = known.get(jobId);
  if (found?.size === size && now - found.at < KEPT_MS) return found.bundle;
  const bundle = layOutBundle(context, jobId);
  known.delete(jobId);
  known.set(jobId, { bundle, size, at: now });
  bundle.catch(() => known.delete(jobId));
  const oldest = known.size > KEPT_BUNDLES ? known.keys().next().value : undefined;
  if (oldest !== undefined) known.delete(oldest);
  return bundle;
}

const TYPES = {
  car: "application/vnd.ipld.car; version=1",
  json: "application/json",
  zip: "application/zip",
} as const;
type Extension = keyof typeof TYPES;

/** `job-….car`, `job-….json`, `job-….zip`. @throws BeaconError JOB_NOT_FOUND for any other name. */
function askedFor(name: string): { readonly jobId: JobId; readonly extension: Extension } {
  const [, id, extension] = /^([^.]+)\.(car|json|zip)$/.exec(name) ?? [];
  const jobId = JobId.safeParse(id);
  if (!jobId.success)
    throw new BeaconError("JOB_NOT_FOUND", "A bundle is named JOB.zip, JOB.car or JOB.json.");
  return { jobId: jobId.data, extension: extension as Extension };
}

/**
 * Answers a request for a job's bundle: the ZIP, the CAR, or the manifest alone.
 *
 * @param tag the request's `If-None-Match`.
 * @throws BeaconError JOB_NOT_FOUND, BUNDLE_NOT_READY, CONTENT_STORE_UNAVAILABLE
 */
export async function answerBundle(
  context: Context,
  name: string,
  tag: string | null,
): Promise<Response> {
  const { jobId, extension } = askedFor(name);
  const bundle = await bundleOf(context, jobId);
  const etag =
    extension === "zip" ? `"${bundle.zipDigest}.zip"` : `"${bundle.manifestCid}.${extension}"`;
  const headers = {
    "content-type": TYPES[extension],
    "content-disposition": `attachment; filename="${bundleFileName(bundle, extension)}"`,
    // It changes as the log grows: its proofs lead to the newest checkpoint.
    "cache-control": "public, no-cache",
    etag,
    "x-content-type-options": "nosniff",
    "access-control-allow-origin": "*",
  };
  if (tag === etag) return new Response(null, { status: 304, headers });
  if (extension === "json") return new Response(Buffer.from(bundle.manifest), { headers });
  return new Response(streamOf(extension === "car" ? writeCar(bundle) : writeZip(bundle)), {
    headers,
  });
}
