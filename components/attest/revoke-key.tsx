import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { RefusalNote } from "@/components/attest/refusal-note";
import { Choice } from "@/components/jobs/form-field";
import { useApiClient } from "@/components/trpc-provider";
import { Button } from "@/components/ui/button";
import type { AttesterKeyView } from "@/schemas/attestation-view";

const REASONS = [
  ["retired", "I do not use it any more"],
  ["superseded", "Another key of mine takes its place"],
  ["compromised", "Somebody else may have had it"],
] as const;
type Reason = (typeof REASONS)[number][0];

/** Takes a key back, after asking once. There is no way to give it again. */
export function RevokeKey({
  enrolled,
  onDone,
}: {
  enrolled: AttesterKeyView;
  onDone: () => Promise<void>;
}) {
  const client = useApiClient();
  const [isAsked, setAsked] = useState(false);
  const [reason, setReason] = useState<Reason>("retired");
  const revoke = useMutation({
    mutationFn: () => client.attestations.revokeMyKey.mutate({ key: enrolled.key, reason }),
    onSuccess: async () => {
      setAsked(false);
      await onDone();
    },
  });
  if (!isAsked)
    return (
      <Button tone="danger" onClick={() => setAsked(true)}>
        Revoke “{enrolled.label}”…
      </Button>
    );
  return (
    <div className="grid max-w-[30rem] gap-4">
      <p className="text-sm">
        The log says so for good: nothing that this key signs from then on is taken. What it signed
        before still counts, unless you say that somebody else may have had the key: then none of
        its reports counts any more. They stay to be read.
      </p>
      <Choice label="Why" value={reason} options={REASONS} onChange={setReason} />
      {revoke.isError && <RefusalNote title="The key was not revoked." error={revoke.error} />}
      <div className="flex flex-wrap gap-2">
        <Button tone="danger" disabled={revoke.isPending} onClick={() => revoke.mutate()}>
          {revoke.isPending ? "Revoking…" : "Revoke it for good"}
        </Button>
        <Button onClick={() => setAsked(false)}>Keep it</Button>
      </div>
    </div>
  );
}
