import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { BuildExitOptions } from "@/server/adapters/image/build-exit-image";
import type { BuildOptions } from "@/server/adapters/image/build-image";
import type { ImageFile } from "@/server/adapters/image/image-file";
import type { CommandIo } from "@/server/cli/command";
import { readText } from "@/server/cli/named-files";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { ContainerConfig, userOf } from "@/server/domain/image/container-config";
import type { Compressor } from "@/server/domain/image/superblock";

/** What `beacon image` needs of the place where it runs. */
export type ImageIo = CommandIo & {
  buildImage(options: BuildOptions): Promise<ImageFile>;
  buildExitImage(options: BuildExitOptions): Promise<ImageFile>;
  readImageFile(path: string): Promise<ImageFile>;
};

const USAGE = [
  "usage: beacon image build exit [--out FILE] [--compression NAME] [--mksquashfs PROGRAM]",
  "       beacon image build --root FOLDER --config FILE --out FILE [--compression NAME] [--mksquashfs PROGRAM]",
  "       beacon image verify FILE [--pin SHA3-224] [--json]",
  "       beacon image inspect FILE",
];

const OPTIONS = {
  out: { type: "string" },
  root: { type: "string" },
  config: { type: "string" },
  compression: { type: "string", default: "zstd" },
  mksquashfs: { type: "string", default: "mksquashfs" },
  pin: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

const COMPRESSORS: readonly Compressor[] = ["gzip", "lzo", "xz", "lz4", "zstd"];
const EXIT_SOURCE = fileURLToPath(new URL("../../workers/images/exit", import.meta.url));

/**
 * `beacon image build` makes a GVMI without a Docker engine; `verify` checks one and prints the pin that
 * goes into a job spec; `inspect` shows what it says of itself.
 *
 * @returns 0 made, or sound; 1 not sound, or not what was pinned; 2 wrong usage, or a tool is missing.
 */
export async function imageCommand(args: readonly string[], io: ImageIo): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: OPTIONS,
  });
  const [verb, what, ...more] = positionals;
  if (more.length > 0) return usage(io);
  if (verb === "build") return build(what, values, io);
  if (what === undefined) return usage(io);
  if (verb === "verify") return verify(what, values, io);
  if (verb === "inspect") return inspect(what, io);
  return usage(io);
}

type BuildValues = {
  readonly out?: string;
  readonly root?: string;
  readonly config?: string;
  readonly compression: string;
  readonly mksquashfs: string;
};

async function build(
  what: string | undefined,
  { out, root, config, compression, mksquashfs }: BuildValues,
  io: ImageIo,
): Promise<0 | 1 | 2> {
  const compressor = COMPRESSORS.find((name) => name === compression);
  if (compressor === undefined) {
    io.err(`--compression is one of ${COMPRESSORS.join(", ")}.`);
    return 2;
  }
  const isExit = what === "exit" && root === undefined && config === undefined;
  const isFolder = what === undefined && root !== undefined && config !== undefined;
  if (!isExit && !(isFolder && out !== undefined)) return usage(io);
  return judged(io, async () => {
    const path = resolve(out ?? "beacon-exit.gvmi");
    const image = isFolder
      ? await io.buildImage({
          root: resolve(root),
          config: await readConfig(config),
          out: path,
          compressor,
          mksquashfs,
        })
      : await io.buildExitImage({ source: EXIT_SOURCE, out: path, compressor, mksquashfs });
    io.out(`${image.path}: ${image.sizeBytes} bytes`);
    sayPin(image, io);
    return 0;
  });
}

function verify(
  path: string,
  { pin, json }: { readonly pin?: string; readonly json: boolean },
  io: ImageIo,
): Promise<0 | 1 | 2> {
  return judged(io, async () => {
    const image = await io.readImageFile(resolve(path));
    const isPinned = pin === undefined || pin === image.sha3_224;
    if (json) {
      const { sizeBytes, sha3_224, squashfs } = image;
      io.out(
        JSON.stringify({
          sizeBytes,
          sha3_224,
          squashfs,
          ...(pin === undefined ? {} : { isPinned }),
        }),
      );
    } else {
      io.out(`squashfs, checksum and trailer hold; ${image.sizeBytes} bytes`);
      sayPin(image, io);
    }
    if (!isPinned) io.err("This is not the image that was pinned.");
    return isPinned ? 0 : 1;
  });
}

function inspect(path: string, io: ImageIo): Promise<0 | 1 | 2> {
  return judged(io, async () => {
    const { squashfs, config, sizeBytes, sha3_224 } = await io.readImageFile(resolve(path));
    const user = userOf(config);
    io.out(`sha3-224: ${sha3_224}`);
    io.out(`size: ${sizeBytes} bytes, of which squashfs ${squashfs.sizeBytes}`);
    io.out(`squashfs: ${squashfs.compressor}, ${squashfs.inodes} inodes`);
    io.out(`programs run as: ${user === null ? "root" : `${user.uid}:${user.gid}`}`);
    io.out(`volumes: ${Object.keys(config.Volumes ?? {}).join(" ") || "none"}`);
    io.out(JSON.stringify(config, null, 2));
    return 0;
  });
}

/** What goes into a job spec's `images` and the installation's settings; the address is left to whoever hosts it. */
function sayPin({ sha3_224 }: ImageFile, io: ImageIo): void {
  io.out(`sha3-224: ${sha3_224}`);
  io.out(`in a job spec: {"url": "https://…", "sha3_224": "${sha3_224}"}`);
  io.out(`in BEACON_IMAGE_EXIT or BEACON_IMAGE_MODEL: https://…#sha3:${sha3_224}`);
}

async function readConfig(path: string): Promise<ContainerConfig> {
  const text = await readText(path);
  try {
    return ContainerConfig.parse(JSON.parse(text));
  } catch (cause) {
    throw new BeaconError("IMAGE_INVALID", `${path} is not Docker's ContainerConfig.`, { cause });
  }
}

/** A judgement about an image is an answer; a missing tool or file is not. */
async function judged(io: ImageIo, work: () => Promise<0 | 1>): Promise<0 | 1 | 2> {
  try {
    return await work();
  } catch (error) {
    if (!isBeaconError(error)) throw error;
    io.err(`${error.code}: ${error.message}`);
    return error.code === "IMAGE_INVALID" ? 1 : 2;
  }
}

function usage(io: ImageIo): 2 {
  for (const line of USAGE) io.err(line);
  return 2;
}
