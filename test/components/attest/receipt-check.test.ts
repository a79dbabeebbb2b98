import { describe, expect, it } from "vitest";
import { checkReceipt } from "@/components/attest/receipt-check";
import { ReviewCheck } from "@/schemas/attestation";
import type { ComparisonId } from "@/schemas/primitives";
import { utf8 } from "@/server/domain/bytes";
import {
  aReviewView,
  aReviewWorld,
  COMPARISON_INDEX,
  comparison,
  document,
  log,
} from "@/test/components/attest/a-review";

const { subject } = aReviewView();
const PROOF = `/tlog/proof/${COMPARISON_INDEX}`;
const BLOCK = `/ipfs/${comparison.cid}?format=raw`;

describe("the receipt's row of the checklist", () => {
  it("holds when this browser's own verifier finds nothing wrong, and fits a report", async () => {
    const row = await checkReceipt(aReviewWorld(), subject);
    expect(row).toMatchObject({ check: "receipt-verifies", outcome: "holds" });
    expect(row.reason).toMatch(/^8 checks hold of 9/);
    expect(ReviewCheck.parse(row)).toEqual(row);
  });

  it("fails when the document was changed, and names the check", async () => {
    const changed = document.map((byte, i) => (i === 4 ? byte ^ 1 : byte));
    const row = await checkReceipt(aReviewWorld({ [BLOCK]: changed }), subject);
    expect(row.outcome).toBe("fails");
    expect(row.reason).toBe("1 check fails: “The bytes are these bytes”.");
    expect(ReviewCheck.parse(row)).toEqual(row);
  });

  it("fails when the document cannot be had: nobody confirms what nobody saw", async () => {
    const row = await checkReceipt(aReviewWorld({ [BLOCK]: new Error("404") }), subject);
    expect(row.outcome).toBe("fails");
    expect(row.reason).toContain("could not be had");
  });

  it("fails for the receipt of another entry, of another comparison, and of other bytes", async () => {
    const other = aReviewWorld({ [PROOF]: log.receiptOf(3) });
    expect((await checkReceipt(other, subject)).reason).toContain("another entry");
    const intent = aReviewWorld({ [PROOF]: log.receiptOf(1) });
    expect((await checkReceipt(intent, subject)).reason).toContain("another entry");
    const third = { ...subject, comparisonIndex: 3 };
    const world = aReviewWorld({
      "/tlog/proof/3": log.receiptOf(3),
    });
    expect(await checkReceipt(world, third)).toMatchObject({
      outcome: "fails",
      reason: expect.stringContaining("another comparison"),
    });
    const renamed = { ...subject, comparison: `cmp-${"z".repeat(26)}` as ComparisonId };
    expect((await checkReceipt(aReviewWorld(), renamed)).reason).toContain("another comparison");
    for (const lie of [{ simulated: !subject.simulated }, { intent: 9 }, { log: "beacon.local/0" }])
      expect((await checkReceipt(aReviewWorld(), { ...subject, ...lie })).outcome).toBe("fails");
  });

  it("fails for a file that is no receipt", async () => {
    const row = await checkReceipt(aReviewWorld({ [PROOF]: utf8("hello") }), subject);
    expect(row).toMatchObject({
      outcome: "fails",
      reason: expect.stringContaining("not a receipt"),
    });
  });

  it("is thrown, and no row, when the portal does not answer", async () => {
    const world = aReviewWorld({ [PROOF]: new TypeError("Failed to fetch") });
    await expect(checkReceipt(world, subject)).rejects.toThrow("Failed to fetch");
  });
});
