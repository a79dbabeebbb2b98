import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { AttestationId } from "@/schemas/primitives";
import { draftAttestation, sealAttestation } from "@/server/domain/attest/draft-attestation";
import { enrolmentMessage } from "@/server/domain/attest/enrolment-message";
import { base64 } from "@/server/domain/bytes";
import { aSigner } from "@/test/domain/log/a-signer";
import type { PageFacts } from "@/test/support/pages";
import { demonstration, portal } from "@/test/support/portal";
import { anAccount } from "@/test/support/sign-in";

const ORGANISATION = "The Example Observatory of Answers and Refusals";
const POLL_MS = 250;
const ATTEMPTS = 120;

/** Asks again until there is something to answer. */
async function until<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const answer = await ask();
    if (answer !== null) return answer;
    await sleep(POLL_MS);
  }
  throw new Error(`${what} did not come within ${(ATTEMPTS * POLL_MS) / 1_000} s`);
}

/** An attester's signed report about a job's comparison, with a key that was enrolled for it. */
export async function anAttestationOf(
  jobId: PageFacts["jobId"],
  email: string,
): Promise<AttestationId> {
  const { attestations, log } = portal.client();
  const signer = aSigner(randomUUID().replaceAll("-", "").repeat(2));
  const asked = await attestations.challengeFor.mutate({ email });
  const { publicKey } = signer;
  const proof = signer.sign(enrolmentMessage({ ...asked, publicKey }));
  await attestations.enrolFor.mutate({
    email,
    publicKey: base64(publicKey),
    label: "A key of a test",
    challenge: asked.challenge,
    proof: base64(proof),
  });
  await until("the key's registration", async () => {
    const keys = await log.keys.query();
    return keys.find(({ key }) => key === signer.keyId) ?? null;
  });
  const { subject, checks } = await attestations.review.query({ jobId });
  const draft = draftAttestation({
    subject,
    key: signer.keyId,
    organisation: ORGANISATION,
    verdict: "inconclusive",
    reasons: ["too-few-repeats"],
    statement: "Three repeats a cell are too few. ثلاث مرات لا تكفي.",
    interest: null,
    checklist: checks,
    at: new Date(),
    random16: crypto.getRandomValues(new Uint8Array(16)),
  });
  const { id } = await attestations.file.mutate(sealAttestation(draft, signer.sign(draft.toSign)));
  await until("the attestation's entry", async () => {
    const { leafIndex } = await attestations.byId.query({ id });
    return leafIndex;
  });
  return id;
}

/** One thing of every kind that has a page, and an account of every role. */
export async function pageFacts(): Promise<PageFacts> {
  const job = await demonstration();
  const task = job.tasks.find(({ state }) => state === "answered");
  if (task === undefined || task.leafIndex === null) throw new Error("nothing was answered");
  const accounts = {
    reader: await anAccount("reader"),
    attester: await anAccount("attester", ORGANISATION),
    admin: portal.admin(),
  };
  const { link } = await portal.client().invitations.create.mutate({
    email: `invited-${randomUUID()}@example.org`,
    name: "An invited person",
    role: "attester",
    organisation: ORGANISATION,
    validDays: 7,
  });
  return {
    jobId: job.id,
    taskId: task.id,
    leafIndex: task.leafIndex,
    attestationId: await anAttestationOf(job.id, accounts.attester.email),
    invitation: link.split("/").at(-1) ?? "",
    accounts,
  };
}
