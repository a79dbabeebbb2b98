import Link from "next/link";
import { tallySentence } from "@/components/attest/tally-words";
import { ButtonLink } from "@/components/ui/button";
import { Card, CardHead } from "@/components/ui/card";
import { counted } from "@/components/ui/count";
import { Instant } from "@/components/ui/instant";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { AttestationTally } from "@/schemas/attestation-view";
import type { JobSummary } from "@/schemas/snapshot";
import { isSameOrganisation } from "@/server/domain/attest/count-attestations";

/** A comparison, and who has attested it. */
export type Reviewable = {
  readonly job: Pick<JobSummary, "id" | "title" | "simulated" | "comparedAt">;
  readonly tally: AttestationTally;
};

/** What `organisation` has not attested; null: nobody is known to speak for anything, so all of it. */
export const waitingFor = (
  organisation: string | null,
  comparisons: readonly Reviewable[],
): readonly Reviewable[] =>
  organisation === null
    ? comparisons
    : comparisons.filter(({ tally }) =>
        tally.organisations.every(({ name }) => !isSameOrganisation(name, organisation)),
      );

/** The latest comparisons that this attester's organisation has not attested. */
export function WaitingForReview({
  organisation,
  comparisons,
}: {
  organisation: string | null;
  /** The latest ones, newest first. */
  comparisons: readonly Reviewable[];
}) {
  const waiting = waitingFor(organisation, comparisons);
  return (
    <Card label="Waiting for your review">
      <CardHead title="Waiting for your review">
        {organisation === null
          ? "The latest comparisons. You speak for no organisation yet, so all of them are here."
          : "Those of the latest comparisons that your organisation has not attested."}{" "}
        Looked at: {counted(comparisons.length, "comparison")}.
      </CardHead>
      {waiting.length === 0 ? (
        <p className="text-muted">
          {comparisons.length === 0
            ? "Nothing has been compared yet."
            : "Your organisation has attested all of them."}
        </p>
      ) : (
        <ul>
          {waiting.map(({ job, tally }) => (
            <li
              key={job.id}
              className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-t border-line py-4"
            >
              <div className="min-w-0 max-w-[60ch]">
                <Link href={`/jobs/${job.id}`} className="link font-semibold" prefetch={false}>
                  <UntrustedText as="span" text={job.title} language="und" />
                </Link>
                <p className="text-[13px] text-muted">
                  {job.comparedAt !== null && <Instant at={job.comparedAt} seconds={false} />}
                  {job.simulated && <span className="text-beacon"> · simulated</span>} ·{" "}
                  {tallySentence(tally) ?? "Nobody has attested it yet."}
                </p>
              </div>
              <ButtonLink
                href={`/jobs/${job.id}/review`}
                prefetch={false}
                aria-label={`Review: ${job.title}`}
              >
                Review
              </ButtonLink>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
