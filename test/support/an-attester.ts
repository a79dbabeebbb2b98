import { randomBytes } from "node:crypto";
import type { AttesterKeyView } from "@/schemas/attestation-view";
import type { JobId, UserId } from "@/schemas/primitives";
import type { Signer } from "@/server/adapters/keys/key-store";
import type { Context } from "@/server/context";
import {
  type AttestationInput,
  draftAttestation,
  type SealedAttestation,
  sealAttestation,
} from "@/server/domain/attest/draft-attestation";
import { enrolmentMessage } from "@/server/domain/attest/enrolment-message";
import { userIdFrom } from "@/server/domain/identity";
import { type EnrolmentRequest, enrolKey } from "@/server/services/enrol-key";
import { anInput } from "@/test/domain/attest/an-attestation";
import { aSigner } from "@/test/domain/log/a-signer";
import { writeAll } from "@/test/support/builders";

/** Somebody who attests, with a key of their own. */
export type Attester = {
  readonly account: UserId;
  readonly email: string;
  readonly organisation: string;
  readonly signer: Signer;
};

/** A signer whose key nobody else has. */
export const aNewSigner = () => aSigner(randomBytes(32).toString("hex"));

/** An attester with an account and a key that is enrolled nowhere yet. */
export async function anAttester(
  { accounts, now }: Pick<Context, "accounts" | "now">,
  organisation = "Zürich Press Watch",
): Promise<Attester> {
  const account = userIdFrom(randomBytes(16));
  const email = `${account}@example.org`;
  await accounts.create({
    id: account,
    email,
    name: "Ada",
    role: "attester",
    organisation,
    passwordHash: null,
    createdAt: now(),
  });
  return { account, email, organisation, signer: aNewSigner() };
}

/** What the attester brings to enrol the key, with a challenge of this installation. */
export function enrolmentOf(
  { challenges, origin }: Pick<Context, "challenges" | "origin">,
  { account, signer }: Attester,
  changes: Partial<EnrolmentRequest> = {},
): EnrolmentRequest {
  const { publicKey } = signer;
  const challenge = changes.challenge ?? challenges.make("enrol");
  const proof = signer.sign(enrolmentMessage({ origin, account, publicKey, challenge }));
  return { publicKey, label: "Laptop", challenge, proof, ...changes };
}

/** An attester whose key the published log has registered. */
export async function anEnrolledAttester(
  context: Context,
  organisation?: string,
): Promise<Attester & { readonly key: AttesterKeyView }> {
  const attester = await anAttester(context, organisation);
  const key = await enrolKey(context, attester.account, enrolmentOf(context, attester));
  await writeAll(context);
  return { ...attester, key };
}

/** What the attester says of a job's comparison, signed. */
export async function signedBy(
  { organisation, signer }: Pick<Attester, "organisation" | "signer">,
  context: Context,
  jobId: JobId,
  changes: Partial<AttestationInput> = {},
): Promise<SealedAttestation> {
  const job = await context.jobs.byId(jobId);
  const comparison = await context.comparisons.byJob(jobId);
  if (job === null || comparison === null) throw new Error("the job has no comparison");
  const subject = {
    log: context.origin,
    job: jobId,
    intent: job.intentIndex ?? -1,
    simulated: job.simulated,
    comparison: comparison.document.id,
    comparisonCid: comparison.cid,
    comparisonIndex: job.comparisonIndex ?? -1,
  };
  const draft = draftAttestation(
    anInput({
      subject,
      key: signer.keyId,
      organisation,
      at: context.now(),
      random16: randomBytes(16),
      ...changes,
    }),
  );
  return sealAttestation(draft, signer.sign(draft.toSign));
}
