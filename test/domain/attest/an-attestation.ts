import type { ReviewSubject } from "@/schemas/attestation-view";
import type { Cid } from "@/schemas/primitives";
import {
  type AttestationInput,
  draftAttestation,
  type SealedAttestation,
  sealAttestation,
} from "@/server/domain/attest/draft-attestation";
import { base64, utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { comparisonIdOf, jobIdFrom } from "@/server/domain/identity";
import { aSigner } from "@/test/domain/log/a-signer";

/** The time of every report here. */
export const SIGNED_AT = new Date("2026-11-22T12:00:00.000Z");
/** Who signs it. */
export const attester = aSigner(0x30);

const job = jobIdFrom(new Uint8Array(16).fill(3));

/** A comparison as it may stand in a log. */
export const aSubject = (changes: Partial<ReviewSubject> = {}): ReviewSubject => ({
  log: "beacon.local/00000001",
  job,
  intent: 1,
  simulated: true,
  comparison: comparisonIdOf(job),
  comparisonCid: cidOf(utf8("the comparison")) as Cid,
  comparisonIndex: 5,
  ...changes,
});

/** What an attester says of it. */
export const anInput = (changes: Partial<AttestationInput> = {}): AttestationInput => ({
  subject: aSubject(),
  key: attester.keyId,
  organisation: "Zürich Press Watch",
  verdict: "contest",
  reasons: ["country-doubtful", "answers-misclassified"],
  statement: "Two refusals are counted as answers — see «museum».",
  interest: null,
  checklist: [{ check: "receipt-verifies", outcome: "holds", reason: "All checks hold." }],
  at: SIGNED_AT,
  random16: new Uint8Array(16).fill(6),
  ...changes,
});

/** The same, signed. */
export function aSealedAttestation(
  changes: Partial<AttestationInput> = {},
  signer: Pick<typeof attester, "sign"> = attester,
): SealedAttestation {
  const draft = draftAttestation(anInput(changes));
  return sealAttestation(draft, signer.sign(draft.toSign));
}

/** What comes with a key that is to be enrolled, in the form that the portal takes. */
export const anEnrolment = () => ({
  publicKey: base64(attester.publicKey),
  label: "Laptop",
  challenge: "a challenge",
  proof: base64(new Uint8Array(64)),
});
