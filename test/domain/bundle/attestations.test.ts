import { describe, expect, it } from "vitest";
import { verifyBundle } from "@/server/domain/bundle/verify-bundle";
import {
  aBundle,
  attested,
  attestedEntries,
  filesOf,
  jobEntries,
  resealed,
} from "@/test/domain/bundle/a-bundle";
import { anAttestation, anAttesterKey, aRevocation } from "@/test/domain/verify/a-log";

const { attestation } = anAttestation();
const REPORT = `attestations/${attestation}.json`;
const RECEIPT = `receipts/${attestation}.tlog-proof`;

async function judged(
  entries = attestedEntries(),
  change: (files: Map<string, Uint8Array>) => Map<string, Uint8Array> = (files) => files,
) {
  const { bundle, log } = aBundle({ entries });
  return verifyBundle({ files: change(await filesOf(bundle)), policy: log.policy });
}
const sentences = (report: Awaited<ReturnType<typeof judged>>, file: string) =>
  report.problems.filter((one) => one.file === file).map(({ sentence }) => sentence);

describe("a bundle with an attestation", () => {
  it("is sound, with the report beside its receipt, and claims no more than that it is here", async () => {
    const report = await judged();
    expect([report.verdict, report.problems]).toEqual(["sound", []]);
    const receipt = report.receipts.find(({ file }) => file === RECEIPT);
    expect(receipt?.report.checks.find(({ name }) => name === "bytes-match-cid")?.outcome).toBe(
      "holds",
    );
    expect(report.notes).toContain(
      "Attestations of the report in the bundle: 1. The log may hold others.",
    );
  });

  it("says so when there is none", async () => {
    expect((await judged(jobEntries())).notes).toContain(
      "No attestation of the report is in the bundle. The log may hold some.",
    );
  });

  it("is unsound when the report says something else than its entry", async () => {
    const changed = new TextEncoder().encode(
      new TextDecoder().decode(attested).replace('"contest"', '"confirm"'),
    );
    const report = await judged(undefined, (files) => resealed(files, { [REPORT]: changed }));
    expect(report.verdict).toBe("unsound");
    expect(sentences(report, RECEIPT)).toContain(
      "The report says something else than the log entry says of it.",
    );
  });

  it("is unsound when the report is left out, or stands there and nobody names it", async () => {
    const without = await judged(undefined, (files) => resealed(files, { [REPORT]: null }));
    expect(without.verdict).toBe("unsound");
    expect(sentences(without, RECEIPT)).not.toEqual([]);
    const stray = "attestations/att-aaaaaaaaaaaaaaaaaaaaaaaaaa.json";
    const more = await judged(undefined, (files) => resealed(files, { [stray]: attested }));
    expect(sentences(more, stray)).toEqual(["The manifest does not name it."]);
  });

  it("is unsound when the attestation is of another report", async () => {
    for (const changes of [
      { comparison_index: 5 },
      { comparison: "cmp-aaaaaaaaaaaaaaaaaaaaaaaaaa" },
    ]) {
      const report = await judged(attestedEntries(changes as never));
      expect(report.verdict).toBe("unsound");
    }
    const { bundle, log } = aBundle({ entries: attestedEntries({ comparison_index: 5 }) });
    // Without the report beside it nothing speaks against the receipt alone.
    const files = resealed(await filesOf(bundle), { [REPORT]: null });
    const report = await verifyBundle({ files, policy: log.policy });
    expect(sentences(report, RECEIPT)).toContain(
      "The report that it attests is not the one in this bundle.",
    );
  });

  it("is unsound when the key was taken back before it signed, as the log says elsewhere", async () => {
    const [attesterKey, last] = attestedEntries().slice(-2);
    if (attesterKey === undefined || last === undefined)
      throw new Error("a key and an attestation");
    const revocation = aRevocation({ key: anAttesterKey().key, registration: 8 });
    const entries = [...jobEntries(), attesterKey, revocation, last];
    const report = await judged(entries);
    expect(report.verdict).toBe("unsound");
    expect(report.problems.map(({ code }) => code)).toContain("KEY_REVOKED");
  });
});
