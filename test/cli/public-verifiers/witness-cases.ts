import { concat, utf8 } from "@/server/domain/bytes";
import { cosignatureMessage } from "@/server/domain/log/cosignature";
import { signatureLine, signNote } from "@/server/domain/log/note";
import { formatVerifierKey, verifierKeyOf } from "@/server/domain/log/verifier-key";
import type { VerdictCase } from "@/test/cli/public-verifiers/verdict-case";
import {
  AT,
  aPolicy,
  by,
  cosigned,
  ed25519,
  flipped,
  invalid,
  keyOf,
  lineOf,
  logKey,
  logLine,
  notMet,
  receiptUnder,
  stranger,
  text,
  textFor,
  w0,
  w1,
  w2,
  witnessed,
} from "@/test/cli/public-verifiers/witnessed-log";

function quorums(): VerdictCase[] {
  const twoSigned = cosigned(logLine, by(w0), by(w2));
  const three = (...lines: readonly string[]) => aPolicy(ed25519, ...lines);
  const nested = ["group g 2 a b", "group h any c g", "quorum h"];
  return [
    witnessed({ name: "quorum: all of three" }),
    witnessed({ name: "quorum: none", policy: three("quorum none") }),
    witnessed({ name: "quorum: none, and no witness known", policy: aPolicy([], "quorum none") }),
    witnessed({ name: "quorum: one witness", policy: three("quorum b") }),
    witnessed({
      name: "quorum: any",
      receipt: twoSigned,
      policy: three("group g any a b c", "quorum g"),
    }),
    witnessed({
      name: "quorum: 2 of 3",
      receipt: twoSigned,
      policy: three("group g 2 a b c", "quorum g"),
    }),
    witnessed({
      name: "quorum: 3 of 3, two signed",
      receipt: twoSigned,
      policy: three("group g 3 a b c", "quorum g"),
      ...notMet,
    }),
    witnessed({
      name: "quorum: the witness that did not sign",
      receipt: twoSigned,
      policy: three("quorum b"),
      ...notMet,
    }),
    witnessed({ name: "quorum: nested", receipt: twoSigned, policy: three(...nested) }),
    witnessed({
      name: "quorum: nested, not met",
      receipt: cosigned(logLine, by(w1)),
      policy: three(...nested),
      ...notMet,
    }),
    witnessed({ name: "quorum: nobody signed", receipt: cosigned(logLine), ...notMet }),
    witnessed({
      name: "cosignatures before the log's line",
      receipt: cosigned(by(w2), by(w0), logLine, by(w1)),
    }),
    witnessed({
      name: "a stranger's line",
      receipt: cosigned(logLine, by(stranger), by(w0), by(w1), by(w2)),
    }),
    witnessed({
      name: "a stranger's line that is wrong",
      receipt: cosigned(logLine, flipped(by(stranger)), by(w0), by(w1), by(w2)),
    }),
    witnessed({
      name: "a witness's line twice",
      receipt: cosigned(logLine, by(w0), by(w0), by(w0)),
      ...notMet,
    }),
    witnessed({
      name: "a witness's lines of two times",
      receipt: cosigned(logLine, by(w0, 5), by(w0, 9), by(w0, 7)),
      policy: aPolicy([w0], "quorum a"),
    }),
  ];
}

function badLines(): VerdictCase[] {
  const one = aPolicy([w0], "quorum a");
  const signed = (seconds: bigint) =>
    lineOf(w0, seconds, w0.sign(utf8(`cosignature/v1\ntime ${seconds}\n${text}`)));
  const case_ = (name: string, lines: readonly string[], rest: Partial<VerdictCase> = invalid) =>
    witnessed({ name, receipt: cosigned(logLine, ...lines), policy: one, ...rest });
  const good = w0.sign(cosignatureMessage(text, AT));
  return [
    case_("a witness's line that is wrong", [flipped(by(w0))]),
    case_("a witness's line that is wrong beside a right one", [by(w0), flipped(by(w0))]),
    case_("a wrong line, though the policy asks for nobody", [flipped(by(w0))], {
      ...invalid,
      policy: aPolicy([w0], "quorum none"),
    }),
    case_("a cosignature under another time", [lineOf(w0, BigInt(AT + 1), good)]),
    case_("a cosignature without a time", [signatureLine(keyOf(w0), good)]),
    case_("a cosignature that is too long", [
      lineOf(w0, BigInt(AT), concat(good, Uint8Array.of(0))),
    ]),
    case_("a cosignature of one byte", [signatureLine(keyOf(w0), Uint8Array.of(1))]),
    case_("a cosignature of time 0", [signed(0n)], { expected: "sound" }),
    case_("a cosignature of the last second of 9999", [signed(253_402_300_799n)], {
      expected: "sound",
    }),
    case_("a cosignature of the year 10000", [signed(253_402_300_800n)]),
    case_("a cosignature of time 2^63", [signed(2n ** 63n)]),
    case_("a cosignature of time 2^64 - 1", [signed(2n ** 64n - 1n)]),
    case_(
      "the log's own line as a cosignature",
      [signNote(text, w0).slice(text.length + 1)],
      notMet,
    ),
    witnessed({
      name: "the log's line that is wrong",
      receipt: cosigned(flipped(logLine), by(w0)),
      policy: one,
      ...invalid,
    }),
    witnessed({
      name: "no line of the log",
      receipt: cosigned(by(w0)),
      policy: one,
      expected: "unsound",
      code: "NOTE_KEY_UNKNOWN",
    }),
    witnessed({
      name: "the log's line twice, once wrong",
      receipt: cosigned(logLine, flipped(logLine), by(w0)),
      policy: one,
      ...invalid,
    }),
  ];
}

/** A log whose name JSON has to escape, and one whose name is not in Latin script. */
function names(): VerdictCase[] {
  return ['a"b\\c/<d>', "\u05d9\u05d5\u05de\u05df.example/\u{1f4dc}", "a\u200bb\ufeffc\u202e"].map(
    (name) => {
      const signer = { ...logKey, name };
      const key = formatVerifierKey(verifierKeyOf(name, "note", logKey.publicKey));
      return witnessed({
        name: `a log called ${JSON.stringify(name)}`,
        receipt: receiptUnder(signNote(textFor(name), signer), name),
        policy: utf8(`log ${key}\nquorum none\n`),
      });
    },
  );
}

/** Quorums, the signature lines under a checkpoint, and the names of logs. */
export const witnessCases = (): VerdictCase[] => [...quorums(), ...badLines(), ...names()];
