import { execFile } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { sha3_224 } from "@noble/hashes/sha3.js";
import { afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from "vitest";
import { buildExitImage } from "@/server/adapters/image/build-exit-image";
import { buildImage } from "@/server/adapters/image/build-image";
import { readImageFile } from "@/server/adapters/image/image-file";
import { concat, hex } from "@/server/domain/bytes";
import { EXIT_CONFIG } from "@/server/domain/image/container-config";
import { writeTrailer } from "@/server/domain/image/gvmi";
import { aGvmi } from "@/test/domain/image/an-image";
import { goProblem } from "@/test/support/go-version";
import { ROOT } from "@/test/support/run-tool";
import { skipBecause } from "@/test/support/skip";
import { type SquashfsTools, squashfsTools } from "@/test/support/squashfs-tools";

const run = promisify(execFile);
const SLOW_MS = 5 * 60_000;
const { Entrypoint: _, ...CONFIG } = EXIT_CONFIG;

let tools: SquashfsTools;
let home = "";
beforeAll(async () => {
  tools = await squashfsTools();
}, SLOW_MS);
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "beacon-image-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function toolsOr(context: TestContext) {
  return "missing" in tools ? skipBecause(context, tools.missing) : tools;
}

/** A small root folder; files are written in the order that is given, which must not matter. */
function aRoot(name: string, files: Readonly<Record<string, string>> = FILES): string {
  const root = join(home, name);
  for (const folder of ["proc", "sys"]) mkdirSync(join(root, folder), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode: 0o644 });
  }
  return root;
}
const FILES = { "etc/a": "first", "etc/b": "second", "golem/bin/x": "third".repeat(5_000) };

const options = (root: string, out = join(home, "image.gvmi")) => ({
  root,
  out,
  config: CONFIG,
  compressor: "zstd" as const,
  mksquashfs: "missing" in tools ? "mksquashfs" : tools.mksquashfs,
});

describe("an image that is made without Docker", () => {
  it("is squashfs, padded, and the trailer, and hashes as SHA3-224", async (context) => {
    toolsOr(context);
    const image = await buildImage(options(aRoot("root")));
    const bytes = new Uint8Array(readFileSync(image.path));
    const trailer = writeTrailer(CONFIG);
    expect(bytes.length).toBe(image.sizeBytes);
    expect((bytes.length - trailer.length) % 4_096).toBe(0);
    expect(hex(bytes.subarray(-trailer.length))).toBe(hex(trailer));
    // A second implementation of the hash.
    expect(image.sha3_224).toBe(hex(sha3_224(bytes)));
    expect(image.squashfs).toMatchObject({ compressor: "zstd", madeAtSeconds: 0 });
    expect(readdirSync(home).sort()).toEqual(["image.gvmi", "root"]);
  });

  it("holds the folder's files, all of them root's", async (context) => {
    const { unsquashfs } = toolsOr(context);
    const root = aRoot("root");
    symlinkSync("a", join(root, "etc", "c"));
    const { path } = await buildImage(options(root));
    await run(unsquashfs, ["-no-progress", "-d", join(home, "out"), path]);
    await run("diff", ["-r", "--no-dereference", root, join(home, "out")]);
    const { stdout } = await run(unsquashfs, ["-lln", "-no-progress", path]);
    const lines = stdout.split("\n").filter((line) => line.includes("squashfs-root"));
    expect(lines.length).toBe(10);
    for (const line of lines) expect(line).toMatch(/^[-dl][rwx-]{9} 0\/0 .* 1970-01-01 00:00 /);
  });

  it.for(["zstd", "xz", "gzip"] as const)(
    "is the same for the same content, whenever and in whatever order it was written (%s)",
    async (compressor, context) => {
      toolsOr(context);
      const first = aRoot("first");
      const second = aRoot("second", Object.fromEntries(Object.entries(FILES).reverse()));
      utimesSync(join(second, "etc", "a"), 1, 1);
      chmodSync(second, 0o700);
      const made = [
        await buildImage({ ...options(first, join(home, "1.gvmi")), compressor }),
        await buildImage({ ...options(second, join(home, "2.gvmi")), compressor }),
      ];
      expect(made[0]?.sha3_224).toBe(made[1]?.sha3_224);
      writeFileSync(join(second, "etc", "a"), "fIrst");
      const third = await buildImage({ ...options(second, join(home, "3.gvmi")), compressor });
      expect(third.sha3_224).not.toBe(made[0]?.sha3_224);
    },
  );

  it("is not made of what no machine could run", async () => {
    const refused = (root: string, config: object = {}) =>
      expect(
        buildImage({ ...options(root), config: { ...CONFIG, ...config } }),
      ).rejects.toMatchObject({ code: "IMAGE_INVALID" });
    await refused(join(home, "missing"));
    const bare = aRoot("bare");
    rmSync(join(bare, "proc"), { recursive: true });
    await refused(bare);
    await refused(aRoot("hidden", { "golem/work/prompt": "x" }));
    await refused(aRoot("root"), { User: "root" });
    await refused(aRoot("root"), { Entrypoint: ["/golem/bin/missing"] });
    await refused(aRoot("root"), { Entrypoint: ["/etc/a"] });
    expect(readdirSync(home).filter((name) => name.includes("image"))).toEqual([]);
  });

  it("says which tool is missing", async () => {
    const mksquashfs = join(home, "no-mksquashfs");
    await expect(buildImage({ ...options(aRoot("root")), mksquashfs })).rejects.toMatchObject({
      code: "NATIVE_PART_MISSING",
    });
    expect(readdirSync(home)).toEqual(["root"]);
  });

  it("leaves the older file alone when mksquashfs fails", async () => {
    const mksquashfs = join(home, "failing");
    writeFileSync(mksquashfs, "#!/bin/sh\necho FATAL >&2\nexit 1\n", { mode: 0o755 });
    writeFileSync(join(home, "image.gvmi"), "older");
    await expect(buildImage({ ...options(aRoot("root")), mksquashfs })).rejects.toMatchObject({
      code: "PROCESS_FAILED",
    });
    expect(readFileSync(join(home, "image.gvmi"), "utf8")).toBe("older");
  });
});

describe("the exit image", () => {
  it(
    "is built twice to the same hash and holds the program, four files and no shell",
    async (context) => {
      const { mksquashfs, unsquashfs } = toolsOr(context);
      const problem = await goProblem();
      if (problem !== null) skipBecause(context, problem);
      const source = join(ROOT, "workers", "images", "exit");
      const build = (name: string) =>
        buildExitImage({ source, out: join(home, name), compressor: "zstd", mksquashfs });
      const [first, second] = [await build("1.gvmi"), await build("2.gvmi")];
      expect(first.sha3_224).toBe(second.sha3_224);
      expect(first.config).toEqual(EXIT_CONFIG);

      const { stdout } = await run(unsquashfs, ["-lln", "-no-progress", first.path]);
      const listed = stdout.split("\n").flatMap((line) => {
        const [, mode, path] = /^(\S{10}) 0\/0 .* squashfs-root(\/?\S*)$/.exec(line) ?? [];
        return mode === undefined ? [] : [`${mode} ${path || "/"}`];
      });
      expect(listed.sort()).toEqual(
        [
          ...["/", "/dev", "/etc", "/golem", "/golem/bin", "/golem/input", "/golem/output"],
          ...["/golem/work", "/proc", "/root", "/sys", "/var"],
        ]
          .map((path) => `drwxr-xr-x ${path}`)
          .concat(["drwxrwxrwt /tmp", "drwxrwxrwt /var/tmp", "-rwxr-xr-x /golem/bin/exit-door"])
          .concat(["group", "hosts", "passwd", "resolv.conf"].map((f) => `-rw-r--r-- /etc/${f}`))
          .sort(),
      );

      await run(unsquashfs, ["-no-progress", "-d", join(home, "out"), first.path]);
      const program = join(home, "out", "golem", "bin", "exit-door");
      const refused = await run(program, []).catch((error) => error);
      expect([refused.code, String(refused.stderr)]).toEqual([2, expect.stringContaining("allow")]);
    },
    SLOW_MS,
  );
});

describe("a GVMI file", () => {
  const write = (bytes: Uint8Array): string => {
    const path = join(home, "file.gvmi");
    writeFileSync(path, bytes);
    return path;
  };

  it("is read without squashfs-tools", async () => {
    const bytes = aGvmi();
    const image = await readImageFile(write(bytes));
    expect(image).toMatchObject({ sizeBytes: bytes.length, sha3_224: hex(sha3_224(bytes)) });
    expect(image.config).toEqual(EXIT_CONFIG);
  });

  it.each([
    ["empty", () => new Uint8Array()],
    ["seven bytes", () => new Uint8Array(7)],
    ["only a trailer", () => writeTrailer(EXIT_CONFIG)],
    ["without a trailer", () => aGvmi().subarray(0, 4_096)],
    ["with a byte behind it", () => concat(aGvmi(), Uint8Array.of(0))],
    ["with a page between its parts", () => withPage()],
    [
      "cut in the squashfs image",
      () => concat(aGvmi().subarray(0, 299), writeTrailer(EXIT_CONFIG)),
    ],
  ])("is refused when it is %s", async (_what, make) => {
    await expect(readImageFile(write(make()))).rejects.toMatchObject({ code: "IMAGE_INVALID" });
  });

  it("is refused when it is not there", async () => {
    await expect(readImageFile(join(home, "none"))).rejects.toMatchObject({
      code: "IMAGE_INVALID",
    });
  });
});

const withPage = () =>
  concat(aGvmi().subarray(0, 4_096), new Uint8Array(4_096), writeTrailer(EXIT_CONFIG));
