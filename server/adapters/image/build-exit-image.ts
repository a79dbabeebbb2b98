import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildImage } from "@/server/adapters/image/build-image";
import type { ImageFile } from "@/server/adapters/image/image-file";
import { runProgram } from "@/server/adapters/image/run-program";
import { EXIT_CONFIG } from "@/server/domain/image/container-config";
import { EXIT_PROGRAM } from "@/server/domain/image/start-commands";
import type { Compressor } from "@/server/domain/image/superblock";

export type BuildExitOptions = {
  /** The folder of the Go program, `workers/images/exit`. */
  readonly source: string;
  readonly out: string;
  readonly compressor: Compressor;
  readonly mksquashfs: string;
};

const LIMIT_MS = 10 * 60_000;

/** Mount points, and the places that ya-runtime-vm writes to or mounts volumes at. */
const FOLDERS = [
  ...["dev", "etc", "golem/bin", "golem/input", "golem/output", "golem/work"],
  ...["proc", "root", "sys", "tmp", "var/tmp"],
] as const;

/**
 * The machine's outbound network lets DNS through to Google's and Cloudflare's servers only, and answers for
 * them (yagna, exe-unit); nothing else has to be known in there.
 */
const FILES: Readonly<Record<string, string>> = {
  "etc/resolv.conf": "nameserver 8.8.8.8\nnameserver 1.1.1.1\n",
  "etc/hosts": "127.0.0.1 localhost\n",
  "etc/passwd": "root:x:0:0::/root:/none\nnobody:x:65532:65532::/:/none\n",
  "etc/group": "root:x:0:\nnobody:x:65532:\n",
};

/**
 * Builds the exit door's program and the image around it: the program, four small files, and no shell.
 *
 * @throws BeaconError NATIVE_PART_MISSING without Go or mksquashfs, and as `buildImage`.
 */
export async function buildExitImage(options: BuildExitOptions): Promise<ImageFile> {
  const { source, out, compressor, mksquashfs } = options;
  const root = await mkdtemp(join(tmpdir(), "beacon-exit-image-"));
  try {
    for (const folder of FOLDERS) await mkdir(join(root, folder), { recursive: true });
    for (const [path, text] of Object.entries(FILES)) await writeFile(join(root, path), text);
    await buildExitProgram(source, join(root, EXIT_PROGRAM));
    await setModes(root);
    return await buildImage({ root, config: EXIT_CONFIG, out, compressor, mksquashfs });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/**
 * Builds the program for a rented machine: Linux on x86-64, static. One Go release makes the same bytes everywhere.
 *
 * @throws BeaconError NATIVE_PART_MISSING, PROCESS_FAILED
 */
export async function buildExitProgram(source: string, out: string): Promise<void> {
  const environment = [
    ...["-u", "GOFLAGS", "-u", "GOEXPERIMENT", "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64"],
    ...["GOAMD64=v1", "GOTOOLCHAIN=local", "GOWORK=off"],
  ];
  const flags = ["-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid="];
  await runProgram("env", [...environment, "go", "build", ...flags, "-o", out, "."], {
    cwd: source,
    limitMs: LIMIT_MS,
    missing: "the exit image is built with Go, which was not found (https://go.dev/dl)",
  });
}

/** Whatever the umask is. */
async function setModes(root: string): Promise<void> {
  for (const folder of FOLDERS)
    for (let path: string = folder; path !== "."; path = dirname(path))
      await chmod(join(root, path), 0o755);
  for (const path of Object.keys(FILES)) await chmod(join(root, path), 0o644);
  for (const path of ["tmp", "var/tmp"]) await chmod(join(root, path), 0o1777);
  await chmod(join(root, EXIT_PROGRAM), 0o755);
}
