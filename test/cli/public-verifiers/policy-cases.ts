import { base64, concat, utf8 } from "@/server/domain/bytes";
import { formatVerifierKey, verifierKeyOf } from "@/server/domain/log/verifier-key";
import { aCase, log, type VerdictCase } from "@/test/cli/public-verifiers/verdict-case";
import { anMlDsaSigner, aSigner } from "@/test/domain/log/a-signer";
import { aLog } from "@/test/domain/verify/a-log";

const logLine = log.policyText.split("\n")[0] ?? "";
const logKey = logLine.slice("log ".length);
const vkey = (seed: number, name = `w.example/${seed}`) =>
  formatVerifierKey(verifierKeyOf(name, "cosignature", aSigner(seed).publicKey));
const witness = (name: string, seed: number) => `witness ${name} ${vkey(seed)}`;
const three = [witness("a", 41), witness("b", 42), witness("c", 43)];

const policy = (...lines: readonly string[]) => utf8([...lines, ""].join("\n"));
const malformed = (name: string, ...lines: readonly string[]) =>
  bytes(name, policy(logLine, ...lines));
/** As `malformed`, without the line of the log above it, whose key a line must not have again. */
const alone = (name: string, ...lines: readonly string[]) => bytes(name, policy(...lines));
const bytes = (name: string, content: Uint8Array, code = "POLICY_MALFORMED"): VerdictCase =>
  aCase({
    name: `policy: ${name}`,
    policy: content,
    expected: "unusable",
    code,
    isInputUnusable: true,
  });
const usable = (name: string, ...lines: readonly string[]) =>
  aCase({ name: `policy: ${name}`, policy: policy(...lines) });

function malformedPolicies(): VerdictCase[] {
  const [name = "", id = "", key = ""] = logKey.split("+");
  const typed = (type: number, bytes: Uint8Array) =>
    `log ${name}+00000000+${base64(concat(Uint8Array.of(type), bytes))}`;
  return [
    bytes("empty", new Uint8Array()),
    bytes(
      "not UTF-8",
      concat(policy(logLine, "quorum none"), Uint8Array.of(0xff)),
      "CONFIG_INVALID",
    ),
    bytes("one character too large", utf8(`${log.policyText}#`.padEnd(131_073, "x"))),
    malformed("no quorum", ...three),
    malformed("two quorums", "quorum none", "quorum none"),
    malformed("a quorum of two names", ...three, "quorum a b"),
    malformed("a quorum without a name", "quorum"),
    malformed("a quorum that is not defined", "quorum x"),
    malformed("a quorum that is defined below", "quorum a", ...three),
    malformed("an unknown line", "wittness a", "quorum none"),
    malformed("a keyword in capitals", "QUORUM none"),
    alone("a log without a key", "log", "quorum none"),
    alone("a log with two addresses", `${logLine} http://a http://b`, "quorum none"),
    malformed("a log twice", logLine, "quorum none"),
    malformed(
      "a log twice under another name",
      `log ${formatVerifierKey(verifierKeyOf("x", "note", aSigner(1).publicKey))}`,
      "quorum none",
    ),
    alone("a log with a witness's key", `log ${vkey(41)}`, "quorum none"),
    alone(
      "a log with another key ID",
      `log ${name}+${id === "00000000" ? "1" : "0"}${id.slice(1)}+${key}`,
      "quorum none",
    ),
    alone("a log with a key ID in capitals", `log ${name}x+ABCDEF01+${key}`, "quorum none"),
    alone("a log with a key that is too short", typed(1, new Uint8Array(31)), "quorum none"),
    alone("a log with a key of an unknown type", typed(7, new Uint8Array(32)), "quorum none"),
    alone("a log with a key that is not base64", `log ${name}+${id}+?`, "quorum none"),
    alone("a log with no name", `log +${id}+${key}`, "quorum none"),
    malformed(
      "a witness with two addresses",
      `${witness("a", 41)} http://a http://b`,
      "quorum none",
    ),
    malformed("a witness without a key", "witness a", "quorum none"),
    alone("a witness with a log's key", `witness a ${logKey.replace(name, "x")}`, "quorum none"),
    malformed(
      "a witness with an ML-DSA key that is too short",
      `witness a x+00000000+${base64(concat(Uint8Array.of(6), new Uint8Array(1_311)))}`,
      "quorum none",
    ),
    malformed("a witness called none", witness("none", 41), "quorum none"),
    malformed("a witness twice", witness("a", 41), witness("b", 41), "quorum none"),
    malformed(
      "a witness twice under another name of its key",
      witness("a", 41),
      `witness b ${vkey(41, "x")}`,
      "quorum none",
    ),
    malformed("a name twice", witness("a", 41), witness("a", 42), "quorum none"),
    malformed("a group without members", ...three, "group g all", "quorum none"),
    malformed("a group that is called as a witness", ...three, "group a any b c", "quorum none"),
    malformed("a group that is called none", ...three, "group none any b c", "quorum none"),
    malformed("a group of itself", ...three, "group g any a g", "quorum none"),
    malformed("a group of a name that is not defined", ...three, "group g any a x", "quorum none"),
    malformed("a group of nobody", ...three, "group g any none", "quorum none"),
    malformed("a member twice", ...three, "group g 2 a a", "quorum g"),
    malformed("a member of two groups", ...three, "group g any a b", "group h any a c", "quorum h"),
    ...[
      "0",
      "4",
      "01",
      "-1",
      "+1",
      "1.0",
      "ALL",
      "\u0661",
      "constructor",
      "9223372036854775808",
    ].map((rule) => malformed(`a group of ${rule}`, ...three, `group g ${rule} a b c`, "quorum g")),
    ...["\r", "\0", "\v", "\x1f", "\x7f"].map((char) =>
      malformed(`the character ${char.charCodeAt(0)}`, `# ${char}`, "quorum none"),
    ),
  ];
}

function usablePolicies(): VerdictCase[] {
  const [, witnessLine = "", groupLine = "", quorumLine = ""] = log.policyText.split("\n");
  const pq = verifierKeyOf("pq.example", "mldsa-cosignature", anMlDsaSigner(7).publicKey);
  const unmet = { expected: "unsound", code: "QUORUM_NOT_MET" } as const;
  return [
    aCase({
      name: "policy: as large as may be",
      policy: utf8(`${log.policyText}#`.padEnd(131_072, "x")),
    }),
    aCase({
      name: "policy: as large as may be, in wide characters",
      policy: utf8(`${log.policyText}#`.padEnd(131_072, "\u{1f600}")),
    }),
    usable(
      "comments, tabs and empty lines",
      "# hello",
      "",
      " \t",
      `\t${logLine}\t`,
      "  #x",
      "quorum\tnone ",
    ),
    usable("a quorum in the middle", logLine, witnessLine, groupLine, quorumLine, witness("z", 44)),
    aCase({
      name: "policy: no newline at the end",
      policy: utf8(`${logLine}\nquorum none`),
    }),
    usable(
      "addresses",
      `${logLine} https://log.example`,
      `${witnessLine} https://w.example`,
      groupLine,
      quorumLine,
    ),
    usable(
      "characters of other scripts",
      "# \u05e2\u05d3 \u{1f600} \u0085",
      logLine,
      `witness \u212a ${vkey(41)}`,
      `witness K ${vkey(42)}`,
      "quorum none",
    ),
    usable(
      "4,000 groups, each of the one before",
      logLine,
      witnessLine,
      `group g0 any ${witnessLine.split(" ")[1]}`,
      ...Array.from({ length: 4_000 }, (_, i) => `group g${i + 1} all g${i}`),
      "quorum g4000",
    ),
    usable(
      "witnesses called any and all",
      logLine,
      witness("any", 41),
      witness("all", 42),
      "group g 1 any all",
      "quorum none",
    ),
    usable(
      "an ML-DSA witness that has not signed",
      logLine,
      `witness pq ${formatVerifierKey(pq)}`,
      witnessLine,
      groupLine,
      quorumLine,
    ),
    { ...usable("another witness", logLine, ...three, "group g any a b c", "quorum g"), ...unmet },
    { ...usable("no log", "quorum none"), expected: "unsound", code: "NOTE_KEY_UNKNOWN" },
    {
      ...usable(
        "another key under the log's name",
        `log ${formatVerifierKey(verifierKeyOf(log.origin, "note", aSigner(9).publicKey))}`,
        "quorum none",
      ),
      expected: "unsound",
      code: "NOTE_KEY_UNKNOWN",
    },
    usable(
      "two keys under the log's name",
      `log ${formatVerifierKey(verifierKeyOf(log.origin, "note", aSigner(9).publicKey))}`,
      logLine,
      "quorum none",
    ),
  ];
}

/** Earlier checkpoints and lists of hashes that cannot be used. */
function earlierFiles(): VerdictCase[] {
  const note = log.noteAt(3);
  const unusable = (name: string, changes: Partial<VerdictCase>, code: string) =>
    aCase({
      name: `since: ${name}`,
      expected: "unusable",
      code,
      isInputUnusable: true,
      ...changes,
    });
  const since = (name: string, content: string | Uint8Array, code: string) =>
    unusable(name, { since: typeof content === "string" ? utf8(content) : content }, code);
  const hashes = (name: string, content: Uint8Array, code: string) =>
    unusable(name, { since: utf8(note), consistency: content }, code);
  const origin = "other.example/log";
  const two = policy(
    logLine,
    `log ${formatVerifierKey(verifierKeyOf(origin, "note", aSigner(9).publicKey))}`,
    "quorum none",
  );
  return [
    since("empty", "", "NOTE_MALFORMED"),
    since("not UTF-8", Uint8Array.of(0xff), "CONFIG_INVALID"),
    since("a word", "hello", "NOTE_MALFORMED"),
    since("no signature", note.slice(0, note.indexOf("\n\n") + 1), "NOTE_MALFORMED"),
    since("another size than was signed", note.replace("\n3\n", "\n4\n"), "NOTE_SIGNATURE_INVALID"),
    since("a size with a leading zero", note.replace("\n3\n", "\n03\n"), "CHECKPOINT_MALFORMED"),
    since(
      "a log that the policy does not know",
      note.replaceAll(log.origin, origin),
      "NOTE_KEY_UNKNOWN",
    ),
    unusable(
      "another log",
      { since: utf8(anotherLog(origin)), policy: two },
      "CHECKPOINT_MALFORMED",
    ),
    unusable(
      "something, and a receipt that is none",
      { since: utf8("x"), receipt: utf8("x") },
      "NOTE_MALFORMED",
    ),
    hashes("hashes that are none", utf8("hello\n"), "PROOF_MALFORMED"),
    hashes("hashes of 31 bytes", utf8(`${base64(new Uint8Array(31))}\n`), "PROOF_MALFORMED"),
    hashes("hashes with CRLF", utf8(`${base64(new Uint8Array(32))}\r\n`), "PROOF_MALFORMED"),
    hashes("hashes that are not UTF-8", Uint8Array.of(0xff), "CONFIG_INVALID"),
    aCase({
      name: "since: a checkpoint, and a receipt that is none",
      since: utf8(note),
      receipt: utf8("x"),
      expected: "unusable",
      code: "PROOF_MALFORMED",
    }),
  ];
}

/** A state of three entries, signed by another log. */
function anotherLog(origin: string): string {
  const root = base64(aLog().rootAt(3));
  const text = `${origin}\n3\n${root}\n`;
  const key = verifierKeyOf(origin, "note", aSigner(9).publicKey);
  const id = new Uint8Array(4);
  new DataView(id.buffer).setUint32(0, key.id);
  return `${text}\n\u2014 ${origin} ${base64(concat(id, aSigner(9).sign(utf8(text))))}\n`;
}

/** Policies and earlier checkpoints, the ones that can be used and the others. */
export const policyCases = (): VerdictCase[] => [
  ...malformedPolicies(),
  ...usablePolicies(),
  ...earlierFiles(),
];

// The policy's text is read by the cases above line by line: it must be what they take it for.
if (!/^log .*\nwitness .*\ngroup .*\nquorum all\n$/.test(log.policyText))
  throw new Error("the policy of a test's log has other lines");
