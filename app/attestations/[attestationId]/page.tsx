import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { cache } from "react";
import {
  AttestationReport,
  ReportNotes,
  shownFields,
} from "@/components/attest/attestation-report";
import { AttestedBadge } from "@/components/attest/attested-badge";
import { orNotFound } from "@/components/site/or-not-found";
import { PageBody, PageHead } from "@/components/site/page-body";
import { formatCount } from "@/components/ui/count";
import { Empty } from "@/components/ui/states";
import { UntrustedText } from "@/components/ui/untrusted-text";
import { localWitnessesOf } from "@/components/verify/local-witnesses";
import { VerifyPanel } from "@/components/verify/verify-panel";
import { AttestationId } from "@/schemas/primitives";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";

type Props = { params: Promise<{ attestationId: string }> };

/** One snapshot a request: title and page are of the same moment. */
const snapshotOf = cache(async (id: AttestationId) =>
  orNotFound((await api()).attestations.byId({ id })),
);

async function reportOf(params: Props["params"]) {
  const id = AttestationId.safeParse((await params).attestationId);
  if (!id.success) notFound();
  return snapshotOf(id.data);
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { organisation, jobTitle } = await reportOf(params);
  return { title: `${organisation} on ${jobTitle}` };
}

export default async function AttestationPage({ params }: Props) {
  const report = await reportOf(params);
  const caller = await api();
  const [head, keys, { reports }] = await Promise.all([
    caller.log.head(),
    caller.log.keys(),
    caller.attestations.ofJob({ jobId: report.job }),
  ]);
  const last = reports.findLast(({ key }) => key === report.key);
  const isPublished = report.leafIndex !== null && report.leafIndex < head.size;
  return (
    <PageBody simulated={report.isSimulated}>
      <PageHead
        eyebrow={
          <>
            Attestation ·{" "}
            {report.leafIndex === null ? (
              "not in the log yet"
            ) : (
              <Link href={`/log/${report.leafIndex}`} className="link">
                log entry {formatCount(report.leafIndex)}
              </Link>
            )}
          </>
        }
        title={<UntrustedText as="span" text={report.organisation} language="und" />}
      >
        <p className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <AttestedBadge verdict={report.verdict} />
          <Link href={`/jobs/${report.job}`} className="link">
            <UntrustedText as="span" text={report.jobTitle} language="und" />
          </Link>
        </p>
      </PageHead>
      <ReportNotes
        report={report}
        successor={last === undefined || last.id === report.id ? null : last}
      />
      <div className="grid items-start gap-6 *:min-w-0 lg:grid-cols-[1.15fr_1fr] lg:grid-rows-[auto_1fr]">
        <aside className="lg:sticky lg:top-6 lg:col-start-2 lg:row-span-2 lg:row-start-1">
          {isPublished && report.leafIndex !== null ? (
            <VerifyPanel
              expected={{
                leafIndex: report.leafIndex,
                taskId: null,
                text: null,
                fields: shownFields(report),
              }}
              simulated={report.isSimulated}
              localWitnesses={localWitnessesOf(head)}
            />
          ) : (
            <Empty title="There is nothing to verify yet.">
              This report has no entry in a published state of the log. As soon as it has, its proof
              is here.
            </Empty>
          )}
        </aside>
        <AttestationReport
          report={report}
          registered={keys.find(({ key }) => key === report.key) ?? null}
        />
      </div>
    </PageBody>
  );
}
