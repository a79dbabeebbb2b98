import type { LogEntry } from "@/schemas/log-entry";
import type { ReceiptExtra } from "@/schemas/receipt";
import { base64, utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { signEntry } from "@/server/domain/log/receipt";
import {
  aCase,
  INTENT,
  KEY,
  log,
  RESULT,
  type VerdictCase,
  withExtra,
} from "@/test/cli/public-verifiers/verdict-case";
import { aSigner } from "@/test/domain/log/a-signer";
import {
  aComparison,
  aFailure,
  aKeyEntry,
  anIntent,
  aResult,
  aVerifier,
  aWithdrawal,
} from "@/test/domain/verify/a-log";

const malformed = (name: string, tamper: (extra: ReceiptExtra) => unknown, index = RESULT) =>
  aCase({ name, receipt: withExtra(tamper, index), expected: "unusable", code: "PROOF_MALFORMED" });
const unsound = (name: string, tamper: (extra: ReceiptExtra) => unknown, code?: string) =>
  aCase({ name, receipt: withExtra(tamper), expected: "unsound", ...(code && { code }) });

/** A field of the entry that has another value: unusable unless `isForm` says that its form is kept. */
function field(
  name: string,
  value: unknown,
  expected: VerdictCase["expected"] = "unusable",
): VerdictCase {
  const tamper = (extra: ReceiptExtra) => ({ ...extra, entry: { ...extra.entry, [name]: value } });
  return aCase({
    name: `entry: ${name} ${JSON.stringify(value)?.slice(0, 60)}`,
    receipt: withExtra(tamper),
    expected,
  });
}

/** Values that are not what the field is for, and values that are, though nobody signed them. */
function fields(): VerdictCase[] {
  const day = (date: string) => `${date}T12:00:00.000Z`;
  const wrongTimes = [
    day("2026-02-29"),
    day("2026-13-01"),
    day("2026-00-10"),
    day("2026-04-31"),
    day("2100-02-29"),
    "2026-11-22T24:00:00.000Z",
    "2026-11-22T23:60:00.000Z",
    "2026-11-22T23:59:60.000Z",
    "2026-11-22T12:00:00.0000",
    "2026-11-22T12:00:00Z",
    "2026-11-22T12:00:00.000z",
    "2026-11-22 12:00:00.000Z",
    "2026-11-22T12:00:00.000Z\n",
    "٢٠٢٦-11-22T12:00:00.000Z",
    1_790_000_000,
  ];
  const rightTimes = [day("2024-02-29"), day("2000-02-29"), day("0000-02-29"), day("9999-12-31")];
  const slugs = ["", "-a", "a-", "A", "a".repeat(65), "a\n", "\u00e9", 7, null];
  const cids = [
    `${cidOf(utf8("x")).slice(0, -1)}b`,
    cidOf(utf8("x")).toUpperCase(),
    cidOf(utf8("x")).slice(0, -1),
    `${cidOf(utf8("x"))}a`,
    "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
    "",
  ];
  return [
    ...wrongTimes.map((value) => field("at", value)),
    ...rightTimes.map((value) => field("at", value, "unsound")),
    ...slugs.map((value) => field("prompt", value)),
    ...["a", "a-b", "0".repeat(64)].map((value) => field("prompt", value, "unsound")),
    ...cids.map((value) => field("cid", value)),
    ...["DEU", "de", "D", "", "DE\n", 3].map((value) => field("country", value)),
    ...[0, -1, 2 ** 53, "1", null, true].map((value) => field("attempts", value)),
    ...[2, 2 ** 53 - 1].map((value) => field("attempts", value, "unsound")),
    ...[true, 2, "1", null].map((value) => field("v", value)),
    ...[1, "true", null].map((value) => field("simulated", value)),
    ...["0xAB", `0x${"g".repeat(40)}`, `0x${"a".repeat(41)}`].map((value) =>
      field("provider", value),
    ),
    ...["guessed", ["verified"]].map((value) => field("geo", value)),
    field("geo", null, "unsound"),
    field("provider", null, "unsound"),
    ...["beacon.result/v2", "beacon.key/v1", "toString", null].map((value) => field("type", value)),
    ...["job-a", `JOB-${"a".repeat(26)}`, `job-${"1".repeat(26)}`].map((value) =>
      field("job", value),
    ),
    field("note", "a field too many"),
    field("state", "lost"),
    field("runner_key", aSigner(9).keyId, "unsound"),
  ];
}

/** Entries of the other kinds with one thing changed that their form does not allow. */
function otherKinds(): VerdictCase[] {
  const kinds: [LogEntry, Record<string, unknown>][] = [
    [aKeyEntry(), { role: "attester" }],
    [aKeyEntry(), { algorithm: "rsa" }],
    [aKeyEntry(), { public_key: base64(new Uint8Array(31)) }],
    [anIntent(), { contrasts: "germany-france" }],
    [anIntent(), { contrasts: ["Germany"] }],
    [anIntent(), { tasks: 0 }],
    [anIntent(), { tasks_digest: "sha256:00" }],
    [anIntent(), { stop_rule: "whenever" }],
    [anIntent(), { order_seed: "0".repeat(31) }],
    [aFailure(), { code: "Lost" }],
    [aFailure(), { fault: "nobody" }],
    [aFailure(), { attempts: -1 }],
    [aWithdrawal(), { reason: "because" }],
    [aComparison(), { comparison: "cmp-1" }],
    [aVerifier(), { file: "../verifier.js" }],
    [aVerifier(), { sha256: "AB".repeat(32) }],
    [aVerifier(), { size_bytes: null }],
  ];
  return kinds.flatMap(([entry, change]) => {
    const name = `${entry.type}: ${JSON.stringify(change)}`;
    const [missing = ""] = Object.keys(change);
    const { [missing]: _, ...rest } = entry as Record<string, unknown>;
    return [
      malformed(name, (extra) => ({ ...extra, entry: { ...entry, ...change } })),
      malformed(`${name}, missing`, (extra) => ({ ...extra, entry: rest })),
    ];
  });
}

/** The envelope, and the entries that are leaned on. */
function surroundings(): VerdictCase[] {
  const envelope = (name: string, change: (dsse: ReceiptExtra["dsse"]) => unknown) =>
    malformed(`envelope: ${name}`, (extra) => ({ ...extra, dsse: change(extra.dsse) }));
  const signed = (entry: LogEntry, origin: string, keyId: string, seed: number) =>
    signEntry(entry, origin, { ...aSigner(seed), keyId });
  const runner = aSigner(2);
  return [
    envelope("null", () => null),
    envelope("two signatures", ({ signatures: [line], ...rest }) => ({
      ...rest,
      signatures: [line, line],
    })),
    envelope("no signature", (dsse) => ({ ...dsse, signatures: [] })),
    envelope("another type of payload", (dsse) => ({ ...dsse, payloadType: "text/plain" })),
    envelope("no base64", (dsse) => ({ ...dsse, payload: "?" })),
    envelope("a signature of 63 bytes", (dsse) => ({
      ...dsse,
      signatures: [{ keyid: "a", sig: base64(new Uint8Array(63)) }],
    })),
    envelope("no name of a key", ({ signatures, ...rest }) => ({
      ...rest,
      signatures: [{ ...signatures[0], keyid: "" }],
    })),
    envelope("a name of 65 characters", ({ signatures, ...rest }) => ({
      ...rest,
      signatures: [{ ...signatures[0], keyid: "k".repeat(65) }],
    })),
    unsound("envelope: a name of 64 wide characters", ({ dsse, ...extra }) => ({
      ...extra,
      dsse: { ...dsse, signatures: [{ ...dsse.signatures[0], keyid: "\u{1f600}".repeat(64) }] },
    })),
    unsound("envelope: an empty payload", ({ dsse, ...extra }) => ({
      ...extra,
      dsse: { ...dsse, payload: "" },
    })),
    unsound("a statement about another entry", (extra) => ({
      ...extra,
      dsse: signed(aResult({ repeat: 1 }), log.origin, runner.keyId, 2),
    })),
    unsound("a statement for another log", (extra) => ({
      ...extra,
      dsse: signed(extra.entry, "other.example", runner.keyId, 2),
    })),
    unsound("another key's signature", (extra) => ({
      ...extra,
      dsse: signed(extra.entry, log.origin, runner.keyId, 9),
    })),
    unsound("another name over the right signature", (extra) => ({
      ...extra,
      dsse: signed(extra.entry, log.origin, "someone", 2),
    })),
    unsound("the log's signature for a runner's", (extra) => ({
      ...extra,
      dsse: signed(extra.entry, log.origin, log.origin, 1),
    })),
    unsound(
      "another entry than the log's",
      (extra) => ({
        ...extra,
        entry: aResult({ repeat: 1 }),
        dsse: signed(aResult({ repeat: 1 }), log.origin, runner.keyId, 2),
      }),
      "LOG_PROOF_ROOT_MISMATCH",
    ),
    unsound("no registration", (extra) => ({ ...extra, key: null })),
    unsound("a registration that nobody signed", ({ key, ...extra }) => ({
      ...extra,
      key: key && { ...key, dsse: signed(key.entry, log.origin, log.origin, 9) },
    })),
    unsound("a registration for another log", ({ key, ...extra }) => ({
      ...extra,
      key: key && { ...key, dsse: signed(key.entry, "x", log.origin, 1) },
    })),
    unsound(
      "a registration that is elsewhere",
      ({ key, ...extra }) => ({ ...extra, key: key && { ...key, index: 1 } }),
      "LOG_PROOF_ROOT_MISMATCH",
    ),
    unsound("a registration that came later", ({ key, ...extra }) => ({
      ...extra,
      key: key && { ...key, index: RESULT },
    })),
    unsound(
      "a registration without a proof",
      ({ key, ...extra }) => ({ ...extra, key: key && { ...key, proof: [] } }),
      "LOG_PROOF_LENGTH",
    ),
    unsound("a stranger's registration", ({ key, ...extra }) => ({
      ...extra,
      key: key && { ...key, entry: aKeyEntry({ public_key: base64(aSigner(9).publicKey) }) },
    })),
    unsound("no announcement", (extra) => ({ ...extra, intent: null })),
    unsound("an announcement that is elsewhere", ({ intent, ...extra }) => ({
      ...extra,
      intent: intent && { ...intent, index: 0 },
    })),
    unsound("an announcement that is the entry's own place", ({ intent, ...extra }) => {
      const entry = aResult({ intent: RESULT });
      const dsse = signed(entry, log.origin, runner.keyId, 2);
      return { ...extra, entry, dsse, intent: intent && { ...intent, index: RESULT } };
    }),
    unsound(
      "an announcement without a proof",
      ({ intent, ...extra }) => ({ ...extra, intent: intent && { ...intent, proof: [] } }),
      "LOG_PROOF_LENGTH",
    ),
    unsound(
      "an announcement that the log does not hold",
      ({ intent, ...extra }) => ({
        ...extra,
        intent: intent && { ...intent, entry: anIntent({ tasks: 9 }) },
      }),
      "LOG_PROOF_ROOT_MISMATCH",
    ),
    unsound("another job's announcement", ({ intent, ...extra }) => ({
      ...extra,
      intent: intent && { ...intent, entry: anIntent({ spec_cid: cidOf(utf8("x")) }) },
    })),
    malformed("an extra field", (extra) => ({ ...extra, note: 1 })),
    malformed("no intent field", ({ intent: _, ...extra }) => extra),
    malformed("an unknown kind of entry", (extra) => ({
      ...extra,
      entry: { v: 1, type: "beacon.other/v1" },
    })),
    malformed("a revocation that is null", ({ key, ...extra }) => ({
      ...extra,
      key: { ...key, revocation: null },
    })),
    malformed("a proof with a short hash", ({ key, ...extra }) => ({
      ...extra,
      key: { ...key, proof: ["AAAA"] },
    })),
    malformed("a proof of 64 hashes", ({ key, ...extra }) => ({
      ...extra,
      key: { ...key, proof: new Array(64).fill(base64(new Uint8Array(32))) },
    })),
    malformed("an index of 2^53", ({ key, ...extra }) => ({
      ...extra,
      key: { ...key, index: 2 ** 53 },
    })),
    malformed(
      "a key's receipt that carries a key",
      (extra) => ({ ...extra, key: { entry: aKeyEntry(), dsse: extra.dsse, index: 0, proof: [] } }),
      KEY,
    ),
    malformed(
      "an intent's receipt that carries an intent",
      (extra) => ({ ...extra, intent: { entry: anIntent(), index: 0, proof: [] } }),
      INTENT,
    ),
  ];
}

/** Receipts whose extra is written as it should be, and says something else. */
export const entryCases = (): VerdictCase[] => [...fields(), ...otherKinds(), ...surroundings()];
