"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { refusalOf } from "@/components/refusal";
import { TrpcProvider, useApi } from "@/components/trpc-provider";
import { Button } from "@/components/ui/button";
import { ErrorNote } from "@/components/ui/states";
import type { JobId } from "@/schemas/primitives";

function Withdraw({ jobId }: { jobId: JobId }) {
  const [asked, setAsked] = useState(false);
  const router = useRouter();
  const withdraw = useMutation(
    useApi().jobs.withdraw.mutationOptions({
      onSuccess: () => {
        setAsked(false);
        router.refresh();
      },
    }),
  );
  if (!asked)
    return (
      <Button tone="danger" onClick={() => setAsked(true)}>
        Stop and withdraw…
      </Button>
    );
  const refusal = withdraw.isError ? refusalOf(withdraw.error) : null;
  return (
    <div className="grid max-w-[26rem] gap-3">
      <p className="text-sm">
        This stops the run within seconds: nothing more is asked, rented machines are given back and
        settled with, and every open task closes as withdrawn. What has come back stays in the log;
        the withdrawal stays there too.
      </p>
      {refusal !== null && <ErrorNote title={refusal.message} code={refusal.code} />}
      <div className="flex gap-2">
        <Button
          tone="danger"
          disabled={withdraw.isPending}
          onClick={() => withdraw.mutate({ jobId })}
        >
          {withdraw.isPending ? "Stopping…" : "Stop and withdraw"}
        </Button>
        <Button onClick={() => setAsked(false)}>Keep running</Button>
      </div>
    </div>
  );
}

/** For admins: closes what is still open, after asking once. */
export function WithdrawButton({ jobId }: { jobId: JobId }) {
  return (
    <TrpcProvider>
      <Withdraw jobId={jobId} />
    </TrpcProvider>
  );
}
