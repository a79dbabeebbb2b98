import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT_CONFIG, userOf } from "@/server/domain/image/container-config";
import { exitStartCommand, modelStartCommand } from "@/server/domain/image/start-commands";
import { ROOT } from "@/test/support/run-tool";

type Instruction = { readonly word: string; readonly rest: string };

/** A Dockerfile's instructions: comments gone, continued lines joined. */
function instructionsOf(name: string): readonly Instruction[] {
  const text = readFileSync(join(ROOT, "workers", "images", name, "Dockerfile"), "utf8");
  return text
    .replace(/^\s*#.*\n/gm, "")
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      if (word === undefined || rest === undefined) throw new Error(`no instruction: ${line}`);
      return { word, rest };
    });
}

const restsOf = (all: readonly Instruction[], word: string) =>
  all.filter((one) => one.word === word).map(({ rest }) => rest);

/** What the image itself is made of: the instructions from the last FROM on. */
const finalOf = (all: readonly Instruction[]) =>
  all.slice(all.findLastIndex(({ word }) => word === "FROM"));

describe.each([
  ["exit", "8080", exitStartCommand(["a.example:443"])],
  // Its country is looked at through an exit door of its own.
  ["model", "8080 8081", modelStartCommand()],
] as const)("the Dockerfile of the %s image", (name, ports, { entryPoint }) => {
  const all = instructionsOf(name);
  const final = finalOf(all);
  const stages = restsOf(all, "FROM").flatMap((rest) => / AS (\w+)$/.exec(rest)?.[1] ?? []);

  it("takes nothing that is not pinned by whoever builds", () => {
    expect(JSON.stringify(all)).not.toContain("latest");
    for (const base of restsOf(all, "FROM")) {
      const [image = ""] = base.split(" ");
      const variable = /^\$\{(\w+)\}$/.exec(image)?.[1];
      // Another stage, nothing at all, or an argument without a default that must hold a digest.
      if (variable === undefined) expect([...stages, "scratch"]).toContain(image);
      else {
        expect(restsOf(all, "ARG")).toContain(variable);
        expect(restsOf(all, "RUN").join()).toContain(`case "\${${variable}}" in *@sha256:*)`);
      }
    }
    for (const argument of restsOf(all, "ARG")) expect(argument).not.toContain("=");
    expect(restsOf(all, "ADD")).toEqual([]);
  });

  it("checks the hash of everything that it downloads", () => {
    for (const run of restsOf(all, "RUN")) {
      const downloads = run.match(/"\$\{(\w+)_URL:\?\}"/g) ?? [];
      expect(downloads.length).toBe(run.match(/curl --fail/g)?.length ?? 0);
      for (const found of downloads) {
        const hash = found.replace("_URL", "_SHA256").slice(1, -1);
        expect(run).toMatch(new RegExp(`${literally(hash)} .*\\| sha256sum --check --strict`));
      }
    }
  });

  it("runs as nobody, in numbers, with Golem's volumes and its doors' ports", () => {
    const [user] = restsOf(final, "USER");
    expect(userOf({ User: user ?? "" })).toEqual(userOf(EXIT_CONFIG));
    expect(JSON.parse(restsOf(final, "VOLUME").join())).toEqual(Object.keys(EXIT_CONFIG.Volumes));
    expect(restsOf(final, "EXPOSE")).toEqual([ports]);
    expect(restsOf(final, "WORKDIR")).toEqual([EXIT_CONFIG.WorkingDir]);
  });

  it("starts what the renter starts, and hides none of it below a volume", () => {
    expect(JSON.parse(restsOf(final, "ENTRYPOINT").join())).toEqual([entryPoint]);
    for (const copy of restsOf(final, "COPY")) {
      const target = copy.split(" ").at(-1) ?? "";
      for (const volume of Object.keys(EXIT_CONFIG.Volumes))
        expect(target.startsWith(volume)).toBe(false);
    }
  });

  it("has the exit program, built in the one way", () => {
    const program = exitStartCommand([]).entryPoint;
    if (name === "model") expect(restsOf(final, "COPY").join()).toContain(` ${program}`);
    const build = restsOf(all, "RUN").join();
    expect(build).toContain("go build -trimpath -buildvcs=false -ldflags='-s -w -buildid=' -o ");
    expect(restsOf(all, "ENV").join()).toContain(
      "CGO_ENABLED=0 GOOS=linux GOARCH=amd64 GOAMD64=v1",
    );
  });
});

describe("the Dockerfile of the exit image", () => {
  it("makes the machine that is made without Docker", () => {
    const [env] = restsOf(finalOf(instructionsOf("exit")), "ENV");
    expect(env).toBe(EXIT_CONFIG.Env.join());
    const build = restsOf(instructionsOf("exit"), "RUN").join();
    const source = readFileSync(join(ROOT, "server/adapters/image/build-exit-image.ts"), "utf8");
    const files = [...source.matchAll(/^ {2}"etc\/\w+(?:\.conf)?": "(.*)",$/gm)];
    expect(files).toHaveLength(4);
    for (const [, text] of files) expect(build).toContain(`printf '${text}'`);
    expect(source).toContain('"-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid="');
  });
});

/** For a regular expression. */
const literally = (text: string): string => text.replace(/[$?{}]/g, "\\$&");
