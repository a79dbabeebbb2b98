import Link from "next/link";
import { KEY_COMPROMISED, NO_MORE_THAN, REASON_WORDS } from "@/components/attest/attest-words";
import { AttestedBadge } from "@/components/attest/attested-badge";
import { capital, onceSentence, tallySentence } from "@/components/attest/tally-words";
import { Badge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button";
import { Card, CardHead } from "@/components/ui/card";
import { formatCount, listed } from "@/components/ui/count";
import { Instant } from "@/components/ui/instant";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { AttestationReason } from "@/schemas/attestation";
import type { AttestationTally, AttestationView } from "@/schemas/attestation-view";
import type { JobId } from "@/schemas/primitives";

const inWords = (reasons: readonly AttestationReason[]) =>
  `${listed(reasons.map((reason) => REASON_WORDS[reason].name))}.`;

const isCompromised = ({ keyRevokedAs }: AttestationView) => keyRevokedAs === "compromised";

/** Where reports are there and none counts. */
const noneCounts = (reports: readonly AttestationView[]) =>
  reports.every(isCompromised)
    ? "Nothing counts any more: the keys that signed were revoked."
    : "Nothing counts yet: what was signed is not in the published log.";

function ReportRow({ report }: { report: AttestationView }) {
  return (
    <li className="grid gap-1.5 border-t border-line py-4">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <AttestedBadge verdict={report.verdict} />
        <UntrustedText
          as="span"
          text={report.organisation}
          language="und"
          className="min-w-0 font-semibold"
        />
        {report.isSuperseded && <Badge>superseded by a later report</Badge>}
        {report.keyRevokedAt !== null && <Badge tone="bad">key revoked since</Badge>}
      </p>
      {isCompromised(report) && (
        <p className="text-sm text-bad">{`${capital(KEY_COMPROMISED)}.`}</p>
      )}
      <p className="text-sm">{inWords(report.reasons)}</p>
      <p className="flex flex-wrap items-center gap-x-4 text-[13px] text-muted">
        <Instant at={report.signedAt} seconds={false} />
        {report.leafIndex === null ? (
          <span>not in the published log yet</span>
        ) : (
          <Link
            href={`/log/${report.leafIndex}`}
            className="link inline-flex min-h-11 items-center"
            prefetch={false}
          >
            entry {formatCount(report.leafIndex)}
          </Link>
        )}
        <Link
          href={`/attestations/${report.id}`}
          className="link inline-flex min-h-11 items-center"
          prefetch={false}
        >
          Read the report
        </Link>
      </p>
    </li>
  );
}

/** Who attested a comparison: counted by organisation, and every report with the way to check it. */
export function WhoChecked({
  jobId,
  tally,
  reports,
}: {
  jobId: JobId;
  tally: AttestationTally;
  /** Oldest first. */
  reports: readonly AttestationView[];
}) {
  const counting = reports.filter((report) => report.leafIndex !== null && !isCompromised(report));
  const once = onceSentence(tally, counting.length);
  const divided = tally.organisations.filter(({ isDivided }) => isDivided);
  return (
    <Card label="Who checked this">
      <CardHead title="Who checked this" id="attestations">
        {NO_MORE_THAN}{" "}
        <Link href="/methodology#attestations" className="link" prefetch={false}>
          What an attestation is
        </Link>
      </CardHead>
      <p className="font-serif text-xl">
        {tallySentence(tally) ??
          (reports.length === 0 ? "Nobody has attested this comparison yet." : noneCounts(reports))}
      </p>
      {once !== null && <p className="mt-1 text-[13.5px] text-muted">{once}</p>}
      {divided.map(({ name }) => (
        <p key={name} className="mt-1 text-[13.5px] text-beacon">
          <UntrustedText as="span" text={name} language="und" className="font-semibold" /> is
          divided: its keys disagree, so it counts as leaving the comparison open.
        </p>
      ))}
      {reports.length > 0 && (
        <ul aria-label="Reports" className="mt-4">
          {reports.toReversed().map((report) => (
            <ReportRow key={report.id} report={report} />
          ))}
        </ul>
      )}
      <div className="no-print mt-4">
        <ButtonLink href={`/jobs/${jobId}/review`} prefetch={false}>
          Review and sign
        </ButtonLink>
      </div>
    </Card>
  );
}
