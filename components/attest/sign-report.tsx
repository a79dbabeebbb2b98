import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { FiledReport } from "@/components/attest/filed-report";
import type { BrowserKey } from "@/components/attest/key-vault";
import {
  answersOf,
  type DraftMemory,
  type DraftProblem,
  EMPTY_DRAFT,
  keepDraft,
  problemsOf,
  type ReviewDraft,
  recallDraft,
} from "@/components/attest/review-draft";
import { ReviewForm } from "@/components/attest/review-form";
import { SigningPreview } from "@/components/attest/signing-preview";
import { useApi, useApiClient } from "@/components/trpc-provider";
import type { ReviewCheck } from "@/schemas/attestation";
import type { AttestationView, AttesterKeyView, ReviewSubject } from "@/schemas/attestation-view";
import { countAttestations } from "@/server/domain/attest/count-attestations";
import {
  type AttestationDraft,
  draftAttestation,
  sealAttestation,
} from "@/server/domain/attest/draft-attestation";

/** The count with `draft` in it. Reports come oldest first, as the log has them. */
const tallyWith = (reports: readonly AttestationView[], { report }: AttestationDraft) =>
  countAttestations([
    ...reports.map(({ key, organisation, verdict }) => ({
      attester_key: key,
      organisation,
      verdict,
    })),
    report,
  ]);

const STILL_CHECKING: DraftProblem = {
  field: "checklist",
  sentence: "The comparison’s receipt is still being checked in this browser. Wait a moment.",
};

/**
 * The form, the preview of exactly what it makes, and what came of filing it. A draft that was shown
 * is what is signed: trying again after the portal did not answer files the same report, not a second.
 */
export function SignReport({
  subject,
  signer,
  enrolled,
  reports,
  checklist,
  whyNotConfirm,
  memory,
  now,
  random16,
}: {
  subject: ReviewSubject;
  signer: BrowserKey;
  enrolled: AttesterKeyView;
  /** What is known of this comparison's reports, oldest first. */
  reports: readonly AttestationView[];
  /** As it stands now; the report keeps it. Null: its first row is still being computed. */
  checklist: readonly ReviewCheck[] | null;
  whyNotConfirm: string | null;
  memory: DraftMemory;
  now: () => Date;
  random16: () => Uint8Array;
}) {
  const api = useApi();
  const client = useApiClient();
  const queryClient = useQueryClient();
  const known = api.attestations.ofJob.queryOptions({ jobId: subject.job });
  const { data } = useQuery(known);
  const of = `${subject.comparison}:${signer.id}`;
  const [typed, setTyped] = useState<ReviewDraft>(() => recallDraft(memory, of));
  const [problems, setProblems] = useState<readonly DraftProblem[]>([]);
  const [shown, setShown] = useState<AttestationDraft | null>(null);
  const file = useMutation({
    mutationFn: async (draft: AttestationDraft) => {
      const signature = await signer.sign(draft.toSign);
      await client.attestations.file.mutate(sealAttestation(draft, signature));
      return draft.report;
    },
    onSuccess: async () => {
      keepDraft(memory, of, null);
      setTyped(EMPTY_DRAFT);
      await queryClient.invalidateQueries({ queryKey: known.queryKey });
    },
  });
  const change = (changes: Partial<ReviewDraft>) => {
    const next = { ...typed, ...changes };
    setTyped(next);
    setProblems([]);
    keepDraft(memory, of, next);
  };
  const show = () => {
    const found = problemsOf(typed, whyNotConfirm);
    const answers = answersOf(typed);
    setProblems(checklist === null ? [...found, STILL_CHECKING] : found);
    if (found.length > 0 || answers === null || checklist === null) return;
    const { organisation } = enrolled;
    const key = signer.id;
    const drawn = { at: now(), random16: random16() };
    file.reset();
    setShown(draftAttestation({ subject, key, organisation, checklist, ...answers, ...drawn }));
  };
  if (file.data !== undefined)
    return <FiledReport id={file.data.id} job={subject.job} verdict={file.data.verdict} />;
  if (shown === null)
    return (
      <ReviewForm
        draft={typed}
        problems={problems}
        whyNotConfirm={whyNotConfirm}
        onChange={change}
        onNext={show}
      />
    );
  const others = data?.reports ?? reports;
  return (
    <SigningPreview
      draft={shown}
      earlier={others.findLast(({ key }) => key === signer.id) ?? null}
      after={tallyWith(others, shown)}
      isPending={file.isPending}
      error={file.error}
      onSign={() => file.mutate(shown)}
      onBack={() => setShown(null)}
    />
  );
}
