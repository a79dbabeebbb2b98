import { describe, expect, it } from "vitest";
import { parsePolicy } from "@/server/domain/log/policy";
import { verifyReceipt } from "@/server/domain/verify/verify-receipt";
import { attestationCases } from "@/test/cli/public-verifiers/attestation-cases";
import { aLog } from "@/test/domain/verify/a-log";

describe("the receipt of an attestation", () => {
  const policy = parsePolicy(aLog().policyText);

  it.each(attestationCases())("$name: $expected", async ({ receipt, block, expected, code }) => {
    const given = { receipt, block, policy, lastSeen: null, consistency: null };
    const report = await verifyReceipt(given);
    if (expected === "refused") expect(report.verdict).not.toBe("sound");
    else expect(report.verdict).toBe(expected);
    const codes = [report.code, ...report.checks.map((check) => check.code)];
    if (code !== undefined) expect(codes).toContain(code);
  });
});
