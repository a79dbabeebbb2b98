import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import type { DraftKeeper } from "@/components/composer/draft-keeper";
import { type Problem, placeOfPath } from "@/components/composer/problems";
import { stepOf } from "@/components/composer/steps";
import type { Target } from "@/components/composer/use-composition";
import { refusalOf } from "@/components/refusal";
import { Button } from "@/components/ui/button";
import { ErrorNote } from "@/components/ui/states";
import type { SpecDraft } from "@/schemas/draft";
import type { JobSpec } from "@/schemas/job-spec";
import { ERRORS, type ErrorCode } from "@/server/domain/errors";

/** Announces a spec. `key` makes a second press the same job. @throws what the server refuses with. */
export type Submit = (
  spec: JobSpec,
  key: string,
) => Promise<{ readonly jobId: string; readonly created: boolean }>;

type Sent = { readonly spec: JobSpec; readonly key: string };

/** The field that the server's refusal is about; null: it names none. */
function pathOf(error: unknown): string | null {
  const data = (error as { data?: { beaconPath?: unknown } | null } | null)?.data;
  return typeof data?.beaconPath === "string" ? data.beaconPath : null;
}

const isKnown = (code: string | null): code is ErrorCode =>
  code !== null && Object.hasOwn(ERRORS, code);

/**
 * Announces what is composed. The server's refusal stands at the step that it is about until something is changed.
 *
 * @param onAnnounced the job is new: goes on to it.
 */
export function useAnnounce(
  submit: Submit,
  keeper: DraftKeeper,
  { spec, draft }: { readonly spec: JobSpec; readonly draft: SpecDraft },
  onAnnounced: (jobId: string) => void,
) {
  const sending = useMutation({
    mutationFn: ({ spec: sent, key }: Sent) => submit(sent, key),
    onSuccess: ({ jobId, created }) => {
      if (!created) return;
      void keeper.forget();
      onAnnounced(jobId);
    },
  });
  const refusal =
    sending.isError && sending.variables.spec === spec ? refusalOf(sending.error) : null;
  const path = pathOf(sending.error);
  const problem: Problem | null =
    refusal === null || path === null || !isKnown(refusal.code)
      ? null
      : { ...placeOfPath(path, draft), code: refusal.code, message: refusal.message };
  return {
    isBusy: sending.isPending || sending.isSuccess,
    isSending: sending.isPending,
    refusal,
    problem,
    /** The job that this draft had become before; null: none is known of. */
    earlier: sending.isSuccess && !sending.data.created ? sending.data.jobId : null,
    send: (key: string) => sending.mutate({ spec, key }),
    reset: sending.reset,
  };
}

/** What came of announcing, where it was not simply done. */
export function AnnounceNotes({
  announcing: { refusal, problem, earlier },
  onGo,
  onKeep,
}: {
  announcing: Pick<ReturnType<typeof useAnnounce>, "refusal" | "problem" | "earlier">;
  onGo: (target: Target) => void;
  onKeep: () => void;
}) {
  if (earlier !== null)
    return (
      <ErrorNote title="This draft had been announced before.">
        <p>
          Its job stands as it was announced then. What was changed here since is not in it, and
          nothing new was announced.
        </p>
        <div className="mt-3 flex flex-wrap items-center gap-3">
          <Link href={`/jobs/${earlier}`} className="link">
            Go to the job
          </Link>
          <Button onClick={onKeep}>Keep this as a new draft</Button>
        </div>
      </ErrorNote>
    );
  if (refusal === null) return null;
  return (
    <ErrorNote title={refusal.message} code={refusal.code}>
      <p>Nothing has been announced.</p>
      {problem !== null && problem.step !== "review" && (
        <Button className="mt-3" onClick={() => onGo(problem)}>
          Go to {stepOf(problem.step).title}
        </Button>
      )}
    </ErrorNote>
  );
}
