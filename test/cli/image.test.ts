import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BuildExitOptions } from "@/server/adapters/image/build-exit-image";
import type { BuildOptions } from "@/server/adapters/image/build-image";
import { readImageFile } from "@/server/adapters/image/image-file";
import { imageCommand } from "@/server/cli/image";
import { EXIT_CONFIG } from "@/server/domain/image/container-config";
import { aGvmi } from "@/test/domain/image/an-image";

let home = "";
let built: (BuildOptions | BuildExitOptions)[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "beacon-image-cli-"));
  writeFileSync(join(home, "a.gvmi"), aGvmi());
  built = [];
});
afterEach(() => rmSync(home, { recursive: true }));

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const remember = (options: BuildOptions | BuildExitOptions) => {
    built.push(options);
    return readImageFile(join(home, "a.gvmi"));
  };
  const exit = await imageCommand(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    home,
    buildImage: remember,
    buildExitImage: remember,
    readImageFile,
  });
  return { exit, out, err };
}

describe("beacon image", () => {
  it("verifies an image and prints its pin", async () => {
    const path = join(home, "a.gvmi");
    const { sha3_224 } = await readImageFile(path);
    const { exit, out } = await run("verify", path);
    expect(exit).toBe(0);
    expect(out).toContain(`sha3-224: ${sha3_224}`);
    expect(await run("verify", path, "--pin", sha3_224)).toMatchObject({ exit: 0, err: [] });
    expect((await run("verify", path, "--pin", "0".repeat(56))).exit).toBe(1);
    const { out: json } = await run("verify", path, "--json", "--pin", sha3_224);
    expect(JSON.parse(json.join())).toMatchObject({ sha3_224, isPinned: true });
  });

  it("does not call a damaged image sound", async () => {
    const path = join(home, "b.gvmi");
    const bytes = aGvmi();
    bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 1;
    writeFileSync(path, bytes);
    for (const verb of ["verify", "inspect"]) {
      const { exit, out, err } = await run(verb, path);
      expect([exit, out]).toEqual([1, []]);
      expect(err.join()).toContain("IMAGE_INVALID");
    }
  });

  it("shows what an image says of itself", async () => {
    const { exit, out } = await run("inspect", join(home, "a.gvmi"));
    expect(exit).toBe(0);
    expect(out.join("\n")).toContain("programs run as: 65532:65532");
    expect(JSON.parse(out.at(-1) ?? "")).toEqual(EXIT_CONFIG);
  });

  it("builds from a folder and Docker's configuration, or the exit image", async () => {
    const config = join(home, "config.json");
    writeFileSync(config, JSON.stringify(EXIT_CONFIG));
    const folder = ["--root", home, "--config", config, "--out", join(home, "c.gvmi")];
    expect((await run("build", ...folder, "--compression", "xz")).exit).toBe(0);
    expect(built).toEqual([
      expect.objectContaining({ root: home, config: EXIT_CONFIG, compressor: "xz" }),
    ]);
    expect((await run("build", "exit", "--mksquashfs", "/x/mksquashfs")).exit).toBe(0);
    expect(built[1]).toMatchObject({ mksquashfs: "/x/mksquashfs", compressor: "zstd" });
  });

  it("refuses a configuration that is none", async () => {
    const config = join(home, "config.json");
    writeFileSync(config, '{"Env":"A=1"}');
    const args = ["--root", home, "--config", config, "--out", join(home, "c.gvmi")];
    expect((await run("build", ...args)).exit).toBe(1);
    expect(built).toEqual([]);
  });

  it("says how it is used when it is used otherwise", async () => {
    for (const args of [
      [],
      ["verify"],
      ["inspect", "a", "b"],
      ["build"],
      ["build", "model"],
      ["build", "--root", home],
      ["build", "exit", "--root", home],
      ["build", "exit", "--compression", "zip"],
      ["paint", "a"],
    ])
      expect(await run(...args)).toMatchObject({ exit: 2, out: [] });
    expect(built).toEqual([]);
  });
});
