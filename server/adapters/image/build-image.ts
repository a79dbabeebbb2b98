import {
  access,
  appendFile,
  constants,
  lstat,
  mkdtemp,
  readdir,
  rename,
  rm,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ImageFile, readImageFile } from "@/server/adapters/image/image-file";
import { runProgram } from "@/server/adapters/image/run-program";
import { BeaconError } from "@/server/domain/errors";
import type { ContainerConfig } from "@/server/domain/image/container-config";
import { writeTrailer } from "@/server/domain/image/gvmi";
import type { Compressor } from "@/server/domain/image/superblock";

export type BuildOptions = {
  /** The folder that becomes the machine's root. It is only read. */
  readonly root: string;
  readonly config: ContainerConfig;
  /** Where the GVMI goes. A file that is there is replaced, once the new one is whole. */
  readonly out: string;
  readonly compressor: Compressor;
  /** The program, or its name in PATH. */
  readonly mksquashfs: string;
};

/** ya-runtime-vm mounts on these two without making them: a machine without them does not start. */
const MOUNT_POINTS = ["proc", "sys"] as const;

/** An image of gigabytes, with a slow compressor on one core. */
const LIMIT_MS = 60 * 60_000;

/**
 * Makes a GVMI out of a folder, without a Docker engine. The same folder, configuration and mksquashfs give the
 * same bytes: all times are zero, all files root's, and files are sorted.
 *
 * @throws BeaconError IMAGE_INVALID for a folder or configuration that no machine could run,
 * NATIVE_PART_MISSING without mksquashfs, PROCESS_FAILED when it fails.
 */
export async function buildImage(options: BuildOptions): Promise<ImageFile> {
  const { root, config, out, compressor, mksquashfs } = options;
  const trailer = writeTrailer(config);
  await checkRoot(root, config);
  // Beside its place, so that it gets there in one step.
  const draft = await mkdtemp(join(dirname(out), ".image-")).catch((cause) => {
    throw new BeaconError("IMAGE_INVALID", `${dirname(out)} cannot be written to.`, { cause });
  });
  try {
    const path = join(draft, "image.gvmi");
    const args = ["-comp", compressor, ...REPRODUCIBLE];
    // With this variable set mksquashfs refuses -mkfs-time.
    await runProgram("env", ["-u", "SOURCE_DATE_EPOCH", mksquashfs, root, path, ...args], {
      limitMs: LIMIT_MS,
      missing: `${mksquashfs} was not found: install Debian's squashfs-tools, or name it with --mksquashfs`,
    });
    await appendFile(path, trailer);
    const image = await readImageFile(path);
    await rename(path, out);
    return { ...image, path: out };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const REPRODUCIBLE = [
  ...["-noappend", "-reproducible", "-all-root", "-root-mode", "0755", "-no-xattrs"],
  ...["-all-time", "0", "-mkfs-time", "0", "-no-progress", "-quiet"],
] as const;

async function checkRoot(root: string, config: ContainerConfig): Promise<void> {
  for (const name of MOUNT_POINTS)
    if (!(await isFolder(join(root, name))))
      throw new BeaconError(
        "IMAGE_INVALID",
        `${root} has no folder ${name}, which the machine mounts`,
      );
  for (const volume of Object.keys(config.Volumes ?? {})) {
    const files = await readdir(join(root, volume)).catch(() => []);
    if (files.length > 0)
      throw new BeaconError("IMAGE_INVALID", `${volume} is a volume, which would hide its files`);
  }
  const [program] = config.Entrypoint ?? [];
  if (program === undefined) return;
  const isThere = await access(join(root, program), constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isThere) throw new BeaconError("IMAGE_INVALID", `${program} is no program in ${root}`);
}

const isFolder = (path: string): Promise<boolean> =>
  lstat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
