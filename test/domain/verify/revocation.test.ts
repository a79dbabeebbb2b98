import { describe, expect, it } from "vitest";
import type { LogEntry } from "@/schemas/log-entry";
import type { ReceiptExtra } from "@/schemas/receipt";
import { signEntry } from "@/server/domain/log/receipt";
import { verifyReceipt } from "@/server/domain/verify/verify-receipt";
import { aSigner } from "@/test/domain/log/a-signer";
import {
  aBlock,
  aKeyEntry,
  aLog,
  anIntent,
  aResult,
  aRevocation,
  type LogOptions,
} from "@/test/domain/verify/a-log";

/** Registered, announced, used, taken back. */
const REVOKED_AFTER: readonly LogEntry[] = [aKeyEntry(), anIntent(), aResult(), aRevocation()];
/** The same key used once more. */
const REVOKED_BEFORE: readonly LogEntry[] = [aKeyEntry(), anIntent(), aRevocation(), aResult()];

/** What the report says of the signing key, and whatever else fails. */
async function judge(index: number, options: LogOptions) {
  const { policy, receiptOf, origin } = aLog(options);
  const { verdict, checks } = await verifyReceipt({
    receipt: receiptOf(index),
    block: aBlock(),
    policy,
    lastSeen: null,
    consistency: null,
  });
  const key = checks.find(({ name }) => name === "runner-key-registered");
  const others = checks.filter(
    ({ name, outcome }) => outcome === "fails" && name !== "runner-key-registered",
  );
  return { verdict, key, others, origin };
}

type Revocation = NonNullable<NonNullable<ReceiptExtra["key"]>["revocation"]>;

/** A receipt whose revocation something is wrong with. */
const judgeChanged = (change: (revocation: Revocation) => Revocation, entries = REVOKED_AFTER) =>
  judge(2, {
    entries,
    tamper: ({ key, ...extra }) => ({
      ...extra,
      key: key?.revocation && { ...key, revocation: change(key.revocation) },
    }),
  });

describe("a key that the log took back", () => {
  it("still vouches for what stood in the log before", async () => {
    const { verdict, key } = await judge(2, { entries: REVOKED_AFTER });
    expect(verdict).toBe("sound");
    expect(key).toMatchObject({
      outcome: "holds",
      reason:
        "The log registered the signing key as entry 0, and took it back only later, as entry 3.",
    });
  });

  it("vouches for nothing that came after", async () => {
    const { verdict, key, others } = await judge(3, { entries: REVOKED_BEFORE });
    expect(verdict).toBe("unsound");
    expect(key).toMatchObject({
      outcome: "fails",
      code: "KEY_REVOKED",
      reason: "The signing key was revoked as entry 2, before this one.",
    });
    expect(others).toEqual([]);
  });

  it("was not yet taken back in an earlier state of the log", async () => {
    const { policy, receiptOf } = aLog({ entries: REVOKED_AFTER });
    const { verdict } = await verifyReceipt({
      receipt: receiptOf(2, 3),
      block: aBlock(),
      policy,
      lastSeen: null,
      consistency: null,
    });
    expect(verdict).toBe("sound");
  });
});

describe("a revocation that is not one", () => {
  const stranger = aSigner(9);
  const { origin } = aLog();
  const logKey = { ...aSigner(1), keyId: origin };

  it("is of another key", async () => {
    const entries = [...REVOKED_AFTER.slice(0, 3), aRevocation({ key: stranger.keyId })];
    const { verdict, key, others } = await judge(2, { entries });
    expect([verdict, key?.outcome, key?.code, others]).toEqual(["unsound", "fails", undefined, []]);
    expect(key?.reason).toBe("The revocation is of another key than the one that the entry names.");
  });

  it("is of another registration", async () => {
    const entries = [...REVOKED_AFTER.slice(0, 3), aRevocation({ registration: 1 })];
    const { key, others } = await judge(2, { entries });
    expect([key?.reason, others]).toEqual([
      "The revocation is of another registration than this one.",
      [],
    ]);
  });

  it("stands where the registration stands, or before it", async () => {
    const { key } = await judgeChanged((revocation) => ({ ...revocation, index: 0 }));
    expect(key?.reason).toBe("The revocation is of another registration than this one.");
  });

  it("is signed by nobody that the policy knows", async () => {
    const signed = (entry: LogEntry, log: string, signer: typeof logKey) => ({
      dsse: signEntry(entry, log, signer),
    });
    for (const wrong of [
      signed(aRevocation(), origin, { ...stranger, keyId: origin }),
      signed(aRevocation(), origin, { ...logKey, keyId: "someone" }),
      signed(aRevocation(), "other.example/log", logKey),
      signed(aRevocation({ reason: "retired" }), origin, logKey),
    ]) {
      const { verdict, key, others } = await judgeChanged((revocation) => ({
        ...revocation,
        ...wrong,
      }));
      expect([verdict, key?.reason, others]).toEqual([
        "unsound",
        "The revocation is not signed by a key that the policy knows for this log.",
        [],
      ]);
    }
  });

  it("is not in the log", async () => {
    const { verdict, key, others } = await judgeChanged((revocation) => ({
      ...revocation,
      proof: revocation.proof.toReversed(),
    }));
    expect([verdict, key?.outcome, key?.code, others]).toEqual([
      "unsound",
      "fails",
      "LOG_PROOF_ROOT_MISMATCH",
      [],
    ]);
  });

  it("is refused whole when a field of it is missing or one too many", async () => {
    const changes: ((revocation: Revocation) => unknown)[] = [
      ({ dsse: _, ...rest }) => rest,
      (revocation) => ({ ...revocation, more: 1 }),
      (revocation) => ({ ...revocation, entry: aKeyEntry() }),
      () => null,
    ];
    for (const change of changes)
      expect((await judgeChanged(change as (r: Revocation) => Revocation)).verdict).toBe(
        "unusable",
      );
  });
});
