import { base64, utf8 } from "@/server/domain/bytes";
import {
  aCase,
  COMPARISON,
  INTENT,
  log,
  RESULT,
  type VerdictCase,
} from "@/test/cli/public-verifiers/verdict-case";
import { aSigner } from "@/test/domain/log/a-signer";
import {
  aKeyEntry,
  aLog,
  anIntent,
  aResult,
  aRevocation,
  entriesOfAllKinds,
} from "@/test/domain/verify/a-log";

const hashList = (hashes: readonly Uint8Array[]): Uint8Array =>
  utf8(hashes.map((hash) => `${base64(hash)}\n`).join(""));

/** Every kind of entry, when it was the log's last and later. */
function everyKind(): VerdictCase[] {
  const entries = entriesOfAllKinds();
  return entries.flatMap((entry, index) => {
    const kind = "role" in entry ? `${entry.type} ${entry.role}` : entry.type;
    return [
      aCase({ name: `${kind}, the last`, receipt: log.receiptOf(index, index + 1), block: null }),
      aCase({ name: `${kind} of ${entries.length}`, receipt: log.receiptOf(index), block: null }),
    ];
  });
}

/** The document: there, another, none where one is named, some where none is. */
function documents(): VerdictCase[] {
  const short = aLog({ entries: [aKeyEntry(), anIntent(), aResult({ size_bytes: 1 })] });
  return [
    aCase({ name: "a result with its document" }),
    aCase({ name: "a comparison with its document", receipt: log.receiptOf(COMPARISON) }),
    aCase({
      name: "an intent with its document",
      receipt: log.receiptOf(INTENT),
      block: utf8('{"name":"a job"}'),
    }),
    aCase({ name: "a key with a document", receipt: log.receiptOf(0) }),
    aCase({
      name: "a result with another document",
      block: utf8("other"),
      expected: "unsound",
      code: "BLOCK_CID_MISMATCH",
    }),
    aCase({ name: "a result with no bytes", block: new Uint8Array(), expected: "unsound" }),
    aCase({
      name: "a result with a document of another length than it says",
      receipt: short.receiptOf(RESULT),
      expected: "unsound",
    }),
  ];
}

/** A checkpoint seen earlier: older, newer, the same, none of this history, empty. */
function earlierStates(): VerdictCase[] {
  const seen = (size: number) => utf8(log.noteAt(size));
  const fork = aLog({ entries: [aKeyEntry(), anIntent({ tasks: 9 }), aResult(), aResult()] });
  const size = entriesOfAllKinds().length;
  const older = Array.from({ length: size }, (_, i) =>
    aCase({
      name: `after a state of ${i + 1}`,
      since: seen(i + 1),
      consistency: hashList(log.consistency(i + 1)),
    }),
  );
  return [
    ...older,
    aCase({
      name: "before a later state",
      receipt: log.receiptOf(RESULT, 4),
      since: seen(size),
      consistency: hashList(log.consistency(4)),
    }),
    aCase({ name: "after a state, without a proof", since: seen(3) }),
    aCase({ name: "after a state, with an empty proof", since: seen(3), ...unsound("", "LENGTH") }),
    aCase({ name: "after a whole tree, with an empty proof", since: seen(4), ...unsound("") }),
    aCase({
      name: "after a state, with a proof that is too long",
      since: seen(3),
      ...unsound(hashList([...log.consistency(3), log.rootAt(1)])),
    }),
    aCase({
      name: "after a state, with the proof of another",
      since: seen(3),
      ...unsound(hashList(log.consistency(2))),
    }),
    aCase({
      name: "after a state, with the same hashes in another order",
      since: seen(3),
      ...unsound(hashList(log.consistency(3).toReversed()), "ROOT_MISMATCH"),
    }),
    aCase({
      name: "after a fork",
      since: utf8(fork.noteAt(4)),
      ...unsound(hashList(log.consistency(4)), "ROOT_MISMATCH"),
    }),
    aCase({
      name: "beside a fork of the same size",
      receipt: log.receiptOf(RESULT, 4),
      since: utf8(fork.noteAt(4)),
      expected: "unsound",
      code: "LOG_PROOF_ROOT_MISMATCH",
    }),
    aCase({
      name: "the same state, with hashes that nobody needs",
      since: seen(size),
      consistency: hashList([log.rootAt(1)]),
    }),
    aCase({ name: "after the empty log", since: seen(0), consistency: hashList([]) }),
  ];
}

const unsound = (consistency: string | Uint8Array, code?: string) => ({
  consistency: typeof consistency === "string" ? utf8(consistency) : consistency,
  expected: "unsound" as const,
  ...(code === undefined ? {} : { code: `LOG_PROOF_${code}` }),
});

/** A key that was taken back before the entry, after it, and wrongly. */
function revocations(): VerdictCase[] {
  const revoked = (...changes: Parameters<typeof aRevocation>) =>
    aLog({ entries: [aKeyEntry(), anIntent(), aRevocation(...changes), aResult(), aResult()] });
  const later = aLog({ entries: [aKeyEntry(), anIntent(), aResult(), aRevocation()] });
  const other = revoked({ registration: 1 });
  const foreign = revoked({ key: aSigner(9).keyId });
  const changed = (change: { index?: number; proof?: string[] }) =>
    aLog({
      entries: [aKeyEntry(), anIntent(), aResult(), aRevocation()],
      tamper: ({ key, ...extra }) => ({
        ...extra,
        key: key?.revocation && { ...key, revocation: { ...key.revocation, ...change } },
      }),
    });
  return [
    aCase({ name: "a result before its key was revoked", receipt: later.receiptOf(RESULT) }),
    aCase({
      name: "a result after its key was revoked",
      receipt: revoked().receiptOf(3),
      expected: "unsound",
      code: "KEY_REVOKED",
    }),
    aCase({
      name: "an intent before its key was revoked",
      receipt: revoked().receiptOf(INTENT),
      block: null,
    }),
    ...[
      ["a revocation of another registration", other.receiptOf(3)] as const,
      ["a revocation of another key", foreign.receiptOf(3)] as const,
      ["a revocation whose proof is wrong", changed({ proof: [] }).receiptOf(RESULT)] as const,
      ["a revocation at its registration", changed({ index: 0 }).receiptOf(RESULT)] as const,
      ["a revocation that is elsewhere", changed({ index: RESULT }).receiptOf(RESULT)] as const,
    ].map(([name, receipt]) => aCase({ name, receipt, expected: "unsound" })),
  ];
}

/** Receipts as a log serves them, and the same with a reader's other files that speak against them. */
export const soundCases = (): VerdictCase[] => [
  ...everyKind(),
  ...documents(),
  ...earlierStates(),
  ...revocations(),
];
