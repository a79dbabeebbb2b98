import { describe, expect, it } from "vitest";
import { formatPolicy, meetsQuorum, parsePolicy } from "@/server/domain/log/policy";
import { formatVerifierKey, verifierKeyOf } from "@/server/domain/log/verifier-key";
import { anMlDsaSigner, aSigner } from "@/test/domain/log/a-signer";
import { type C2spGolden, golden } from "@/test/vectors/golden";

const vectors = golden<C2spGolden>("c2sp-golden.json");
const vkey = (name: string, seed: number, use: "note" | "cosignature" = "cosignature") =>
  formatVerifierKey(verifierKeyOf(name, use, aSigner(seed).publicKey));
const log = `log ${vkey("a.example/log", 1, "note")}`;
const witness = (name: string, seed: number) => `witness ${name} ${vkey(`${name}.example`, seed)}`;
const policyOf = (...lines: string[]) => `${lines.join("\n")}\n`;
const threeOf = (rule: string) =>
  parsePolicy(
    policyOf(
      log,
      witness("x", 2),
      witness("y", 3),
      witness("z", 4),
      `group g ${rule} x y z`,
      "quorum g",
    ),
  );

describe("a policy file", () => {
  it("is read and written again, to the byte, as in the golden vectors", () => {
    expect(formatPolicy(parsePolicy(vectors.policy))).toBe(vectors.policy);
  });

  it("may have blank lines, comments, tabs, urls and no final newline", () => {
    const policy = parsePolicy(
      `\n# who\n \t# what\n\t${log}  https://a.example/ \n${witness("x", 2)} https://x.example/\nquorum\tx`,
    );
    expect(policy.logs[0]?.url).toBe("https://a.example/");
    expect(policy.witnesses[0]?.url).toBe("https://x.example/");
    expect(policy.quorum).toBe("x");
    expect(parsePolicy(formatPolicy(policy))).toEqual(policy);
  });

  it("may name a post-quantum witness, and no log of that type", () => {
    const key = (name: string) =>
      formatVerifierKey(verifierKeyOf(name, "mldsa-cosignature", anMlDsaSigner(9).publicKey));
    const text = policyOf(log, `witness pq ${key("pq.example")}`, "quorum pq");
    expect(parsePolicy(text).witnesses[0]?.key.use).toBe("mldsa-cosignature");
    expect(formatPolicy(parsePolicy(text))).toBe(text);
    expect(() => parsePolicy(policyOf(`log ${key("a.example/log")}`, "quorum none"))).toThrow(
      expect.objectContaining({ code: "POLICY_MALFORMED" }),
    );
  });

  it("may ask for no witness and name no log", () => {
    expect(parsePolicy("quorum none\n")).toEqual({
      logs: [],
      witnesses: [],
      groups: [],
      quorum: null,
    });
    expect(formatPolicy(parsePolicy("quorum none\n"))).toBe("quorum none\n");
  });

  it.each([
    ["no quorum", policyOf(log)],
    ["two quorums", policyOf("quorum none", "quorum none")],
    ["a quorum that is not defined", policyOf("quorum x")],
    ["a quorum that is defined below", policyOf("quorum x", witness("x", 2))],
    ["an unknown line", policyOf("logs", "quorum none")],
    ["a log twice", policyOf(log, `log ${vkey("b.example/log", 1, "note")}`, "quorum none")],
    ["a witness's key twice", policyOf(witness("x", 2), witness("y", 2), "quorum x")],
    ["a name twice", policyOf(witness("x", 2), witness("x", 3), "quorum x")],
    ["a group called like a witness", policyOf(witness("x", 2), "group x any x", "quorum x")],
    ["a witness called none", policyOf(witness("none", 2), "quorum none")],
    ["none as a member", policyOf("group g any none", "quorum g")],
    ["a group without members", policyOf("group g any", "quorum none")],
    ["a group that is its own member", policyOf("group g any g", "quorum g")],
    [
      "a member of two groups",
      policyOf(witness("x", 2), "group g any x", "group h any x", "quorum g"),
    ],
    ["a member twice", policyOf(witness("x", 2), "group g 2 x x", "quorum g")],
    ["threshold 0", policyOf(witness("x", 2), "group g 0 x", "quorum g")],
    ["threshold 2 of 1", policyOf(witness("x", 2), "group g 2 x", "quorum g")],
    ["threshold 01", policyOf(witness("x", 2), "group g 01 x", "quorum g")],
    ["a log with a witness's key type", policyOf(`log ${vkey("a", 1)}`, "quorum none")],
    ["a witness with a log's key type", policyOf(`witness x ${vkey("x", 1, "note")}`, "quorum x")],
    ["a key that is not one", policyOf("log a+00000000+AAAA", "quorum none")],
    ["a word too many", policyOf(`${log} url more`, "quorum none")],
    ["a log without a key", policyOf("log", "quorum none")],
    ["a witness without a key", policyOf("witness x", "quorum none")],
    ["a witness without a name", policyOf("witness", "quorum none")],
    ["a group without a rule", policyOf("group g", "quorum none")],
    ["a group without a name", policyOf("group", "quorum none")],
    ["all of no members", policyOf("group g all", "quorum none")],
    [
      "a rule by a name of JavaScript's",
      policyOf(witness("x", 2), "group g constructor x", "quorum g"),
    ],
    ["a line by a name of JavaScript's", policyOf("constructor x", "quorum none")],
    ["a quorum of no name", policyOf("quorum")],
    ["a quorum of two names", policyOf(witness("x", 2), "quorum x x")],
    ["a carriage return", `${log}\r\nquorum none\r\n`],
    ["a delete character", "quorum none\u007f\n"],
    ["too many characters", `#${"a".repeat(131_072)}\nquorum none\n`],
    ["nothing", ""],
  ])("with %s is refused", (_, text) => {
    expect(() => parsePolicy(text)).toThrow(expect.objectContaining({ code: "POLICY_MALFORMED" }));
  });
});

describe("a quorum", () => {
  it.each([
    ["any", [], false],
    ["any", ["z"], true],
    ["2", ["z"], false],
    ["2", ["z", "x"], true],
    ["2", ["z", "stranger"], false],
    ["all", ["x", "y"], false],
    ["all", ["x", "y", "z"], true],
  ])("of %s out of x, y, z with %j is %s", (rule, cosigned, met) => {
    expect(meetsQuorum(threeOf(rule), new Set(cosigned))).toBe(met);
  });

  it("may be one witness, none, or groups of groups", () => {
    const one = parsePolicy(policyOf(witness("x", 2), "quorum x"));
    expect(meetsQuorum(one, new Set())).toBe(false);
    expect(meetsQuorum(one, new Set(["x"]))).toBe(true);
    expect(meetsQuorum(parsePolicy("quorum none\n"), new Set())).toBe(true);
    const nested = parsePolicy(
      policyOf(
        witness("a", 2),
        witness("b", 3),
        witness("c", 4),
        "group ab any a b",
        "group all-of all ab c",
        "quorum all-of",
      ),
    );
    expect(meetsQuorum(nested, new Set(["a", "b"]))).toBe(false);
    expect(meetsQuorum(nested, new Set(["b", "c"]))).toBe(true);
  });
});
