import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "@/test/support/run-tool";

/** mksquashfs and unsquashfs of squashfs-tools, or why there are none. */
export type SquashfsTools =
  | { readonly mksquashfs: string; readonly unsquashfs: string }
  | { readonly missing: string };

/** The packages that Debian's squashfs-tools needs and a small system may lack. */
const PACKAGES = ["squashfs-tools", "liblzo2-2"] as const;
const LIMIT_MS = 60_000;
const run = promisify(execFile);

/**
 * squashfs-tools as installed, or else unpacked from Debian's packages into `node_modules/.cache`, once and
 * without root.
 */
export async function squashfsTools(): Promise<SquashfsTools> {
  const installed = { mksquashfs: "mksquashfs", unsquashfs: "unsquashfs" };
  if (await works(installed.mksquashfs)) return installed;
  const cache = join(ROOT, "node_modules", ".cache", "beacon-squashfs");
  const unpacked = { mksquashfs: join(cache, "mksquashfs"), unsquashfs: join(cache, "unsquashfs") };
  if (existsSync(cache)) return unpacked;
  const draft = `${cache}.${process.pid}`;
  try {
    mkdirSync(join(draft, "root"), { recursive: true });
    await run("apt-get", ["download", ...PACKAGES], { cwd: draft, timeout: LIMIT_MS });
    for (const file of readdirSync(draft).filter((name) => name.endsWith(".deb")))
      await run("dpkg", ["-x", file, "root"], { cwd: draft, timeout: LIMIT_MS });
    for (const name of ["mksquashfs", "unsquashfs"]) writeWrapper(join(draft, name), name);
    if (!(await works(join(draft, "mksquashfs"))))
      return { missing: "the squashfs-tools of this machine's package archive do not run on it" };
    renameSync(draft, cache);
    return unpacked;
  } catch {
    return { missing: "squashfs-tools are not installed and cannot be had with apt-get download" };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The unpacked program with the libraries that were unpacked beside it. */
function writeWrapper(path: string, name: string): void {
  const lines = [
    "#!/bin/sh",
    'here=$(dirname "$0")/root',
    'LD_LIBRARY_PATH=$(echo "$here"/lib/*-linux-gnu "$here"/usr/lib/*-linux-gnu | tr " " ":")',
    `export LD_LIBRARY_PATH; exec "$here/usr/bin/${name}" "$@"`,
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  chmodSync(path, 0o755);
}

/** Whether it starts; `unsquashfs -version` is of no use for this: some releases end it with 1. */
const works = (program: string): Promise<boolean> =>
  run(program, ["-version"], { timeout: LIMIT_MS }).then(
    () => true,
    () => false,
  );
