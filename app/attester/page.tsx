import type { Metadata } from "next";
import { RunningNow } from "@/components/attest/running-now";
import { WaitingForReview } from "@/components/attest/waiting-for-review";
import { YourKeys } from "@/components/attest/your-keys";
import { PageBody, PageHead } from "@/components/site/page-body";
import { ButtonLink } from "@/components/ui/button";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { Viewer } from "@/schemas/snapshot";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Attester" };

/** Comparisons that are looked through for what waits. */
const LATEST = 10;
/** Jobs that are looked through for what runs: the newest ones. */
const JOBS = 50;

function NotAnAttester({ viewer }: { viewer: Viewer | null }) {
  return (
    <PageBody simulated={false}>
      <PageHead eyebrow="Attester" title="Only attesters sign reports.">
        <p className="lede">
          {viewer === null
            ? "You are not signed in. Reading comparisons and checking every proof needs no account."
            : viewer.role === "admin"
              ? "You are signed in as an admin. Who runs a portal does not vouch for what it shows."
              : `You are signed in as ${viewer.name}, a ${viewer.role}. An admin of this portal can make you an attester.`}
        </p>
      </PageHead>
      {viewer === null && (
        <ButtonLink href="/sign-in?next=/attester" tone="primary">
          Sign in
        </ButtonLink>
      )}
    </PageBody>
  );
}

export default async function AttesterPage() {
  const caller = await api();
  const viewer = await caller.session.viewer();
  if (viewer?.role !== "attester") return <NotAnAttester viewer={viewer} />;
  const [{ organisation }, { items: jobs }, latest] = await Promise.all([
    caller.accounts.mine(),
    caller.jobs.list({ cursor: null, limit: JOBS }),
    caller.comparisons.latest({ limit: LATEST }),
  ]);
  const comparisons = await Promise.all(
    latest.map(async ({ job }) => ({
      job,
      tally: (await caller.attestations.ofJob({ jobId: job.id })).tally,
    })),
  );
  return (
    <PageBody simulated={jobs.some(({ simulated }) => simulated)}>
      <PageHead eyebrow="Attester" title="What you check and sign.">
        {organisation === null ? (
          <p className="lede">You speak for no organisation yet.</p>
        ) : (
          <p className="lede">
            You speak for <UntrustedText as="span" text={organisation} language="und" />, as an
            admin of this portal entered it.
          </p>
        )}
      </PageHead>
      <div className="grid gap-6 *:min-w-0">
        <WaitingForReview organisation={organisation} comparisons={comparisons} />
        <RunningNow jobs={jobs} />
        <YourKeys account={viewer.id} organisation={organisation} />
      </div>
    </PageBody>
  );
}
