import { concat, utf8 } from "@/server/domain/bytes";
import { cosign, cosignatureMessage } from "@/server/domain/log/cosignature";
import { signNote } from "@/server/domain/log/note";
import { subtreeMessage } from "@/server/domain/log/subtree-cosignature";
import {
  formatVerifierKey,
  type NamedSigner,
  verifierKeyOf,
} from "@/server/domain/log/verifier-key";
import type { VerdictCase } from "@/test/cli/public-verifiers/verdict-case";
import {
  AT,
  aPolicy,
  by,
  cosigned,
  invalid,
  keyOf,
  lineOf,
  logKey,
  logLine,
  notMet,
  pq0,
  pq1,
  receiptUnder,
  text,
  textFor,
  w0,
  witnessed,
} from "@/test/cli/public-verifiers/witnessed-log";

function postQuantum(): VerdictCase[] {
  const alone = aPolicy([pq0], "quorum a");
  const mixed = aPolicy([w0, pq0, pq1], "group g 2 a b c", "quorum g");
  const signature = pq0.sign(subtreeMessage(pq0.name, text, AT));
  const changed = (at: number, value: (byte: number) => number) =>
    lineOf(
      pq0,
      BigInt(AT),
      Uint8Array.from(signature, (byte, i) => (i === at ? value(byte) : byte)),
    );
  const pq = (name: string, lines: readonly string[], rest: Partial<VerdictCase> = {}) =>
    witnessed({
      name: `ML-DSA: ${name}`,
      receipt: cosigned(logLine, ...lines),
      policy: alone,
      ...rest,
    });
  const extended = `${text}an extension line\n`;
  const extendedNote = signNote(extended, logKey) + by(pq0);
  return [
    pq("alone", [by(pq0)]),
    pq("before the log's line and twice", [by(pq0, 3), by(pq0, 4)]),
    pq("mixed with Ed25519", [by(w0), by(pq1)], { policy: mixed }),
    pq("mixed with Ed25519, too few", [by(pq1)], { policy: mixed, ...notMet }),
    pq("a stranger's", [by(pq1), by(w0)], { policy: aPolicy([w0], "quorum a") }),
    pq("time 0", [by(pq0, 0)]),
    pq("under an extension line, of which it says nothing", [], {
      receipt: receiptUnder(extendedNote),
    }),
    pq("year 10000", [lineOf(pq0, 253_402_300_800n, signature)], invalid),
    pq("another time", [lineOf(pq0, BigInt(AT + 1), signature)], invalid),
    pq(
      "signed under another name",
      [lineOf(pq0, BigInt(AT), pq0.sign(subtreeMessage("pq.example/x", text, AT)))],
      invalid,
    ),
    pq(
      "signed for another log",
      [lineOf(pq0, BigInt(AT), pq0.sign(subtreeMessage(pq0.name, textFor("x"), AT)))],
      invalid,
    ),
    pq(
      "signed as Ed25519 witnesses do",
      [lineOf(pq0, BigInt(AT), pq0.sign(cosignatureMessage(text, AT)))],
      invalid,
    ),
    pq("too short", [lineOf(pq0, BigInt(AT), signature.subarray(1))], invalid),
    pq(
      "an Ed25519 witness's signature",
      [lineOf(pq0, BigInt(AT), w0.sign(cosignatureMessage(text, AT)))],
      invalid,
    ),
    pq("wrong challenge", [changed(0, (byte) => byte ^ 1)], invalid),
    pq("wrong z", [changed(500, (byte) => byte ^ 1)], invalid),
    pq("z out of range", [changed(34, () => 0xff)], invalid),
    pq("a hint that points elsewhere", [changed(2_336, (byte) => byte ^ 1)], invalid),
    pq("a hint with more than there is room for", [changed(2_419, () => 81)], invalid),
    pq("a hint with bytes behind its end", [changed(2_415, () => 1)], invalid),
    pq("a log's name of 255 bytes", [], { ...longName(255), expected: "unsound" }),
    pq("a log's name of 256 bytes", [], { ...longName(256), ...invalid }),
  ];
}

/**
 * A log whose name is as long as an ML-DSA cosignature has room for, or longer. An envelope has no
 * room for either, so that the statement counts as unsigned.
 */
function longName(length: number): Partial<VerdictCase> {
  const origin = "o".repeat(length);
  const longText = textFor(origin);
  const signer = { ...logKey, name: origin };
  const line = length > 255 ? by(pq0) : cosign(longText, pq0, AT);
  const policy = [
    `log ${formatVerifierKey(verifierKeyOf(origin, "note", logKey.publicKey))}`,
    `witness a ${formatVerifierKey(keyOf(pq0))}`,
    "quorum a\n",
  ];
  return {
    receipt: receiptUnder(signNote(longText, signer) + line, origin),
    policy: utf8(policy.join("\n")),
  };
}

/** 2^252 + 27742317777372353535851937790883648493: the order of Ed25519's base point (RFC 8032, 5.1). */
const ED25519_ORDER = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;

/** Signatures and keys of Ed25519 on which implementations are known to differ. */
function ed25519Corners(): VerdictCase[] {
  const good = w0.sign(cosignatureMessage(text, AT));
  const scalar = good.subarray(32).reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const littleEndian = (value: bigint) =>
    Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
  const neutral = littleEndian(1n);
  const signedBy = (name: string, publicKey: Uint8Array, signature: Uint8Array) => {
    const signer: NamedSigner = { name: "corner.example", publicKey, sign: () => signature };
    return witnessed({
      name: `Ed25519: ${name}`,
      receipt: cosigned(logLine, by(signer)),
      policy: aPolicy([signer], "quorum a"),
    });
  };
  const unreduced = concat(good.subarray(0, 32), littleEndian(scalar + ED25519_ORDER));
  return [
    { ...signedBy("S not reduced", w0.publicKey, unreduced), ...invalid },
    { ...signedBy("a key that is no point", littleEndian(2n), good), ...invalid },
    {
      ...signedBy("a key of zeroes, a signature of zeroes", new Uint8Array(32), new Uint8Array(64)),
      ...invalid,
    },
    // Whoever chooses such a key has no secret: it is theirs to be believed. OpenSSL takes it.
    signedBy("a key of order 1", neutral, concat(neutral, new Uint8Array(32))),
    {
      ...signedBy(
        "R in a longer spelling",
        neutral,
        concat(littleEndian(2n ** 255n - 18n), new Uint8Array(32)),
      ),
      ...invalid,
    },
  ];
}

/** Signatures of witnesses: post-quantum ones, and those of Ed25519 on which implementations differ. */
export const signatureCases = (): VerdictCase[] => [...postQuantum(), ...ed25519Corners()];
