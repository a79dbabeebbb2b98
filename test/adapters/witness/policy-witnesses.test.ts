import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withDeadline } from "@/server/adapters/clock/deadline";
import { readPolicyFile } from "@/server/adapters/witness/policy-file";
import { witnessesOf } from "@/server/adapters/witness/policy-witnesses";
import { parseWatchedLogs } from "@/server/adapters/witness/watched-logs";
import { formatVerifierKey, verifierKeyOf } from "@/server/domain/log/verifier-key";
import { aRequest, LOG_KEY, ORIGIN } from "@/test/adapters/witness/a-log";
import { aSigner } from "@/test/domain/log/a-signer";

const invalid = expect.objectContaining({ code: "CONFIG_INVALID" });
const vkey = (name: string, seed: number) =>
  formatVerifierKey(verifierKeyOf(name, "cosignature", aSigner(seed).publicKey));
const LOG_LINE = `log ${formatVerifierKey(LOG_KEY)}`;

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "beacon-policy-"));
});
afterEach(() => rmSync(home, { recursive: true }));

function policyOf(...lines: readonly string[]) {
  const path = join(home, "policy.txt");
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return readPolicyFile(path, LOG_KEY);
}
const witnesses = (...lines: readonly string[]) =>
  witnessesOf(policyOf(LOG_LINE, ...lines), {
    logKey: LOG_KEY,
    ownSigner: aSigner(2),
    stateFile: join(home, "state.json"),
    withDeadline,
    now: () => new Date(0),
  });

describe("a policy file", () => {
  it("names witnesses of several operators, and which of them are asked in this process", async () => {
    const asked = witnesses(
      `witness own ${vkey("own.example/w", 2)}`,
      `witness a1 ${vkey("a.example/w", 3)} https://a.example/witness`,
      `witness a2 ${vkey("a.example/w", 4)} https://a.example/witness`,
      `witness b ${vkey("b.example/w", 5)} http://127.0.0.1:7380`,
      "group a any a1 a2",
      "group all 2 own a b",
      "quorum all",
    );
    expect(asked.map(({ name, operator, keys }) => [name, operator, keys.length])).toEqual([
      ["own.example/w", "local", 1],
      ["a.example/w", "independent", 2],
      ["b.example/w", "independent", 1],
    ]);
    const answer = await asked[0]?.addCheckpoint(aRequest(0, 3));
    expect(answer).toMatchObject({ kind: "cosigned" });
  });

  it("that gives the own key a URL has it asked there: one key, one memory", () => {
    const asked = witnesses(
      `witness own ${vkey("own.example/w", 2)} http://127.0.0.1:7380`,
      "quorum own",
    );
    expect(asked.map(({ operator }) => operator)).toEqual(["independent"]);
  });

  it.each([
    ["without a URL, whose key is not ours", `witness x ${vkey("x.example/w", 7)}`],
    ["whose URL is none", `witness x ${vkey("x.example/w", 7)} x.example`],
    ["whose URL is of another kind", `witness x ${vkey("x.example/w", 7)} ftp://x.example`],
  ])("is refused with a witness %s", (_, line) => {
    expect(() => witnesses(line, "quorum x")).toThrow(invalid);
  });

  it.each([
    ["has no log", []],
    [
      "is of another log",
      [`log ${formatVerifierKey(verifierKeyOf(ORIGIN, "note", aSigner(9).publicKey))}`],
    ],
    [
      "is of another origin",
      [`log ${formatVerifierKey(verifierKeyOf("b", "note", LOG_KEY.publicKey))}`],
    ],
    [
      "trusts a second log",
      [LOG_LINE, `log ${formatVerifierKey(verifierKeyOf("b", "note", aSigner(9).publicKey))}`],
    ],
    ["is malformed", [LOG_LINE, "nonsense"]],
  ])("is refused when it %s", (_, lines) => {
    expect(() => policyOf(...lines, "quorum none")).toThrow(invalid);
  });

  it("is refused when it cannot be read", () => {
    expect(() => readPolicyFile(join(home, "nothing"), LOG_KEY)).toThrow(invalid);
  });
});

describe("the logs that a witness watches", () => {
  it("are the log lines of any policy, several keys of one origin too", () => {
    const second = verifierKeyOf(ORIGIN, "note", aSigner(8).publicKey);
    const text = `# ours\n${LOG_LINE} https://a.example\n\n \tlog\t${formatVerifierKey(second)}\nwitness w x\ngroup g any w\nquorum g\n`;
    expect(parseWatchedLogs(text)).toEqual([LOG_KEY, second]);
    expect(parseWatchedLogs("")).toEqual([]);
  });

  it.each([
    ["a line of another kind", "logs x\n"],
    ["a log without a key", "log\n"],
    ["a key that is none", "log a+b+c\n"],
    ["a key that signs cosignatures", `log ${vkey("a", 2)}\n`],
  ])("cannot be named by %s", (_, text) => {
    expect(() => parseWatchedLogs(text)).toThrow(invalid);
  });
});
