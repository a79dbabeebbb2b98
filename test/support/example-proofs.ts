import comparison from "@/schemas/examples/comparison/valid/quick.json";
import spec from "@/schemas/examples/quick.json";
import { utf8 } from "@/server/domain/bytes";
import { canonicalBytes, cidOf, type Json } from "@/server/domain/digest";
import {
  aBlock,
  aComparison,
  aKeyEntry,
  aLog,
  anAttestation,
  anAttesterKey,
  anIntent,
  aReport,
  aResult,
} from "@/test/domain/verify/a-log";

/** A small log whose keys everybody has: files to try a verifier on, and nothing to trust. */
export function exampleProofs(): Readonly<Record<string, Uint8Array>> {
  const specCid = cidOf(canonicalBytes(spec as Json));
  const report = canonicalBytes(comparison as Json);
  const place = { cid: cidOf(report), size_bytes: report.length };
  const attestation = canonicalBytes(
    aReport({ comparison_cid: place.cid, comparison_index: 3 }) as unknown as Json,
  );
  const log = aLog({
    entries: [
      aKeyEntry(),
      anIntent({ spec_cid: specCid }),
      aResult({ spec_cid: specCid }),
      aComparison(place),
      anAttesterKey(),
      anAttestation({ comparison_index: 3 }, attestation),
    ],
  });
  const altered = attestation.slice();
  // One letter of the statement: "Two refusals" becomes "Uwo refusals".
  const at = Buffer.from(attestation).indexOf("Two refusals");
  altered[at] = (altered[at] ?? 0) + 1;
  return {
    "policy.txt": utf8(log.policyText),
    "response.tlog-proof": log.receiptOf(2),
    "response.json": aBlock(),
    "comparison.tlog-proof": log.receiptOf(3),
    "comparison.json": report,
    "attestation.tlog-proof": log.receiptOf(5),
    "attestation.json": attestation,
    "attestation-altered.json": altered,
  };
}
