import { z } from "zod";
import { EmailAddress } from "@/schemas/account";
import { AttestationReport, KeyLabel } from "@/schemas/attestation";
import { AttestationEntry } from "@/schemas/log-entry";
import { AttestationId, JobId, KeyId, type UserId } from "@/schemas/primitives";
import { DsseEnvelope } from "@/schemas/receipt";
import { measureFiling } from "@/server/api/measure-filing";
import { createRecent } from "@/server/api/recent";
import {
  adminProcedure,
  attesterProcedure,
  publicProcedure,
  type RequestContext,
  router,
} from "@/server/api/trpc";
import { noSuchAccount } from "@/server/domain/account/account-refusal";
import type { Recomputation } from "@/server/domain/attest/review-checks";
import { bytesOf } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { createTurnstile } from "@/server/domain/turnstile";
import { enrolKey } from "@/server/services/enrol-key";
import { fileAttestation } from "@/server/services/file-attestation";
import { recomputeComparison } from "@/server/services/recompute-comparison";
import { reviewComparison } from "@/server/services/review-comparison";
import { revokeOwnKey } from "@/server/services/revoke-attester-keys";
import { showAttestation, showAttestations } from "@/server/services/show-attestations";
import { showAttesterKeys } from "@/server/services/show-attester-keys";
import { showBlocks } from "@/server/services/show-blocks";

/** Comparisons that were computed again just now: a large one takes seconds, and anybody may ask. */
const recomputed = createRecent<Recomputation>(100, 10 * 60_000);

/** One comparison is computed again at a time: it takes the portal's one thread. */
const passOneByOne = createTurnstile(
  1,
  20,
  () =>
    new BeaconError(
      "PORTAL_BUSY",
      "Many comparisons are being computed again at this moment. Try again in a minute.",
    ),
);

/** A key with the proof that whoever enrols it holds it. */
const enrolment = {
  /** Raw 32-byte public key, base64. */
  publicKey: z.base64().length(44),
  label: KeyLabel,
  challenge: z.string().min(1).max(100),
  /** The new key's signature of `enrolmentMessage`, base64. */
  proof: z.base64().length(88),
};
const bytesIn = <T extends { readonly publicKey: string; readonly proof: string }>(input: T) => ({
  ...input,
  publicKey: bytesOf(input.publicKey),
  proof: bytesOf(input.proof),
});

/** What an enrolment has to sign besides the key. */
const challengeFor = ({ challenges, origin }: RequestContext, account: UserId) => ({
  challenge: challenges.make("enrol"),
  account,
  origin,
});

export const attestationsRouter = router({
  /** A published comparison with the checklist that its reviewer starts from. */
  review: publicProcedure.input(z.strictObject({ jobId: JobId })).query(({ ctx, input }) =>
    reviewComparison(
      {
        ...ctx,
        recompute: (job, comparison) =>
          recomputed.of(`${ctx.origin} ${job.id}`, ctx.now(), () =>
            passOneByOne(() => recomputeComparison(ctx, job, comparison)),
          ),
        showBlocks: (jobId) => showBlocks(ctx, jobId),
      },
      input.jobId,
    ),
  ),

  /** What attesters say of a job's comparison, and how many organisations say what. */
  ofJob: publicProcedure
    .input(z.strictObject({ jobId: JobId }))
    .query(({ ctx, input }) => showAttestations(ctx, input.jobId)),

  byId: publicProcedure
    .input(z.strictObject({ id: AttestationId }))
    .query(({ ctx, input }) => showAttestation(ctx, input.id)),

  /** Files a signed report. The signature is the credential, so nobody has to be signed in. */
  file: publicProcedure
    .input(
      z.strictObject({ report: AttestationReport, entry: AttestationEntry, dsse: DsseEnvelope }),
    )
    .mutation(({ ctx, input }) => measureFiling(ctx.metrics, fileAttestation(ctx, input))),

  /** What has to be signed, once, by a key that is to be enrolled. */
  challenge: attesterProcedure.mutation(({ ctx }) => challengeFor(ctx, ctx.actor.id as UserId)),

  enrol: attesterProcedure
    .input(z.strictObject(enrolment))
    .mutation(({ ctx, input }) => enrolKey(ctx, ctx.actor.id as UserId, bytesIn(input))),

  /** Newest first. */
  myKeys: attesterProcedure.query(({ ctx }) => showAttesterKeys(ctx, ctx.actor.id)),

  /** False: it was revoked before. */
  revokeMyKey: attesterProcedure
    .input(z.strictObject({ key: KeyId, reason: z.enum(["superseded", "compromised", "retired"]) }))
    .mutation(async ({ ctx, input }) => ({ isNew: await revokeOwnKey(ctx, ctx.actor.id, input) })),

  /** The same as `challenge`, for somebody whose key lies in a file. */
  challengeFor: adminProcedure
    .input(z.strictObject({ email: EmailAddress }))
    .mutation(async ({ ctx, input }) => challengeFor(ctx, await accountOf(ctx, input.email))),

  enrolFor: adminProcedure
    .input(z.strictObject({ email: EmailAddress, ...enrolment }))
    .mutation(async ({ ctx, input: { email, ...input } }) =>
      enrolKey(ctx, await accountOf(ctx, email), bytesIn(input)),
    ),
});

async function accountOf({ accounts }: RequestContext, email: string): Promise<UserId> {
  const account = await accounts.byEmail(email);
  if (account === null) throw noSuchAccount();
  return account.id;
}
