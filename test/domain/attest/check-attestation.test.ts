import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { AttestationReport } from "@/schemas/attestation";
import { AttestationEntry } from "@/schemas/log-entry";
import { DsseEnvelope } from "@/schemas/receipt";
import { type CheckedAgainst, checkAttestation } from "@/server/domain/attest/check-attestation";
import { draftAttestation, type SealedAttestation } from "@/server/domain/attest/draft-attestation";
import { equalBytes, fromUtf8, utf8 } from "@/server/domain/bytes";
import { canonicalBytes, cidOf } from "@/server/domain/digest";
import { isBeaconError } from "@/server/domain/errors";
import { statementBytes } from "@/server/domain/log/receipt";
import { type Ed25519Verifier, ed25519Verifier } from "@/server/domain/signature";
import {
  anInput,
  aSealedAttestation,
  aSubject,
  attester,
  SIGNED_AT,
} from "@/test/domain/attest/an-attestation";
import { aSigner } from "@/test/domain/log/a-signer";

let verifier: Ed25519Verifier;
beforeAll(async () => {
  verifier = await ed25519Verifier();
});

const against = (changes: Partial<CheckedAgainst> = {}): CheckedAgainst => ({
  subject: aSubject(),
  publicKey: attester.publicKey,
  organisation: "Zürich Press Watch",
  now: SIGNED_AT,
  ...changes,
});

const codeOf = (given: SealedAttestation, changes: Partial<CheckedAgainst> = {}) =>
  checkAttestation(given, against(changes), verifier).then(
    () => "OK",
    (error: unknown) => (isBeaconError(error) ? error.code : String(error)),
  );

describe("a draft", () => {
  const draft = draftAttestation(anInput());

  it("has the forms that are published", () => {
    expect(AttestationReport.parse(draft.report)).toEqual(draft.report);
    expect(AttestationEntry.parse(draft.entry)).toEqual(draft.entry);
    expect(DsseEnvelope.parse(aSealedAttestation().dsse)).toEqual(aSealedAttestation().dsse);
  });

  it("names its block, and has its reasons in their order, none twice", () => {
    expect(draft.entry.cid).toBe(cidOf(draft.reportBytes));
    expect(equalBytes(canonicalBytes(draft.report), draft.reportBytes)).toBe(true);
    expect(draft.report.reasons).toEqual(["answers-misclassified", "country-doubtful"]);
    const doubled = anInput({ reasons: ["country-doubtful", "country-doubtful"] });
    expect(draftAttestation(doubled).report.reasons).toEqual(["country-doubtful"]);
  });

  it("is signed for one log: what is signed names it", () => {
    expect(fromUtf8(draft.toSign)).toMatch(/^DSSEv1 28 application\/vnd\.in-toto\+json \d+ \{/);
    expect(equalBytes(draft.statement, statementBytes(draft.entry, aSubject().log))).toBe(true);
    const other = draftAttestation(
      anInput({ subject: aSubject({ log: "beacon.local/ffffffff" }) }),
    );
    expect(equalBytes(other.toSign, draft.toSign)).toBe(false);
  });
});

describe("an attestation that is handed in", () => {
  it("is taken as it was drafted and signed, and answers with the report's block", async () => {
    const block = await checkAttestation(aSealedAttestation(), against(), verifier);
    expect(cidOf(block)).toBe(aSealedAttestation().entry.cid);
  });

  it("is refused when its reasons are not of its verdict, not in order, or its checklist doubles", async () => {
    const { report, ...rest } = aSealedAttestation();
    const checklist = [...report.checklist, ...report.checklist];
    expect(await codeOf(aSealedAttestation({ verdict: "confirm" }))).toBe("ATTESTATION_MALFORMED");
    for (const changes of [
      { reasons: report.reasons.toReversed() },
      { reasons: [...report.reasons, ...report.reasons] },
      { checklist },
      { statement: "\ud800" },
    ])
      expect(await codeOf({ ...rest, report: { ...report, ...changes } })).toBe(
        "ATTESTATION_MALFORMED",
      );
  });

  it.each(["fails", "not-applicable"] as const)(
    "is refused when it confirms although the receipt's check %s, and taken when it contests",
    async (outcome) => {
      const checklist = [{ check: "receipt-verifies", outcome, reason: "It was tried." }] as const;
      const confirmed = { verdict: "confirm", reasons: ["answers-read"], checklist } as const;
      expect(await codeOf(aSealedAttestation(confirmed))).toBe("ATTESTATION_MALFORMED");
      expect(await codeOf(aSealedAttestation({ checklist }))).toBe("OK");
    },
  );

  it("is refused when it is longer than the verifiers read", async () => {
    const row = { check: "blocks-held", outcome: "holds", reason: "x".repeat(66_000) } as const;
    expect(await codeOf(aSealedAttestation({ checklist: [row] }))).toBe("ATTESTATION_MALFORMED");
  });

  it.each([
    ["another log", { log: "beacon.local/ffffffff" }],
    ["another announcement", { intent: 2 }],
    ["another place", { comparisonIndex: 6 }],
    ["other bytes", { comparisonCid: cidOf(utf8("other")) }],
    ["another network", { simulated: false }],
  ])("is refused when the comparison has %s", async (_, changes) => {
    expect(await codeOf(aSealedAttestation({ subject: aSubject(changes) }))).toBe(
      "ATTESTATION_FOREIGN",
    );
  });

  it("is refused when it names another organisation than its key is registered for", async () => {
    expect(await codeOf(aSealedAttestation({ organisation: "zürich press watch" }))).toBe(
      "ATTESTATION_FOREIGN",
    );
  });

  it("is refused when its entry says something else than its report", async () => {
    const sealed = aSealedAttestation();
    for (const changes of [{ verdict: "confirm" as const }, { size_bytes: 1 }])
      expect(await codeOf({ ...sealed, entry: { ...sealed.entry, ...changes } })).toBe(
        "ATTESTATION_MALFORMED",
      );
  });

  it("is refused when another key signed it, or nothing of it", async () => {
    expect(await codeOf(aSealedAttestation({}, aSigner(9)))).toBe("ATTESTATION_SIGNATURE_INVALID");
    const { dsse } = aSealedAttestation({ statement: "Something else." });
    expect(await codeOf({ ...aSealedAttestation(), dsse })).toBe("ATTESTATION_SIGNATURE_INVALID");
    expect(await codeOf(aSealedAttestation(), { publicKey: aSigner(9).publicKey })).toBe(
      "ATTESTATION_SIGNATURE_INVALID",
    );
  });

  it.each([
    [-600_000, "OK"],
    [600_000, "OK"],
    [-600_001, "ATTESTATION_STALE"],
    [600_001, "ATTESTATION_STALE"],
  ])("that was signed %d ms from now: %s", async (ms, code) => {
    const now = new Date(SIGNED_AT.getTime() - ms);
    expect(await codeOf(aSealedAttestation(), { now })).toBe(code);
  });

  it("is refused with any one byte of its report, its entry or its signature flipped", async () => {
    const sealed = aSealedAttestation();
    const parts = Object.entries(sealed) as [keyof SealedAttestation, object][];
    const flipped = parts.flatMap(([part, value]) => {
      const bytes = canonicalBytes(value as never);
      return Array.from(bytes, (_, at) => ({ part, bytes, at }));
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...flipped),
        fc.constantFrom(1, 2, 4, 8, 16, 32),
        async ({ part, bytes, at }, bit) => {
          const text = fromUtf8(bytes.map((byte, i) => (i === at ? byte ^ bit : byte)));
          const changed = { ...sealed, [part]: parsed(text) };
          const door = {
            report: AttestationReport.safeParse(changed.report),
            entry: AttestationEntry.safeParse(changed.entry),
            dsse: DsseEnvelope.safeParse(changed.dsse),
          };
          if (!door.report.success || !door.entry.success || !door.dsse.success) return;
          const given = { report: door.report.data, entry: door.entry.data, dsse: door.dsse.data };
          expect(await codeOf(given)).toMatch(/^ATTESTATION_/);
        },
      ),
      { numRuns: 1_500 },
    );
  });
});

const parsed = (text: string | null): unknown => {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return null;
  }
};
