import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReceiptExtra } from "@/schemas/receipt";
import { base64, fromUtf8, utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { formatProof, MAX_PROOF_FILE_BYTES, parseProof } from "@/server/domain/log/proof";
import { formatReceipt, signEntry } from "@/server/domain/log/receipt";
import { CHECKS, type CheckName, reportJson } from "@/server/domain/verify/report";
import { type VerificationInput, verifyReceipt } from "@/server/domain/verify/verify-receipt";
import { aSigner } from "@/test/domain/log/a-signer";
import {
  aBlock,
  aKeyEntry,
  aLog,
  anIntent,
  aResult,
  entriesOfAllKinds,
  type LogOptions,
} from "@/test/domain/verify/a-log";

const RESULT = 2;
const SIZE = entriesOfAllKinds().length;
const log = aLog();
const served = log.receiptOf(RESULT);
const judge = (changes: Partial<VerificationInput> = {}) =>
  verifyReceipt({
    receipt: served,
    block: aBlock(),
    policy: log.policy,
    lastSeen: null,
    consistency: null,
    ...changes,
  });
/** The report on the result of a log that something is wrong with. */
const judgeIn = (options: LogOptions, index = RESULT) => {
  const other = aLog(options);
  return judge({ receipt: other.receiptOf(index), policy: other.policy });
};
const tampered = (tamper: (extra: ReceiptExtra) => unknown) => judgeIn({ tamper });
const failures = ({ checks }: { checks: readonly { name: CheckName; outcome: string }[] }) =>
  checks.filter(({ outcome }) => outcome === "fails").map(({ name }) => name);
const outcomes = ({ checks }: { checks: readonly { name: CheckName; outcome: string }[] }) =>
  Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome]));
const unusable = (code: string) =>
  expect.objectContaining({ verdict: "unusable", code, checks: [], facts: null });

describe("a receipt as the portal serves it", () => {
  it("is sound, with every check made, in the order of the list", async () => {
    const report = await judge({
      lastSeen: { size: 3n, root: log.rootAt(3) },
      consistency: log.consistency(3),
    });
    expect(report.verdict).toBe("sound");
    expect(report.checks.map(({ name, outcome }) => [name, outcome])).toEqual(
      CHECKS.map((name) => [name, "holds"]),
    );
    expect(report.engine).toBe("webcrypto");
    expect(report.facts).toEqual({
      origin: log.origin,
      index: BigInt(RESULT),
      size: BigInt(SIZE),
      root: base64(log.rootAt(SIZE)),
      entry: aResult(),
      cosigned: {
        met: true,
        by: [{ name: "witness.example/w0", at: "2026-09-21T14:13:20.000Z" }],
        of: 1,
      },
    });
  });

  it("is sound for every kind of entry and for every size of the log that includes it", async () => {
    for (const [index, entry] of entriesOfAllKinds().entries())
      for (let size = index + 1; size <= SIZE; size++) {
        const report = await judge({ receipt: log.receiptOf(index, size), block: null });
        expect([entry.type, size, failures(report), report.verdict]).toEqual([
          entry.type,
          size,
          [],
          "sound",
        ]);
      }
  });

  it("says of each check why it does not apply", async () => {
    const registration = await judge({ receipt: log.receiptOf(0) });
    expect(outcomes(registration)).toMatchObject({
      "bytes-match-cid": "not-applicable",
      "runner-key-registered": "not-applicable",
      "consistent-with-last-seen": "not-applicable",
      "intent-announced": "not-applicable",
    });
    const announcement = await judge({ receipt: log.receiptOf(1), block: null });
    expect(outcomes(announcement)).toMatchObject({
      "bytes-match-cid": "not-applicable",
      "runner-key-registered": "holds",
      "intent-announced": "not-applicable",
    });
    for (const { reason } of registration.checks) expect(reason).toMatch(/^[A-Z].*\.$/);
  });
});

describe("a changed byte", () => {
  const refusedEverywhere = async (
    receipt: Uint8Array,
    masks: readonly number[],
    policy = log.policy,
  ) => {
    const accepted: string[] = [];
    for (const mask of masks)
      for (let at = 0; at < receipt.length; at++) {
        const changed = Uint8Array.from(receipt);
        changed[at] = (changed[at] ?? 0) ^ mask;
        const { verdict } = await judge({ receipt: changed, policy });
        if (verdict === "sound") accepted.push(`byte ${at} xor ${mask}`);
      }
    expect(accepted).toEqual([]);
  };

  it("is refused at every place of a result's receipt", { timeout: 120_000 }, async () => {
    await refusedEverywhere(log.receiptOf(RESULT), [0x01, 0x20, 0x80]);
  });

  it("is refused at every place of a key's and of an intent's receipt", {
    timeout: 120_000,
  }, async () => {
    await refusedEverywhere(log.receiptOf(0), [0x01, 0x02, 0x20]);
    await refusedEverywhere(log.receiptOf(1), [0x01]);
  });

  it("is refused at every place under a policy of two witnesses", {
    timeout: 120_000,
  }, async () => {
    const two = aLog({ witnesses: 2 });
    await refusedEverywhere(two.receiptOf(0), [0x01, 0x20], two.policy);
  });

  it("never adds a witness that the policy could do without", { timeout: 120_000 }, async () => {
    const { policy, receiptOf } = aLog({ witnesses: 3, threshold: 2 });
    const receipt = receiptOf(0);
    const start = (fromUtf8(receipt) ?? "").lastIndexOf("\n\u2014 ");
    const tail = utf8((fromUtf8(receipt) ?? "").slice(start)).length;
    for (let at = receipt.length - tail; at < receipt.length; at++) {
      const changed = Uint8Array.from(receipt);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      const report = await judge({ receipt: changed, policy });
      if (report.verdict === "sound") expect(report.facts?.cosigned.by).toHaveLength(2);
      else expect(report.verdict).not.toBe("sound");
    }
  });

  it("is refused in the document", async () => {
    for (let at = 0; at < aBlock().length; at++) {
      const block = aBlock();
      block[at] = (block[at] ?? 0) ^ 0x01;
      const report = await judge({ block });
      expect(report.verdict).toBe("unsound");
      expect(failures(report)).toEqual(["bytes-match-cid"]);
    }
  });

  it("that is cut off or put in is refused", { timeout: 120_000 }, async () => {
    const receipt = log.receiptOf(0);
    for (let at = 0; at < receipt.length; at++) {
      const shorter = Uint8Array.from([...receipt.subarray(0, at), ...receipt.subarray(at + 1)]);
      const longer = Uint8Array.from([...receipt.subarray(0, at), 0x0a, ...receipt.subarray(at)]);
      for (const changed of [shorter, longer, receipt.subarray(0, at)])
        expect((await judge({ receipt: changed })).verdict).not.toBe("sound");
    }
  });
});

describe("each check fails for its own reason", () => {
  it("bytes-match-cid: another document, or another length", async () => {
    expect(failures(await judge({ block: utf8("other") }))).toEqual(["bytes-match-cid"]);
    const entries = [aKeyEntry(), anIntent(), aResult({ size_bytes: 1 })];
    expect(failures(await judgeIn({ entries }))).toEqual(["bytes-match-cid"]);
  });

  it("receipt-binds-bytes: a statement about another entry, signed by the same key", async () => {
    const other = aResult({ cid: cidOf(utf8("other")) });
    const report = await tampered((extra) => ({
      ...extra,
      dsse: signEntry(other, log.origin, aSigner(2)),
    }));
    expect(failures(report)).toEqual(["receipt-binds-bytes"]);
  });

  it("receipt-binds-bytes: a statement for another log", async () => {
    const report = await tampered((extra) => ({
      ...extra,
      dsse: signEntry(extra.entry, "other.example/log", aSigner(2)),
    }));
    expect(failures(report)).toEqual(["receipt-binds-bytes"]);
  });

  it("receipt-signature: a signature by another key under the right name", async () => {
    const report = await tampered((extra) => ({
      ...extra,
      dsse: signEntry(extra.entry, log.origin, { ...aSigner(9), keyId: aSigner(2).keyId }),
    }));
    expect(failures(report)).toEqual(["receipt-signature"]);
  });

  it("receipt-signature: another name over the right signature", async () => {
    const report = await tampered((extra) => ({
      ...extra,
      dsse: signEntry(extra.entry, log.origin, { ...aSigner(2), keyId: "someone" }),
    }));
    expect(failures(report)).toEqual(["receipt-signature"]);
  });

  it("receipt-signature: a registration that the log's key did not sign", async () => {
    const other = aLog({
      tamper: (extra) => ({
        ...extra,
        dsse: signEntry(extra.entry, log.origin, { ...aSigner(9), keyId: log.origin }),
      }),
    });
    const report = await judge({ receipt: other.receiptOf(0), block: null });
    expect(failures(report)).toEqual(["receipt-signature"]);
  });

  it("runner-key-registered: no registration at hand", async () => {
    const report = await tampered((extra) => ({ ...extra, key: null }));
    expect(failures(report)).toEqual(["receipt-signature", "runner-key-registered"]);
  });

  it("runner-key-registered: a registration that nobody vouched for", async () => {
    const report = await tampered(({ key, ...extra }) => ({
      ...extra,
      key: key && {
        ...key,
        dsse: signEntry(key.entry, log.origin, { ...aSigner(9), keyId: log.origin }),
      },
    }));
    expect(failures(report)).toEqual(["runner-key-registered"]);
  });

  it("runner-key-registered: a registration that is not in the log", async () => {
    const report = await tampered(({ key, ...extra }) => ({
      ...extra,
      key: key && { ...key, proof: key.proof.toReversed() },
    }));
    expect(failures(report)).toEqual(["runner-key-registered"]);
  });

  it("runner-key-registered: a registration that came later", async () => {
    const report = await tampered(({ key, ...extra }) => ({
      ...extra,
      key: key && { ...key, index: 3 },
    }));
    expect(failures(report)).toEqual(["runner-key-registered"]);
  });

  it("runner-key-registered: a stranger's key, and the same key under a stranger's id", async () => {
    const stranger = aSigner(9);
    const named = aKeyEntry({ key: stranger.keyId });
    const swapped = aKeyEntry({ public_key: base64(stranger.publicKey) });
    for (const entry of [named, swapped]) {
      const report = await judgeIn({ entries: [entry, anIntent(), aResult()] });
      expect(failures(report)).toContain("runner-key-registered");
    }
  });

  it("leaf-included: an entry that is not where the file says", async () => {
    const parts = parseProof(log.receiptOf(RESULT));
    const moved = utf8(formatProof({ ...parts, index: 4n }));
    expect(failures(await judge({ receipt: moved }))).toEqual(["leaf-included"]);
    const beyond = utf8(formatProof({ ...parts, index: BigInt(SIZE) }));
    const report = await judge({ receipt: beyond });
    expect(report.checks.find(({ name }) => name === "leaf-included")?.code).toBe(
      "LOG_POSITION_INVALID",
    );
  });

  it("leaf-included: an entry that the log never took in", async () => {
    const report = await tampered((extra) => {
      const entry = aResult({ attempts: 2 });
      return { ...extra, entry, dsse: signEntry(entry, log.origin, aSigner(2)) };
    });
    expect(failures(report)).toEqual(["leaf-included"]);
  });

  it("checkpoint-signature: a log that the policy does not know", async () => {
    const policy = { ...log.policy, logs: [] };
    const report = await judge({ policy });
    expect(failures(report)).toEqual(["runner-key-registered", "checkpoint-signature"]);
  });

  it("checkpoint-signature: the log's line is missing", async () => {
    const parts = parseProof(log.receiptOf(RESULT));
    const checkpoint = parts.checkpoint.replace(/\u2014 beacon[^\n]+\n/, "");
    const report = await judge({ receipt: utf8(formatProof({ ...parts, checkpoint })) });
    expect(failures(report)).toEqual(["checkpoint-signature"]);
  });

  it("witness-quorum: too few witnesses", async () => {
    const parts = parseProof(log.receiptOf(RESULT));
    const checkpoint = parts.checkpoint.replace(/\u2014 witness[^\n]+\n/, "");
    const report = await judge({ receipt: utf8(formatProof({ ...parts, checkpoint })) });
    expect(failures(report)).toEqual(["witness-quorum"]);
    expect(report.facts?.cosigned).toEqual({ met: false, by: [], of: 1 });
  });

  it("witness-quorum: does not apply when the policy asks for none", async () => {
    const report = await judgeIn({ witnesses: 0, threshold: null });
    expect(outcomes(report)["witness-quorum"]).toBe("not-applicable");
    expect(report.verdict).toBe("sound");
  });

  it("intent-announced: no announcement, one of another job, one that came later, one elsewhere", async () => {
    const reports = [
      await tampered((extra) => ({ ...extra, intent: null })),
      await tampered(({ intent, ...extra }) => ({
        ...extra,
        intent: intent && { ...intent, index: 4 },
      })),
      await tampered(({ intent, ...extra }) => ({
        ...extra,
        intent: intent && { ...intent, proof: [] },
      })),
      await judgeIn({
        entries: [aKeyEntry(), anIntent({ spec_cid: cidOf(utf8("x")) }), aResult()],
      }),
      await judgeIn({ entries: [aKeyEntry(), anIntent(), aResult({ intent: 0 })] }),
    ];
    for (const report of reports) expect(failures(report)).toEqual(["intent-announced"]);
  });
});

describe("a report as JSON", () => {
  it("keeps every position exact up to 2^63 - 1", async () => {
    const report = await judge();
    const { facts } = report;
    if (facts === null) return expect.fail("no facts");
    const written = (index: bigint, size: bigint) =>
      JSON.parse(reportJson({ ...report, facts: { ...facts, index, size } })).facts;
    expect(written(2n, 8n)).toMatchObject({ index: 2, size: 8 });
    expect(written(9_007_199_254_740_991n, 9_007_199_254_740_993n)).toMatchObject({
      index: Number.MAX_SAFE_INTEGER,
      size: "9007199254740993",
    });
    expect(written(0n, 2n ** 63n - 1n)).toMatchObject({ size: "9223372036854775807" });
  });

  it("says of a log of 2^63 - 1 entries exactly how large it is", async () => {
    const { checkpoint, ...parts } = parseProof(log.receiptOf(RESULT));
    const huge = checkpoint.replace(`\n${SIZE}\n`, "\n9223372036854775807\n");
    const receipt = utf8(formatProof({ ...parts, checkpoint: huge }));
    const report = await judge({ receipt });
    expect(report.facts?.size).toBe(9_223_372_036_854_775_807n);
    expect(failures(report)).toContain("checkpoint-signature");
    const beyond = checkpoint.replace(`\n${SIZE}\n`, "\n9223372036854775808\n");
    expect(await judge({ receipt: utf8(formatProof({ ...parts, checkpoint: beyond })) })).toEqual(
      unusable("CHECKPOINT_MALFORMED"),
    );
  });
});

describe("the state seen before", () => {
  const seen = (size: number) => ({ size: BigInt(size), root: log.rootAt(size) });
  const outcomeOf = async (changes: Partial<VerificationInput>) =>
    outcomes(await judge(changes))["consistent-with-last-seen"];

  it("may be smaller, equal or larger", async () => {
    const early = log.receiptOf(RESULT, 4);
    const consistency = log.consistency(4);
    expect(await outcomeOf({ lastSeen: seen(4), consistency })).toBe("holds");
    expect(await outcomeOf({ lastSeen: seen(SIZE) })).toBe("holds");
    expect(await outcomeOf({ receipt: early, lastSeen: seen(SIZE), consistency })).toBe("holds");
  });

  it("shows a fork", async () => {
    const fork = { size: 4n, root: log.rootAt(3) };
    expect(await outcomeOf({ lastSeen: fork, consistency: log.consistency(4) })).toBe("fails");
    expect(await outcomeOf({ lastSeen: { size: BigInt(SIZE), root: log.rootAt(5) } })).toBe(
      "fails",
    );
    expect(await outcomeOf({ lastSeen: seen(4), consistency: [] })).toBe("fails");
  });

  it("says nothing when it was empty or when no proof is at hand", async () => {
    expect(await outcomeOf({ lastSeen: seen(0), consistency: [] })).toBe("not-applicable");
    expect(await outcomeOf({ lastSeen: seen(4) })).toBe("not-applicable");
  });
});

describe("a file that is no receipt", () => {
  const parts = parseProof(log.receiptOf(RESULT));
  const withExtra = (extra: string | null) =>
    utf8(formatProof({ ...parts, extra: extra === null ? null : utf8(extra) }));

  it("is unusable, and the report says why", async () => {
    const cases: [Uint8Array, string][] = [
      [new Uint8Array(), "PROOF_MALFORMED"],
      [utf8("hello"), "PROOF_MALFORMED"],
      [Uint8Array.of(0xff, 0xfe), "PROOF_MALFORMED"],
      [new Uint8Array(MAX_PROOF_FILE_BYTES + 1), "PROOF_TOO_LARGE"],
      [withExtra(null), "PROOF_MALFORMED"],
      [withExtra("nonsense"), "PROOF_MALFORMED"],
      [withExtra("{}"), "PROOF_MALFORMED"],
      [withExtra("[".repeat(90_000) + "]".repeat(90_000)), "PROOF_MALFORMED"],
      [withExtra(` ${fromUtf8(parts.extra ?? new Uint8Array())}`), "PROOF_MALFORMED"],
      [utf8(formatProof({ ...parts, checkpoint: "x\n" })), "NOTE_MALFORMED"],
      [
        utf8(
          formatProof({
            ...parts,
            checkpoint: parts.checkpoint.replace(`\n${SIZE}\n`, `\n0${SIZE}\n`),
          }),
        ),
        "CHECKPOINT_MALFORMED",
      ],
    ];
    for (const [receipt, code] of cases) expect(await judge({ receipt })).toEqual(unusable(code));
  });

  it("is one whose extra has a field too many, one too few, or one that no check would look at", async () => {
    const malformed = unusable("PROOF_MALFORMED");
    expect(await tampered((extra) => ({ ...extra, note: "x" }))).toEqual(malformed);
    expect(await tampered(({ intent: _, ...extra }) => extra)).toEqual(malformed);
    expect(await tampered((extra) => ({ ...extra, entry: { ...extra.entry, note: "x" } }))).toEqual(
      malformed,
    );
    const { key, intent } = JSON.parse(fromUtf8(parts.extra ?? new Uint8Array()) ?? "");
    expect(await judgeIn({ tamper: (extra) => ({ ...extra, key }) }, 0)).toEqual(malformed);
    expect(await judgeIn({ tamper: (extra) => ({ ...extra, intent }) }, 0)).toEqual(malformed);
    expect(await judgeIn({ tamper: (extra) => ({ ...extra, intent }) }, 1)).toEqual(malformed);
  });

  it("never makes the verifier throw", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (receipt) => {
        expect((await judge({ receipt })).verdict).toBe("unusable");
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), async (json) => {
        expect((await judge({ receipt: withExtra(json) })).verdict).toBe("unusable");
      }),
    );
  });
});

describe("a receipt for another job", () => {
  it("verifies only with its own document and its own place", async () => {
    const documents = ["a", "b", "c"].map(utf8);
    const entries = [
      aKeyEntry(),
      anIntent(),
      ...documents.map((document, i) =>
        aResult({ cid: cidOf(document), size_bytes: document.length, repeat: i }),
      ),
    ];
    const { receiptOf, policy } = aLog({ entries });
    for (const [i] of documents.entries())
      for (const [j, block] of documents.entries()) {
        const report = await judge({ receipt: receiptOf(2 + i), policy, block });
        expect(report.verdict).toBe(i === j ? "sound" : "unsound");
      }
  });

  it("is written by formatReceipt as the verifier reads it", async () => {
    const { checkpoint, index, proof, extra } = parseProof(log.receiptOf(RESULT));
    const content = JSON.parse(fromUtf8(extra ?? new Uint8Array()) ?? "") as ReceiptExtra;
    expect(utf8(formatReceipt({ extra: content, index, proof, checkpoint }))).toEqual(
      log.receiptOf(RESULT),
    );
  });
});
