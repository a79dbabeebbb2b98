import { describe, expect, it } from "vitest";
import type { LogEntry } from "@/schemas/log-entry";
import type { Cid } from "@/schemas/primitives";
import type { SequencedEntry } from "@/server/adapters/db/log-store";
import { utf8 } from "@/server/domain/bytes";
import { canonicalBytes, cidOf } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";
import { leafHashOfEntry } from "@/server/domain/log/entry";
import { MAX_PROOF_FILE_BYTES } from "@/server/domain/log/proof";
import { readEvidence } from "@/server/domain/verify/read-evidence";
import { verifyReceipt } from "@/server/domain/verify/verify-receipt";
import { type BuildReceiptDeps, buildReceipt } from "@/server/services/build-receipt";
import { oracleInclusion } from "@/test/domain/log/oracle";
import {
  aFailure,
  aKeyEntry,
  aLog,
  anIntent,
  aResult,
  aVantage,
  cidOfDocument,
} from "@/test/domain/verify/a-log";

const NOW = new Date("2026-11-22T12:00:00.000Z");

type Get = BuildReceiptDeps["content"]["get"];

const vantage = aVantage();
const named = cidOfDocument(vantage);
const holding =
  (...blocks: readonly Uint8Array[]): Get =>
  async (cid) =>
    blocks.find((bytes) => cidOf(bytes) === cid) ?? null;

/** The receipt of an entry as a portal makes it whose log holds nothing else of the job. */
async function receiptOf(entry: LogEntry, get: Get) {
  const entries: readonly LogEntry[] = [aKeyEntry(), anIntent(), entry];
  const log = aLog({ entries });
  const hashes = entries.map(leafHashOfEntry);
  const leaves = entries.map(
    (one, index): SequencedEntry => ({
      index,
      kind: one.type,
      leafHash: hashes[index] ?? new Uint8Array(),
      bytes: log.leafBytes[index] ?? new Uint8Array(),
      dsse: readEvidence(log.receiptOf(index)).dsse,
      jobId: "job" in one ? one.job : null,
      taskId: "task" in one ? one.task : null,
      createdAt: NOW,
    }),
  );
  const { text } = await buildReceipt(
    {
      log: {
        published: async () => ({
          size: 3,
          root: log.rootAt(3),
          note: log.noteAt(3),
          publishedAt: NOW,
        }),
        entry: async (index) => leaves[index] ?? null,
        ofKind: async (kind) => leaves.filter((leaf) => leaf.kind === kind),
        tileReader: () => async () => {
          throw new Error("no tile is read here");
        },
      },
      tree: { proveInclusion: async (index) => oracleInclusion(index, hashes) },
      content: { get },
    },
    2,
  );
  const receipt = utf8(text);
  const given = { receipt, block: null, policy: log.policy, lastSeen: null, consistency: null };
  return { text, evidence: readEvidence(receipt), report: await verifyReceipt(given) };
}

describe("a receipt of an entry that says where it was asked from", () => {
  it.each([
    ["result", aResult({ vantage: named })],
    ["failure", aFailure({ vantage: named })],
  ])("carries the document, of a %s", async (_, entry) => {
    const { evidence, report } = await receiptOf(entry, holding(canonicalBytes(vantage)));
    expect(evidence.vantage).toEqual(vantage);
    expect(report.verdict).toBe("sound");
  });

  it("carries none where the entry names none, and asks for no block", async () => {
    const { evidence, report } = await receiptOf(aResult(), async () => {
      throw new Error("no block is asked for");
    });
    expect(evidence).not.toHaveProperty("vantage");
    expect(report.verdict).toBe("sound");
  });

  const other = utf8(JSON.stringify(vantage, null, 2));
  const large = aVantage({
    claims: Array.from({ length: 1_500 }, () => ({
      country: vantage.country,
      source: "x".repeat(190),
      at: "2026-11-22T12:00:00.000Z" as never,
    })),
  });
  it.each<[string, Get, Cid]>([
    ["is not held", async () => null, named],
    ["has rotted", async () => utf8("rotten"), named],
    ["is known to have rotted", refusing("BLOCK_CID_MISMATCH"), named],
    ["cannot be reached", refusing("CONTENT_STORE_UNAVAILABLE"), named],
    ["is not JSON", holding(utf8("{")), cidOf(utf8("{"))],
    ["is not text", holding(Uint8Array.of(0xff)), cidOf(Uint8Array.of(0xff))],
    ["has another form", holding(canonicalBytes({ v: 1 })), cidOfDocument({ v: 1 })],
    ["is spelled otherwise", holding(other), cidOf(other)],
    ["is larger than a document may be", holding(canonicalBytes(large)), cidOfDocument(large)],
  ])("is sound without the document when that %s", async (_, get, cid) => {
    const { text, evidence, report } = await receiptOf(aResult({ vantage: cid }), get);
    expect(evidence).not.toHaveProperty("vantage");
    expect(evidence.entry).toMatchObject({ vantage: cid });
    expect(report.verdict).toBe("sound");
    expect(text.length).toBeLessThanOrEqual(MAX_PROOF_FILE_BYTES);
  });

  it("leaves out a document with which no verifier would read it", async () => {
    const look = vantage.looks[0];
    if (look === undefined) throw new Error("the vantage has a look");
    const opinions = Array.from({ length: 8 }, () => ({
      database: "\u0001".repeat(200),
      built: "\u0001".repeat(200),
      country: null,
    }));
    const wide = aVantage({ looks: Array.from({ length: 32 }, () => ({ ...look, opinions })) });
    const bytes = canonicalBytes(wide);
    expect(bytes.length).toBeGreaterThan(MAX_PROOF_FILE_BYTES);
    const entry = aResult({ vantage: cidOf(bytes) });
    const { evidence, report } = await receiptOf(entry, holding(bytes));
    expect(evidence).not.toHaveProperty("vantage");
    expect(report.verdict).toBe("sound");
  });

  it("does not hide what is wrong with the portal itself", async () => {
    const broken: Get = async () => {
      throw new TypeError("a fault of ours");
    };
    await expect(receiptOf(aResult({ vantage: named }), broken)).rejects.toThrow(TypeError);
  });
});

function refusing(code: "BLOCK_CID_MISMATCH" | "CONTENT_STORE_UNAVAILABLE"): Get {
  return async () => {
    throw new BeaconError(code, "no block");
  };
}
