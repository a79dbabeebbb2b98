import { randomBytes } from "node:crypto";
import { AttestationReason, AttestationReport, AttestationVerdict } from "@/schemas/attestation";
import type { Signer } from "@/server/adapters/keys/key-store";
import type { Reviewed } from "@/server/cli/attest-review";
import type { CommandIo } from "@/server/cli/command";
import type { PortalClient } from "@/server/cli/portal-client";
import { draftAttestation, sealAttestation } from "@/server/domain/attest/draft-attestation";
import { inOrder, isReasoned, REASONS_OF } from "@/server/domain/attest/reasons";
import { BeaconError } from "@/server/domain/errors";

/** What the attester says, as typed. */
export type Said = {
  readonly verdict?: string;
  readonly reason?: readonly string[];
  readonly statement?: string;
  readonly interest?: string;
};

export type SignDeps = {
  readonly client: PortalClient;
  readonly key: Signer;
  readonly said: Said;
  /** Fetches and verifies the comparison. */
  readonly reviewed: () => Promise<Reviewed>;
  readonly io: CommandIo;
};

/**
 * Signs what was found of a comparison, and files it. The comparison's receipt is verified first, here: one
 * that is not sound is not confirmed.
 *
 * @returns 0 filed; 1 not signed, because the receipt is not sound; null for a verdict or reasons that
 *   there are not.
 * @throws BeaconError KEY_NOT_FOUND, KEY_NOT_READY, KEY_REVOKED, ATTESTATION_MALFORMED
 */
export async function signReport(deps: SignDeps): Promise<0 | 1 | null> {
  const { client, key, said, io } = deps;
  const verdict = AttestationVerdict.safeParse(said.verdict);
  const reasons = AttestationReason.array().safeParse(said.reason ?? []);
  if (!verdict.success || !reasons.success) return null;
  if (!isReasoned(verdict.data, inOrder(reasons.data))) {
    io.err(`Reasons to ${verdict.data}: ${REASONS_OF[verdict.data].join(", ")}.`);
    return null;
  }
  const organisation = await organisationOf(client, key);
  const { view, checklist, isSound } = await deps.reviewed();
  if (verdict.data === "confirm" && !isSound) {
    io.err(`Not signed: ${checklist[0]?.reason ?? "the receipt is not sound."}`);
    return 1;
  }
  const draft = draftAttestation({
    subject: view.subject,
    key: key.keyId,
    organisation,
    verdict: verdict.data,
    reasons: reasons.data,
    statement: said.statement ?? "",
    interest: said.interest ?? null,
    checklist,
    at: new Date(),
    random16: randomBytes(16),
  });
  if (!AttestationReport.safeParse(draft.report).success)
    throw new BeaconError(
      "ATTESTATION_MALFORMED",
      "A statement has at most 2,000 characters, what ties you to a party 1 to 500.",
    );
  const { id } = await client.attestations.file.mutate(
    sealAttestation(draft, key.sign(draft.toSign)),
  );
  io.out(`${id} is signed and filed: ${verdict.data}, for ${organisation}.`);
  io.out("It counts when a published checkpoint of the log includes it.");
  return 0;
}

/** For whom the log registered the key. */
async function organisationOf(client: PortalClient, { keyId }: Signer): Promise<string> {
  const known = (await client.log.keys.query()).find(({ key }) => key === keyId);
  if (known === undefined)
    throw new BeaconError(
      "KEY_NOT_READY",
      `The published log has not registered ${keyId}: enrol it first, or wait for the next checkpoint.`,
    );
  if (known.revocation !== null)
    throw new BeaconError(
      "KEY_REVOKED",
      `${keyId} was revoked as entry ${known.revocation.index}.`,
    );
  if (known.organisation === null)
    throw new BeaconError("KEY_NOT_FOUND", `${keyId} is registered, and not for an attester.`);
  return known.organisation;
}
