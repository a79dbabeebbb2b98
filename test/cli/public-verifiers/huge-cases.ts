import type { LogEntry } from "@/schemas/log-entry";
import type { ReceiptExtra } from "@/schemas/receipt";
import { base64, utf8 } from "@/server/domain/bytes";
import { formatCheckpoint } from "@/server/domain/log/checkpoint";
import { leafHashOfEntry } from "@/server/domain/log/entry";
import { signNote } from "@/server/domain/log/note";
import { formatReceipt, isLogSigned, signEntry } from "@/server/domain/log/receipt";
import { sparseTree } from "@/test/cli/public-verifiers/sparse-tree";
import { aCase, log, type VerdictCase } from "@/test/cli/public-verifiers/verdict-case";
import { aSigner } from "@/test/domain/log/a-signer";
import { aKeyEntry, anIntent, aResult, aRevocation, aVerifier } from "@/test/domain/verify/a-log";

const LAST = 2n ** 63n - 1n;
const logKey = { name: log.origin, ...aSigner(1) };
const policy = utf8(`${log.policyText.split("\n")[0]}\nquorum none\n`);

/** A log of `size` entries of which only some are known: its receipts and its checkpoints. */
function aHugeLog(
  known: ReadonlyMap<bigint, LogEntry>,
  size: bigint,
  cuts: readonly bigint[] = [],
) {
  const leaves = new Map([...known].map(([at, entry]) => [at, leafHashOfEntry(entry)]));
  const tree = sparseTree(leaves, size, cuts);
  const noteAt = (at: bigint) =>
    signNote(formatCheckpoint({ origin: log.origin, size: at, root: tree.rootAt(at) }), logKey);
  const dsseOf = (entry: LogEntry) =>
    signEntry(
      entry,
      log.origin,
      isLogSigned(entry) ? { ...logKey, keyId: log.origin } : aSigner(2),
    );
  const beside = <E extends LogEntry>(type: E["type"]) => {
    for (const [at, entry] of known)
      if (entry.type === type)
        return {
          entry: entry as E,
          index: Number(at),
          proof: tree.inclusion(at).map(base64),
          dsse: dsseOf(entry),
        };
    return null;
  };
  const receiptOf = (index: bigint): Uint8Array => {
    const entry = known.get(index);
    if (entry === undefined) throw new Error(`entry ${index} is not known`);
    const [key, revocation] = [beside("beacon.key/v1"), beside("beacon.revocation/v1")];
    const intent = beside("beacon.intent/v1");
    const extra = {
      entry,
      dsse: dsseOf(entry),
      key: isLogSigned(entry) ? null : { ...key, ...(revocation && { revocation }) },
      intent: isLogSigned(entry) || intent === null ? null : { ...intent, dsse: undefined },
    };
    const cleaned = JSON.parse(JSON.stringify(extra)) as ReceiptExtra;
    const proof = tree.inclusion(index);
    return utf8(formatReceipt({ extra: cleaned, index, proof, checkpoint: noteAt(size) }));
  };
  const consistency = (from: bigint) =>
    utf8(
      tree
        .consistency(from)
        .map((hash) => `${base64(hash)}\n`)
        .join(""),
    );
  return { receiptOf, noteAt, consistency };
}

const huge = (changes: Partial<VerdictCase> & { readonly name: string }) =>
  aCase({ policy, block: null, ...changes });

/** Positions that a double cannot tell apart, up to the last that the formats name. */
function positions(): VerdictCase[] {
  const places: [bigint, bigint][] = [
    [2n ** 31n, 2n ** 32n],
    [2n ** 32n + 1n, 2n ** 33n - 1n],
    [2n ** 53n, 2n ** 53n + 1n],
    [2n ** 53n + 1n, 2n ** 53n + 2n],
    [2n ** 53n + 1n, 2n ** 60n + 7n],
    [2n ** 62n, LAST],
    [LAST - 1n, LAST],
    [0n, LAST],
  ];
  return places.flatMap(([index, size]) => {
    const { receiptOf } = aHugeLog(new Map([[index, aVerifier()]]), size);
    const receipt = receiptOf(index);
    const text = new TextDecoder().decode(receipt);
    const beside = index + (index + 1n < size ? 1n : -1n);
    const moved = utf8(text.replace(`\nindex ${index}\n`, `\nindex ${beside}\n`));
    return [
      huge({ name: `entry ${index} of ${size}`, receipt }),
      huge({
        name: `entry ${index} of ${size}, moved by one`,
        receipt: moved,
        expected: "unsound",
      }),
    ];
  });
}

/** A result deep in a large log, with its key's revocation before and after it. */
function leaning(): VerdictCase[] {
  const at = 2n ** 53n + 5n;
  const known = (revokedAt: bigint) =>
    new Map<bigint, LogEntry>([
      [0n, aKeyEntry()],
      [2n ** 40n, anIntent()],
      [revokedAt, aRevocation()],
      [at, aResult({ intent: 2 ** 40 })],
    ]);
  const revoked = aHugeLog(known(2n ** 52n), 2n ** 54n);
  const later = aHugeLog(known(2n ** 53n - 1n), 2n ** 54n);
  const kept = aHugeLog(new Map([...known(1n)].filter(([index]) => index !== 1n)), 2n ** 54n);
  const late = { expected: "unsound", code: "KEY_REVOKED" } as const;
  return [
    huge({ name: "a result in a large log", receipt: kept.receiptOf(at) }),
    huge({
      name: "a result in a large log, its key revoked",
      receipt: revoked.receiptOf(at),
      ...late,
    }),
    huge({
      name: "a result in a large log, its key revoked late",
      receipt: later.receiptOf(at),
      ...late,
    }),
  ];
}

/** Histories between sizes that a double cannot tell apart. */
function histories(): VerdictCase[] {
  const size = LAST;
  const index = 2n ** 61n;
  const cuts = [1n, 3n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 62n, LAST - 1n];
  return cuts.flatMap((cut) => {
    const { receiptOf, noteAt, consistency } = aHugeLog(new Map([[index, aVerifier()]]), size, [
      cut,
    ]);
    const files = { receipt: receiptOf(index), since: utf8(noteAt(cut)) };
    const fork = aHugeLog(new Map([[0n, aKeyEntry()]]), size, [cut]);
    return [
      huge({ name: `from ${cut} to ${size}`, ...files, consistency: consistency(cut) }),
      huge({
        name: `from ${cut} of a fork to ${size}`,
        ...files,
        since: utf8(fork.noteAt(cut)),
        consistency: consistency(cut),
        expected: "unsound",
      }),
    ];
  });
}

/** Logs far larger than any that exists. */
export const hugeCases = (): VerdictCase[] => [...positions(), ...leaning(), ...histories()];
