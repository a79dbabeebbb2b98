import { CarWriter } from "@ipld/car/writer";
import { deflateSync, Zip, ZipPassThrough } from "fflate";
import { CID } from "multiformats/cid";
import type { Bundle, BundlePart } from "@/server/domain/bundle/bundle";
import { equalBytes } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { sha256 } from "@/server/domain/sha256";

/** The first moment that a ZIP can name, in every time zone: bundles of one log state are the same bytes. */
const MOMENT = new Date(1980, 0, 1, 0, 0, 0);

/** DEFLATE, by the number that APPNOTE.TXT (section 4.4.5) gives it. */
const DEFLATE = 8;

/** One file, packed at once: fflate's own stream takes two megabytes of tables for each. */
class DeflatedFile extends ZipPassThrough {
  override readonly compression = DEFLATE;
  override readonly mtime = MOMENT;

  protected override process(bytes: Uint8Array<ArrayBuffer>, isLast: boolean): void {
    this.ondata(null, deflateSync(bytes, { level: 6 }), isLast);
  }
}

/**
 * The bundle as a CARv1 whose one root is the manifest. One block is in memory at a time.
 *
 * @throws BeaconError BLOCK_CID_MISMATCH, BLOCK_NOT_FOUND when a block changed since the bundle was laid
 *   out; what was written then ends in the middle, and its first block names what it lacks.
 */
export async function* writeCar(bundle: Bundle): AsyncGenerator<Uint8Array> {
  const { writer, out } = CarWriter.create([CID.parse(bundle.manifestCid)]);
  const written = putAll(writer, bundle.blocks);
  // A failure is thrown below, after what was written before it.
  written.catch(() => {});
  yield* out;
  await written;
}

async function putAll(
  writer: ReturnType<typeof CarWriter.create>["writer"],
  blocks: readonly BundlePart[],
): Promise<void> {
  try {
    for (const part of blocks) {
      const bytes = await readPart(part);
      await writer.put({ cid: CID.parse(part.cid ?? ""), bytes });
    }
  } finally {
    await writer.close();
  }
}

/**
 * The bundle as a ZIP: deflated, files in the order of their names, all of one moment. One file is in
 * memory at a time.
 *
 * @throws BeaconError BLOCK_CID_MISMATCH, BLOCK_NOT_FOUND as above: the ZIP then has no end.
 */
export async function* writeZip(bundle: Bundle): AsyncGenerator<Uint8Array> {
  const made: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error;
    if (chunk.length > 0) made.push(chunk);
  });
  for (const part of bundle.parts) {
    const bytes = await readPart(part);
    const file = new DeflatedFile(part.file);
    zip.add(file);
    file.push(bytes, true);
    yield* made.splice(0);
  }
  zip.end();
  yield* made.splice(0);
}

/** Reads what is to be written, and holds it against its digest. */
async function readPart({ file, sha256: digest, read }: BundlePart): Promise<Uint8Array> {
  const bytes = await read();
  if (!equalBytes(sha256(bytes), digest))
    throw new BeaconError("BLOCK_CID_MISMATCH", `${file} changed while the bundle was written.`);
  return bytes;
}
