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
import { countAttestations, countedReport } from "@/server/domain/attest/count-attestations";
import {
  type AttestationDraft,
  draftAttestation,
  sealAttestation,
} from "@/server/domain/attest/draft-attestation";

/** The count with `draft` in it. Reports come oldest first, as the log has them. */
const tallyWith = (reports: readonly AttestationView[], { report }: AttestationDraft) =>
  countAttestations([...reports.map(countedReport), { ...report, keyRevokedAs: null }]);

const STILL_CHECKING: DraftProblem = {
  field: "checklist",
  sentence: "The comparison’s receipt is still being checked in this browser. Wait a moment.",
};

/** What is typed into the form, kept in this tab until it was filed. */
function useTyped(memory: DraftMemory, of: string) {
  const [typed, setTyped] = useState<ReviewDraft>(() => recallDraft(memory, of));
  return {
    typed,
    change: (changes: Partial<ReviewDraft>) => {
      const next = { ...typed, ...changes };
      setTyped(next);
      keepDraft(memory, of, next);
    },
    forget: () => {
      setTyped(EMPTY_DRAFT);
      keepDraft(memory, of, null);
    },
  };
}

/** Signs a draft and hands it in. Done twice with one draft, it files one report. */
function useFiling(signer: BrowserKey, onFiled: () => void) {
  const api = useApi();
  const client = useApiClient();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (draft: AttestationDraft) => {
      const signature = await signer.sign(draft.toSign);
      await client.attestations.file.mutate(sealAttestation(draft, signature));
      return draft.report;
    },
    onSuccess: async ({ job }) => {
      onFiled();
      const { queryKey } = api.attestations.ofJob.queryOptions({ jobId: job });
      await queryClient.invalidateQueries({ queryKey });
    },
  });
}

type Props = {
  readonly subject: ReviewSubject;
  readonly signer: BrowserKey;
  readonly enrolled: AttesterKeyView;
  /** What is known of this comparison's reports, oldest first. */
  readonly reports: readonly AttestationView[];
  /** As it stands now; the report keeps it. Null: its first row is still being computed. */
  readonly checklist: readonly ReviewCheck[] | null;
  readonly whyNotConfirm: string | null;
  readonly memory: DraftMemory;
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
};

/**
 * The form, the preview of exactly what it makes, and what came of filing it. A draft that was shown
 * is what is signed: trying again after the portal did not answer files the same report, not a second.
 */
export function SignReport({
  subject,
  signer,
  enrolled,
  checklist,
  whyNotConfirm,
  ...rest
}: Props) {
  const { data } = useQuery(useApi().attestations.ofJob.queryOptions({ jobId: subject.job }));
  const { typed, change, forget } = useTyped(rest.memory, `${subject.comparison}:${signer.id}`);
  const [problems, setProblems] = useState<readonly DraftProblem[]>([]);
  const [attempt, setAttempt] = useState(0);
  const [shown, setShown] = useState<AttestationDraft | null>(null);
  const file = useFiling(signer, forget);
  const show = () => {
    const found = problemsOf(typed, whyNotConfirm);
    const answers = answersOf(typed);
    setAttempt(attempt + 1);
    setProblems(checklist === null ? [...found, STILL_CHECKING] : found);
    if (found.length > 0 || answers === null || checklist === null) return;
    const { organisation } = enrolled;
    const drawn = { key: signer.id, organisation, at: rest.now(), random16: rest.random16() };
    file.reset();
    setShown(draftAttestation({ subject, checklist, ...answers, ...drawn }));
  };
  if (file.data !== undefined)
    return <FiledReport id={file.data.id} job={subject.job} verdict={file.data.verdict} />;
  if (shown === null)
    return (
      <ReviewForm
        draft={typed}
        problems={problems}
        attempt={attempt}
        whyNotConfirm={whyNotConfirm}
        onChange={(changes) => {
          change(changes);
          setProblems([]);
        }}
        onNext={show}
      />
    );
  const reports = data?.reports ?? rest.reports;
  return (
    <SigningPreview
      draft={shown}
      earlier={reports.findLast(({ key }) => key === signer.id) ?? null}
      after={tallyWith(reports, shown)}
      isPending={file.isPending}
      error={file.error}
      onSign={() => file.mutate(shown)}
      onBack={() => setShown(null)}
    />
  );
}
