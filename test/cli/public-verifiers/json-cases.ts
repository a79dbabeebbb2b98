import { utf8 } from "@/server/domain/bytes";
import { unusable } from "@/test/cli/public-verifiers/file-cases";
import {
  aCase,
  type VerdictCase,
  withJson,
  withParts,
} from "@/test/cli/public-verifiers/verdict-case";
import { type C2spGolden, golden } from "@/test/vectors/golden";

/** JSON that says the same in other bytes, and JSON that is none. */
function jsonTexts(): VerdictCase[] {
  const json = (name: string, from: string | RegExp, to: string, code?: string) =>
    unusable(
      `JSON: ${name}`,
      withJson((text) => text.replace(from, to)),
      code,
    );
  const whole = (name: string, text: string) =>
    unusable(
      `JSON: ${name}`,
      withJson(() => text),
    );
  return [
    json("a space in front", /^/, " "),
    json("a byte-order mark", /^/, "\ufeff"),
    json("a newline behind", /$/, "\n"),
    json("the same key twice", '"entry":', '"dsse":null,"entry":'),
    json("the same key and value twice", '"attempts":1', '"attempts":1,"attempts":1'),
    json("keys in another order", /"at":("[^"]*"),"attempts":1/, '"attempts":1,"at":$1'),
    json("a fraction", '"attempts":1', '"attempts":1.0'),
    json("an exponent", '"attempts":1', '"attempts":1e0'),
    json("a negative zero", '"repeat":0', '"repeat":-0'),
    json("a negative number", '"repeat":0', '"repeat":-1'),
    json("half a number", '"attempts":1', '"attempts":1.5'),
    json("a number of 2^53", '"repeat":0', `"repeat":${2 ** 53}`),
    json("a number of 400 digits", '"repeat":0', `"repeat":${"9".repeat(400)}`),
    json("a number of 5,000 digits", '"repeat":0', `"repeat":${"9".repeat(5_000)}`),
    json("a number beyond all", '"repeat":0', '"repeat":1e999'),
    json("NaN", '"repeat":0', '"repeat":NaN'),
    json("infinity", '"repeat":0', '"repeat":Infinity'),
    json("true for 1", '"v":1', '"v":true'),
    json("1 for true", '"simulated":true', '"simulated":1'),
    json("a word for a number", '"attempts":1', '"attempts":"1"'),
    json("an escaped letter", '"state":"answered"', '"state":"\\u0061nswered"'),
    json("half a character", /"keyid":"[^"]*"/, '"keyid":"\\ud800"', "CANONICAL_UNSUPPORTED_VALUE"),
    json("half a character elsewhere", '"prompt":"museum"', '"prompt":"\\udfff"'),
    json("a whole character in two escapes", /"keyid":"[^"]*"/, '"keyid":"\\ud83d\\ude00"'),
    json("a tab in a string", '"prompt":"museum"', '"prompt":"mus\teum"'),
    json("a comma too many", /}$/, ",}"),
    json("a prototype", '"entry":', '"__proto__":{},"entry":'),
    whole("nothing", " "),
    whole("null", "null"),
    whole("a list", "[]"),
    whole("a number", "1"),
    whole("a list in a list, 90,000 times", "[".repeat(90_000) + "]".repeat(90_000)),
    whole(
      "an object in an object, 15,000 times",
      `${'{"entry":'.repeat(15_000)}1${"}".repeat(15_000)}`,
    ),
    unusable("JSON: not UTF-8", withParts({ extra: Uint8Array.of(0x22, 0xff, 0x22) })),
  ];
}

/** Our golden proofs: they carry no entry of ours, so that every verifier calls them unusable. */
function goldenProofs(): VerdictCase[] {
  const vectors = golden<C2spGolden>("c2sp-golden.json");
  return [...Object.entries(vectors.accept), ...Object.entries(vectors.reject)].map(
    ([name, { proof }]) =>
      aCase({
        name: `golden: ${name}`,
        receipt: utf8(proof),
        policy: utf8(vectors.policy),
        block: null,
        expected: "unusable",
      }),
  );
}

/** Receipts whose extra is no JSON, or not in its one spelling, and proofs without an extra of ours. */
export const jsonCases = (): VerdictCase[] => [...jsonTexts(), ...goldenProofs()];
