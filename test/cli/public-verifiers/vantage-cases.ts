import type { LogEntry } from "@/schemas/log-entry";
import type { ReceiptExtra } from "@/schemas/receipt";
import { fromUtf8, utf8 } from "@/server/domain/bytes";
import { cidOf, type Json } from "@/server/domain/digest";
import { formatProof, parseProof } from "@/server/domain/log/proof";
import { aCase, RESULT, type VerdictCase } from "@/test/cli/public-verifiers/verdict-case";
import {
  aBlock,
  aComparison,
  aFailure,
  aKeyEntry,
  aLog,
  anIntent,
  aResult,
  aSession,
  aVantage,
  aWithdrawal,
  cidOfDocument,
} from "@/test/domain/verify/a-log";

const malformed = { expected: "unusable", code: "PROOF_MALFORMED" } as const;

/** A log whose third entry is the given one, and that entry's receipt with `vantage` in it. */
const receiptWith = (
  entry: LogEntry,
  vantage?: Json,
  tamper?: (extra: ReceiptExtra) => unknown,
): Uint8Array =>
  aLog({
    entries: [aKeyEntry(), anIntent(), entry],
    ...(vantage !== undefined && { vantage }),
    ...(tamper && { tamper }),
  }).receiptOf(RESULT);

/** The receipt of a result whose `vantage` names the document, and that carries it. */
const carrying = (document: Json, tamper?: (extra: ReceiptExtra) => unknown): Uint8Array =>
  receiptWith(aResult({ vantage: cidOfDocument(document) }), document, tamper);

/** `{"a":{"a":1}}` is nested three deep. */
const nested = (depth: number, inmost: Json = 1): Json =>
  depth === 1 ? inmost : { a: nested(depth - 1, inmost) };
const listed = (depth: number): Json => (depth === 1 ? "x" : [listed(depth - 1)]);

/** Documents that are bound, whatever stands in them. */
function bound(): VerdictCase[] {
  const documents: readonly (readonly [name: string, document: Json])[] = [
    ["of our form", aVantage()],
    ["with every number that is written in a way of its own", NUMBERS],
    ["with every character that is written in a way of its own", CHARACTERS],
    ["with names in the order of UTF-16", { "\u{1f600}": 1, "\uffff": 2, "": 3, "10": 4, "9": 5 }],
    ["with the name of a prototype", JSON.parse('{"__proto__":{"toString":1},"constructor":2}')],
    ["that is empty", {}],
    ["that is a list", [1, [2, "three"], {}]],
    ["that is a word", "somewhere"],
    ["that is a number", 0.5],
    ["that is null", null],
    ["that is false", false],
    ["that is six deep", nested(6)],
    ["that is a list of six deep", listed(6)],
    ["of 150,000 bytes", { text: "where ".repeat(25_000) }],
  ];
  return [
    ...documents.map(([name, document]) =>
      aCase({ name: `vantage: a document ${name}`, receipt: carrying(document) }),
    ),
    aCase({
      name: "vantage: a failure with its document",
      receipt: receiptWith(aFailure({ vantage: cidOfDocument(aVantage()) }), aVantage()),
      block: null,
    }),
    aCase({
      name: "vantage: an entry that names a document which its receipt does not carry",
      receipt: receiptWith(aResult({ vantage: cidOfDocument(aVantage()) })),
    }),
  ];
}

const NUMBERS: Json = [
  ...[0, 1, -1, 0.1, 1.5, -0.25, 100, 1e20, 1e21, 1.5e21, 123456789012345680000, 1e-6, 1e-7],
  ...[1.25e-7, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, -(2 ** 53), 5e-324, 1.7976931348623157e308],
  ...[0.000001234, 4.35, 333333333.3333333, 1e22, 9.5e-27, 1 / 3],
];
const CHARACTERS = `${Array.from({ length: 0x21 }, (_, code) => String.fromCharCode(code)).join("")}"\\/\u007f\u0085\u2028\u2029\ufeff\u{1f600}é`;

/** Documents that the entry does not name, and documents beside an entry that names none. */
function unbound(): VerdictCase[] {
  const named = aResult({ vantage: cidOfDocument(aVantage()) });
  const given = (name: string, vantage: Json, entry: LogEntry = named) =>
    aCase({
      name: `vantage: ${name}`,
      receipt: receiptWith(entry, undefined, (extra) => ({ ...extra, vantage })),
      ...malformed,
    });
  const digest = cidOfDocument(aVantage());
  return [
    given("another document", aVantage({ within_km: 1 })),
    given("a document with a field more", { ...aVantage(), more: 1 }),
    given("a document with a field less", { v: 1 }),
    given("a document in the place of its address", digest),
    given("no document", null),
    given("the response", JSON.parse(fromUtf8(aBlock()) ?? ""), aResult()),
    ...[
      aResult(),
      aFailure(),
      aWithdrawal(),
      aComparison(),
      aSession(),
      anIntent(),
      aKeyEntry(),
    ].map((entry) => given(`a document beside a ${entry.type} that names none`, aVantage(), entry)),
    given("a document beside a session that ends with it", aVantage(), aSession({ cid: digest })),
    given("a document beside a response that is it", aVantage(), aResult({ cid: digest })),
    given(
      "a document beside an exchange that is it",
      aVantage(),
      aResult({ exchange: cidOfDocument(aVantage()) }),
    ),
    aCase({ name: "vantage: seven deep", receipt: carrying(nested(7)), ...malformed }),
    aCase({ name: "vantage: seven deep, in lists", receipt: carrying(listed(7)), ...malformed }),
    aCase({
      name: "vantage: an empty list seven deep",
      receipt: carrying(nested(7, [])),
      ...malformed,
    }),
    aCase({
      name: "vantage: under another name",
      receipt: carrying(aVantage(), ({ vantage, ...extra }) => ({ ...extra, vantages: vantage })),
      ...malformed,
    }),
    aCase({
      name: "vantage: the document of the exchange beside it",
      receipt: carrying(aVantage(), (extra) => ({ ...extra, exchange: aVantage() })),
      ...malformed,
    }),
  ];
}

/** A receipt's extra line with its JSON changed as text. */
function spelled(
  name: string,
  document: Json,
  from: string,
  to: string,
  code: string = malformed.code,
): VerdictCase {
  const proof = parseProof(carrying(document));
  const text = fromUtf8(proof.extra ?? new Uint8Array()) ?? "";
  if (!text.includes(from)) throw new Error(`${name}: ${from} is not in the extra line`);
  return aCase({
    name: `vantage: ${name}`,
    receipt: utf8(formatProof({ ...proof, extra: utf8(text.replace(from, to)) })),
    expected: "unusable",
    code,
  });
}

/** The document with one byte changed, in another spelling, and with what has no canonical form. */
function spellings(): VerdictCase[] {
  const one = { far: 1 };
  const json = '"far":1';
  const unsupported = "CANONICAL_UNSUPPORTED_VALUE";
  return [
    spelled("one digit flipped", aVantage(), '"203.0.113.7"', '"203.0.113.6"'),
    spelled(
      "one letter flipped",
      aVantage(),
      '"verdict":"observed-only"',
      '"verdict":"observed-onlx"',
    ),
    spelled("one number flipped", aVantage(), '"round_trip_ms":0.1', '"round_trip_ms":0.3'),
    spelled("a name flipped", aVantage(), '"within_km"', '"within_kn"'),
    ...["1.0", "1e0", "10e-1", "01", "-0", "1.", "+1", "0x1"].map((digits) =>
      spelled(`the number ${digits}`, one, json, `"far":${digits}`),
    ),
    spelled("a negative zero", { far: 0 }, '"far":0', '"far":-0'),
    spelled("a negative zero with a point", { far: 0 }, '"far":0', '"far":-0.0'),
    spelled("nothing, to the power of ten", { far: 0 }, '"far":0', '"far":0e10'),
    spelled("less than the least number", { far: 0 }, '"far":0', '"far":1e-400'),
    spelled("a fraction with a digit too many", { far: 0.1 }, ":0.1", ":0.10"),
    spelled(
      "digits that a double does not hold",
      { far: 2 ** 53 },
      `${2 ** 53}`,
      "9007199254740993",
    ),
    spelled("a number of 25 digits", one, json, `"far":${"7".repeat(25)}`),
    spelled("a power without its sign", { far: 1e21 }, "1e+21", "1e21"),
    spelled("a power in full", { far: 1e21 }, "1e+21", `1${"0".repeat(21)}`),
    spelled("a number beyond all", one, json, '"far":1e999', unsupported),
    spelled("a number below all", one, json, '"far":-1e999', unsupported),
    spelled("a number of 400 digits", one, json, `"far":${"9".repeat(400)}`, unsupported),
    spelled("a number of 5,000 digits", one, json, `"far":${"9".repeat(5_000)}`, unsupported),
    ...["NaN", "Infinity", "-Infinity", "undefined", "True", "'1'"].map((word) =>
      spelled(`the word ${word}`, one, json, `"far":${word}`),
    ),
    spelled("the same name twice", one, json, `${json},${json}`),
    spelled("names in another order", { a: 1, far: 1 }, '"a":1,"far":1', '"far":1,"a":1'),
    spelled("a space", one, json, '"far": 1'),
    spelled("half a character", { far: "x" }, '"far":"x"', '"far":"\\ud800"', unsupported),
    spelled("half a character in a name", one, '"far"', '"\\udfff"', unsupported),
    spelled("an escaped letter", { far: "x" }, '"far":"x"', '"far":"\\u0078"'),
    spelled("an escape in capital letters", { far: "\u001f" }, "\\u001f", "\\u001F"),
    spelled(
      "a list in a list, 60,000 times",
      one,
      json,
      `"far":${"[".repeat(60_000)}${"]".repeat(60_000)}`,
    ),
  ];
}

/** Results that were asked from home, and fields that come with the new kinds. */
function homeAndFields(): VerdictCase[] {
  const home = { country: "home", provider: null, geo: null } as const;
  const of = (name: string, entry: object, expected: VerdictCase["expected"] = "unusable") =>
    aCase({
      name: `${(entry as LogEntry).type}: ${name}`,
      receipt:
        expected === "sound"
          ? receiptWith(entry as LogEntry)
          : receiptWith(aResult(), undefined, (extra) => ({ ...extra, entry })),
      ...(expected === "sound" ? {} : { expected }),
      ...(expected === "unusable" && { code: "PROOF_MALFORMED" }),
    });
  const cid = cidOf(utf8("an exchange"));
  return [
    of("from home", aResult(home), "sound"),
    of("from home, with its exchange", aResult({ ...home, exchange: cid }), "sound"),
    of("with its exchange", aResult({ exchange: cid }), "sound"),
    of("from home, though nobody signed it", aResult({ ...home, repeat: 9 }), "unsound"),
    ...["Home", "HOME", "home ", "homes", "ho", ""].map((country) =>
      of(`from ${JSON.stringify(country)}`, { ...aResult(), country }),
    ),
    ...["vantage", "exchange"].flatMap((field) =>
      [null, "", cid.slice(1), cid.toUpperCase(), {}, [cid], 1].map((value) =>
        of(`${field} ${JSON.stringify(value)}`, { ...aResult(), [field]: value }),
      ),
    ),
    of("with an exchange", { ...aFailure(), exchange: cid }),
    of("with a vantage", { ...aWithdrawal(), vantage: cid }),
    of("with a vantage", { ...aComparison(), vantage: cid }),
    of("with a vantage", { ...aSession(), vantage: cid }),
    of("an unknown field", { ...aSession(), note: "x" }),
  ];
}

/** The ends of sessions: as they may be, and with one field that is not what it is for. */
function sessions(): VerdictCase[] {
  const sound = (name: string, entry: LogEntry, changes: Partial<VerdictCase> = {}) =>
    aCase({ name: `beacon.session/v1: ${name}`, receipt: receiptWith(entry), ...changes });
  const wrong: Record<string, readonly unknown[]> = {
    session: [null, "ses-1", aSession().job],
    country: ["DEU", "de", null, ""],
    provider: [null, "0xAB", ""],
    geo: [null, "guessed"],
    cid: [null, "bafy"],
    size_bytes: [-1, "1", 1.5],
    ended: ["lost\n", "Settled", null, ""],
    cost_glm: ["1.", ".5", "-1", "1e3", 1, "", "1".repeat(10), `0.${"1".repeat(19)}`, "١", "0.5\n"],
    intent: [null, -1],
    task: ["tsk-aaaaaaaaaaaaaaaaaaaaaaaaaa"],
  };
  return [
    sound("with its document", aSession()),
    sound("without its document", aSession(), { block: null }),
    sound("lost, and nothing paid", aSession({ ended: "lost", cost_glm: null })),
    sound("of the longest cost", aSession({ cost_glm: `${"9".repeat(9)}.${"9".repeat(18)}` })),
    sound("of a mismatch", aSession({ geo: "mismatch" })),
    sound("with another document", aSession(), {
      block: utf8("another"),
      expected: "unsound",
      code: "BLOCK_CID_MISMATCH",
    }),
    sound("with a document of another length", aSession({ size_bytes: 1 }), {
      expected: "unsound",
    }),
    sound("that another entry announced", aSession({ intent: 0 }), { expected: "unsound" }),
    ...Object.entries(wrong).flatMap(([field, values]) =>
      values.map((value) =>
        aCase({
          name: `beacon.session/v1: ${field} ${JSON.stringify(value)}`,
          receipt: receiptWith(aSession(), undefined, (extra) => ({
            ...extra,
            entry: { ...aSession(), [field]: value },
          })),
          ...malformed,
        }),
      ),
    ),
    ...Object.keys(aSession()).map((field) => {
      const { [field as "v"]: _, ...rest } = aSession();
      return aCase({
        name: `beacon.session/v1: without ${field}`,
        receipt: receiptWith(aSession(), undefined, (extra) => ({ ...extra, entry: rest })),
        ...malformed,
      });
    }),
  ];
}

/** Where questions were asked from: documents that receipts carry, home, and the ends of sessions. */
export const vantageCases = (): VerdictCase[] => [
  ...bound(),
  ...unbound(),
  ...spellings(),
  ...homeAndFields(),
  ...sessions(),
];
