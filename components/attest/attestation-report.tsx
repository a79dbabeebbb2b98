import Link from "next/link";
import {
  KEY_COMPROMISED,
  NO_MORE_THAN,
  REASON_WORDS,
  VERDICT_WORDS,
} from "@/components/attest/attest-words";
import { CheckRows } from "@/components/attest/check-rows";
import { Card, CardHead } from "@/components/ui/card";
import { formatCount } from "@/components/ui/count";
import { Facts } from "@/components/ui/facts";
import { Hash } from "@/components/ui/hash";
import { Instant } from "@/components/ui/instant";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { AttestationView } from "@/schemas/attestation-view";
import type { KeyView } from "@/schemas/snapshot";

const entryLink = (index: number) => (
  <Link href={`/log/${index}`} className="link" prefetch={false}>
    entry {formatCount(index)}
  </Link>
);

/** Members of the report's document that the page shows, by their names in it: what the verifier compares. */
export const shownFields = (report: AttestationView): Readonly<Record<string, unknown>> => ({
  id: report.id,
  job: report.job,
  comparison: report.comparison,
  attester_key: report.key,
  organisation: report.organisation,
  verdict: report.verdict,
  reasons: report.reasons,
  statement: report.statement,
  interest: report.interest,
  checklist: report.checklist,
  signed_at: report.signedAt,
});

/** What changed about a report since it was signed: it was superseded, or its key was revoked. */
export function ReportNotes({
  report,
  successor,
}: {
  report: AttestationView;
  /** The last report of the same key about the same comparison; null: it is this one. */
  successor: AttestationView | null;
}) {
  if (!report.isSuperseded && report.keyRevokedAt === null) return null;
  return (
    <div className="mb-6 grid gap-2 rounded-lg bg-beacon-soft px-5 py-4 text-beacon">
      {report.isSuperseded && (
        <p>
          The same key signed a later report about this comparison, and that one takes its place
          {successor === null ? (
            "."
          ) : (
            <>
              :{" "}
              <Link href={`/attestations/${successor.id}`} className="link">
                the report of <Instant at={successor.signedAt} seconds={false} />
              </Link>
              .
            </>
          )}
        </p>
      )}
      {report.keyRevokedAt !== null && (
        <p>
          The key that signed it was revoked on <Instant at={report.keyRevokedAt} seconds={false} />
          .{" "}
          {report.keyRevokedAs === "compromised"
            ? `This report is ${KEY_COMPROMISED}.`
            : "What it signed before that still counts, until its organisation signs a report with a key that it still has."}
        </p>
      )}
    </div>
  );
}

/** Verdict, reasons, statement and declared interest: what the attester says. */
function Said({ report }: { report: AttestationView }) {
  return (
    <Card label="What it says">
      <CardHead title="What it says">{NO_MORE_THAN}</CardHead>
      <p className="font-serif text-xl">“{VERDICT_WORDS[report.verdict].says}”</p>
      <ul className="mt-4 grid list-disc gap-1.5 ps-5 text-sm marker:text-line-strong">
        {report.reasons.map((reason) => (
          <li key={reason}>
            <span className="font-semibold">{REASON_WORDS[reason].name}.</span>{" "}
            {REASON_WORDS[reason].says}
          </li>
        ))}
      </ul>
      <h3 className="mt-6 text-base">Statement</h3>
      {report.statement === "" ? (
        <p className="mt-1 text-muted">No statement.</p>
      ) : (
        <UntrustedText
          text={report.statement}
          language="und"
          className="mt-1 max-w-[66ch] font-serif text-[17px] leading-relaxed"
        />
      )}
      <h3 className="mt-6 text-base">Declared interest</h3>
      {report.interest === null ? (
        <p className="mt-1">Nothing ties them to a party, they say.</p>
      ) : (
        <UntrustedText text={report.interest} language="und" className="mt-1 max-w-[66ch]" />
      )}
    </Card>
  );
}

/** Who signed it, with which key, and where everything stands. */
function Signed({ report, registered }: { report: AttestationView; registered: KeyView | null }) {
  return (
    <Card label="Who signed it">
      <CardHead title="Who signed it">
        The key is what signed. For whom it speaks was written into its registration in the log, by
        an admin of this portal.
      </CardHead>
      <Facts
        rows={[
          [
            "Speaks for",
            <UntrustedText key="organisation" text={report.organisation} language="und" />,
          ],
          ["Signed", <Instant key="signed" at={report.signedAt} />],
          ["Key", <Hash key="key" label="key id" value={report.key} head={12} />],
          [
            "Registered in",
            registered === null
              ? "no published state of the log yet"
              : entryLink(registered.registrationIndex),
          ],
          [
            "Revoked in",
            registered?.revocation == null ? (
              "no entry of the log"
            ) : (
              <span key="revoked">
                {entryLink(registered.revocation.index)} ·{" "}
                <Instant at={registered.revocation.at} seconds={false} />
              </span>
            ),
          ],
          [
            "Log entry",
            report.leafIndex === null
              ? "not in the published log yet"
              : entryLink(report.leafIndex),
          ],
          [
            "Report",
            <a key="report" href={`/ipfs/${report.cid}?format=raw`} className="link code">
              {report.cid}
            </a>,
          ],
          ["Attestation", <Hash key="id" label="attestation id" value={report.id} head={12} />],
        ]}
      />
    </Card>
  );
}

/** One report, whole. */
export function AttestationReport({
  report,
  registered,
}: {
  report: AttestationView;
  /** What the published log says of the key; null: nothing yet. */
  registered: KeyView | null;
}) {
  return (
    <div className="grid gap-6 *:min-w-0">
      <Said report={report} />
      <Card label="The checklist when it was signed">
        <CardHead title="The checklist when it was signed">
          What Beacon had worked out by then, as the attester saw it. It is part of what was signed.
        </CardHead>
        <CheckRows rows={report.checklist} />
      </Card>
      <Signed report={report} registered={registered} />
    </div>
  );
}
