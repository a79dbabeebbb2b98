import { expect, it } from "vitest";
import { isReceiptOf } from "@/server/domain/attest/is-receipt-of";
import { utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { jobIdFrom } from "@/server/domain/identity";
import { aSubject } from "@/test/domain/attest/an-attestation";
import { aComparison, aResult } from "@/test/domain/verify/a-log";

it("a receipt is of a comparison when all that will be signed of it stands in the receipt", () => {
  const entry = aComparison();
  const facts = { entry, index: 5n, origin: aSubject().log };
  const subject = aSubject({ comparisonCid: entry.cid });
  expect(isReceiptOf(facts, subject)).toBe(true);
  for (const other of [
    { log: "beacon.local/ffffffff" },
    { job: jobIdFrom(new Uint8Array(16)) },
    { intent: 2 },
    { simulated: false },
    { comparison: "cmp-aaaaaaaaaaaaaaaaaaaaaaaaaa" as never },
    { comparisonCid: cidOf(utf8("other")) },
    { comparisonIndex: 6 },
  ])
    expect(isReceiptOf(facts, { ...subject, ...other })).toBe(false);
  expect(isReceiptOf({ ...facts, entry: aResult() }, subject)).toBe(false);
});
