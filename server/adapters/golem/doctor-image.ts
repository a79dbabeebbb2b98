import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { whyOf } from "@/server/adapters/golem/doctor-reason";
import type { DoctorSubject } from "@/server/adapters/golem/doctor-subject";
import { isBeaconError } from "@/server/domain/errors";
import { type Finding, fine, lacking, skipped, weak } from "@/server/domain/golem/doctor-finding";

/** How long a host may take to say that it has an image, and to send one. */
const HEAD_MS = 15_000;
const DOWNLOAD_MS = 60 * 60_000;

/** What is downloaded without being asked for: an exit image has some megabytes, a model image gigabytes. */
const SMALL_BYTES = 64 * 1_048_576;
const LARGEST_BYTES = 64 * 1_073_741_824;

type Image = DoctorSubject["images"][number];

/** Looks whether providers could fetch the images, and whether they are the ones that are pinned. */
export async function lookAtImages(
  subject: DoctorSubject,
  isDownloading: boolean,
): Promise<readonly Finding[]> {
  const { images, simulated } = subject;
  if (images.length > 0)
    return Promise.all(images.map((image) => lookAtImage(subject, image, isDownloading)));
  return [
    simulated
      ? fine("images", "The loopback network downloads nothing.")
      : skipped("images", "no image is configured"),
  ];
}

async function lookAtImage(
  subject: DoctorSubject,
  image: Image,
  isDownloading: boolean,
): Promise<Finding> {
  const { name, pin } = image;
  let sizeBytes: number | null;
  try {
    sizeBytes = await sizeOf(pin.url);
  } catch (error) {
    return lacking("images", "IMAGE_UNREACHABLE", `${name}: ${pin.url}: ${whyOf(error)}.`);
  }
  // One that does not say how long it is may be small: the download ends where it stops being so.
  const isSmall = sizeBytes === null || sizeBytes <= SMALL_BYTES;
  if (!isSmall && !isDownloading) return unchecked(image, sizeBytes);
  const folder = await mkdtemp(join(tmpdir(), "beacon-doctor-"));
  try {
    const path = join(folder, "image.gvmi");
    const limitBytes = isDownloading ? LARGEST_BYTES : SMALL_BYTES;
    await subject.withDeadline(DOWNLOAD_MS, [], (signal) =>
      download(pin.url, path, limitBytes, signal),
    );
    return judge(image, await subject.readImageFile(path));
  } catch (error) {
    if (error instanceof TooLong) return unchecked(image, sizeBytes);
    if (isBeaconError(error)) return lacking("images", error.code, `${name}: ${error.message}`);
    return lacking("images", "IMAGE_UNREACHABLE", `${name}: ${pin.url}: ${whyOf(error)}.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const judge = (
  { name, pin }: Image,
  { sha3_224, sizeBytes }: { readonly sha3_224: string; readonly sizeBytes: number },
): Finding =>
  sha3_224 === pin.sha3_224
    ? fine("images", `${name}: ${pin.url} has ${sizeBytes} bytes and the hash that is pinned.`)
    : lacking(
        "images",
        "IMAGE_HASH_WRONG",
        `${name}: ${pin.url} is another image than the one that is pinned: its SHA3-224 is ${sha3_224}. Providers would refuse it.`,
      );

const unchecked = ({ name, pin }: Image, sizeBytes: number | null): Finding =>
  weak(
    "images",
    "IMAGE_HASH_UNCHECKED",
    `${name}: ${pin.url} is there (${sizeBytes ?? "an unknown number of"} bytes); it is large, so its hash was not checked: add --download.`,
  );

/** Null: its host does not say. Rejects when the image is not there. */
async function sizeOf(url: string): Promise<number | null> {
  const answer = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(HEAD_MS) });
  // Some hosts answer GET only; the download will tell.
  if (answer.status === 405 || answer.status === 501) return null;
  if (!answer.ok) throw new Error(`its host answers ${answer.status}`);
  const length = Number(answer.headers.get("content-length") ?? Number.NaN);
  return Number.isSafeInteger(length) ? length : null;
}

/** More was sent than is read. */
class TooLong extends Error {}

async function download(
  url: string,
  path: string,
  limitBytes: number,
  signal: AbortSignal,
): Promise<void> {
  const answer = await fetch(url, { signal });
  if (!answer.ok || answer.body === null) throw new Error(`its host answers ${answer.status}`);
  const reader = answer.body.getReader();
  const file = await open(path, "wx");
  try {
    let received = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      received += part.value.length;
      if (received > limitBytes) throw new TooLong();
      await file.writeFile(part.value);
    }
  } finally {
    await file.close();
    await reader.cancel().catch(() => undefined);
  }
}
