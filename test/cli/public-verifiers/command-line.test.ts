import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { CHECKS } from "@/server/domain/verify/report";
import { pythonOrSkip } from "@/test/cli/public-verifiers/find-python";
import {
  judgedByCommand,
  judgementOf,
  run,
  withFiles,
} from "@/test/cli/public-verifiers/run-verifiers";
import type { VerdictCase } from "@/test/cli/public-verifiers/verdict-case";
import { beaconCommand } from "@/test/support/beacon-command";
import { ROOT } from "@/test/support/run-tool";
import { verdictCases } from "@/test/support/verdict-cases";

const cases = new Map(verdictCases().map((given) => [given.name, given]));
const named = (name: string): VerdictCase => cases.get(name) ?? expect.fail(`no case ${name}`);
const EXIT_CODES = { sound: 0, unsound: 1, unusable: 2 };

/** One of each verdict, with each of the reader's files. */
const SAMPLE = [
  "a result with its document",
  "after a state of 3",
  "after a fork",
  "ML-DSA: mixed with Ed25519",
  "ML-DSA: wrong z",
  "a result with another document",
  "from 9007199254740993 to 9223372036854775807",
  "CRLF",
  "a file that is far too large",
  "policy: one character too large",
  "since: another log",
].map(named);

const SCRIPTS = [
  { name: "verify.mjs", programOf: () => process.execPath },
  { name: "verify.py", programOf: pythonOrSkip },
];

describe.each(SCRIPTS)("$name on the command line", ({ name, programOf }) => {
  const script = join(ROOT, "public/verify", name);
  const verify = (context: TestContext, args: readonly string[], input = "") =>
    run(programOf(context), [script, ...args], input);

  it("prints what beacon verify prints as JSON, and ends as it does", async (context) => {
    for (const given of SAMPLE) {
      const command = await judgedByCommand(given);
      const { exit, out, err } = await withFiles(given, (args) =>
        verify(context, [...args, "--json"]),
      );
      expect([given.name, exit, err]).toEqual([given.name, command.exit, ""]);
      const judgement = judgementOf(JSON.parse(out));
      if (command.judgement === null) expect(judgement.code).toBe(given.code);
      else expect(judgement).toEqual(command.judgement);
    }
  });

  it("says the verdict, and every check with a sentence", async (context) => {
    const sound = await withFiles(named("a result with its document"), (args) =>
      verify(context, args),
    );
    expect([sound.exit, sound.err]).toEqual([0, ""]);
    const [verdict, about, ...rows] = sound.out.trimEnd().split("\n");
    expect(verdict).toMatch(/^SOUND/);
    expect(about).toMatch(/^beacon\.result\/v1, entry 2 of 11 in /);
    expect(rows.map((row) => row.trim().split(":")[0])).toEqual(CHECKS);
    for (const row of rows) expect(row).toMatch(/: (holds|FAILS|not applicable)\. [A-Z].*\.$/);

    const other = await withFiles(named("a result with another document"), (args) =>
      verify(context, args),
    );
    expect([other.exit, other.out]).toEqual([1, expect.stringMatching(/^NOT SOUND/)]);
    const none = await withFiles(named("CRLF"), (args) => verify(context, args));
    expect(none).toEqual({
      exit: EXIT_CODES.unusable,
      out: expect.stringMatching(/^UNUSABLE.*\(PROOF_MALFORMED\)\nWhat was wrong: .+\.\n$/),
      err: "",
    });
  });

  it("makes characters visible that would turn a terminal's text around", async (context) => {
    const turned = [...cases.values()].find(({ name }) => name.includes("\u202e"));
    if (turned === undefined) return expect.fail("no case with such a name");
    const { out } = await withFiles(turned, (args) => verify(context, args));
    expect(out).toContain("\\u202e");
    expect(out).not.toContain("\u202e");
  });

  it("explains itself when asked", async (context) => {
    const { exit, out, err } = await verify(context, ["--help"]);
    expect([exit, err]).toEqual([0, ""]);
    for (const word of [
      "usage: ",
      "--policy",
      "--block",
      "--since",
      "--consistency",
      "--json",
      "exit: 0",
    ])
      expect(out).toContain(word);
  });

  it("answers 2, with its usage, for arguments that make no sense", async (context) => {
    for (const args of [
      [],
      ["a"],
      ["--policy", "p"],
      ["a", "b", "--policy", "p"],
      ["a", "--policy", "p", "--nonsense"],
      ["a", "--policy", "p", "--consistency", "c"],
      ["a", "--policy"],
    ]) {
      const { exit, out, err } = await verify(context, args);
      expect([args, exit, out]).toEqual([args, 2, ""]);
      expect(err).toMatch(/^usage: /);
    }
  });

  it("answers 2, with a sentence, for files that are not there or no files", async (context) => {
    await withFiles(named("after a state of 3"), async (args, folder) => {
      for (const [i, option] of args.entries()) {
        if (option.startsWith("--")) continue;
        for (const path of [join(folder, "missing"), folder]) {
          const { exit, out, err } = await verify(context, args.with(i, path));
          expect([path, exit, err]).toEqual([path, 2, ""]);
          expect(out).toMatch(
            /^UNUSABLE.*\(CONFIG_INVALID\)\nWhat was wrong: .* cannot be read\.\n$/,
          );
        }
      }
    });
  });

  it("reads no more of a file than it may hold, and a document of any size", async (context) => {
    const large = new Uint8Array(3_000_000).fill(0x61);
    const asked = async (changes: Partial<VerdictCase>) =>
      withFiles({ ...named("after a state of 3"), ...changes }, (args) => verify(context, args));
    expect(await asked({ policy: large })).toMatchObject({
      exit: 2,
      out: expect.stringContaining("too large"),
    });
    expect(await asked({ since: large })).toMatchObject({
      exit: 2,
      out: expect.stringContaining("too large"),
    });
    expect(await asked({ consistency: large })).toMatchObject({ exit: 2 });
    expect(await asked({ receipt: large })).toMatchObject({
      exit: 2,
      out: expect.stringContaining("PROOF_TOO_LARGE"),
    });
    expect(await asked({ block: large })).toMatchObject({
      exit: 1,
      out: expect.stringContaining("NOT SOUND"),
    });
  });

  it("answers every line of a batch, also one that is no case", async (context) => {
    const lines = [
      "",
      "nonsense",
      "null",
      "[]",
      "1",
      "{}",
      '{"receipt":"AA=="}',
      '{"receipt":1,"policy":2}',
    ];
    const nested = "[".repeat(50_000);
    const { exit, out, err } = await verify(
      context,
      ["--batch"],
      [...lines, nested, ""].join("\n"),
    );
    expect([exit, err]).toEqual([0, ""]);
    const reports = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(reports).toHaveLength(lines.length + 1);
    for (const report of reports)
      expect(report).toMatchObject({ verdict: "unusable", code: "CONFIG_INVALID", checks: [] });
  });
});

describe("verify.py", () => {
  it("needs an openssl that knows a right signature from a wrong one, and says so", async (context) => {
    const python = pythonOrSkip(context);
    const folder = mkdtempSync(join(tmpdir(), "beacon-openssl-"));
    try {
      const judged = (path: string) =>
        withFiles(named("a result with its document"), (args) =>
          run(python, [join(ROOT, "public/verify/verify.py"), ...args], "", {
            ...process.env,
            PATH: path,
          }),
        );
      expect(await judged(folder)).toMatchObject({
        exit: 2,
        out: expect.stringContaining("no openssl"),
      });
      for (const answer of ["exit 0", "exit 1"]) {
        const bin = join(folder, answer.replace(" ", "-"));
        mkdirSync(bin);
        writeFileSync(join(bin, "openssl"), `#!/bin/sh\n${answer}\n`);
        chmodSync(join(bin, "openssl"), 0o755);
        expect(await judged(bin)).toMatchObject({
          exit: 2,
          out: expect.stringContaining("OpenSSL 3"),
        });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("beacon verify, as people type it", () => {
  it("ends as the verifier in its process does", { timeout: 120_000 }, async () => {
    for (const name of ["after a state of 3", "ML-DSA: wrong z", "CRLF"]) {
      const given = named(name);
      const command = await judgedByCommand(given);
      const { exitCode, stdout } = await withFiles(given, (args, folder) =>
        beaconCommand(folder, ["verify", ...args, "--json"]),
      );
      expect([name, exitCode]).toEqual([name, command.exit]);
      expect(judgementOf(JSON.parse(stdout))).toEqual(command.judgement);
    }
  });
});
