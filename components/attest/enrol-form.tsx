import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { BrowserKey, KeyVault } from "@/components/attest/key-vault";
import { RefusalNote } from "@/components/attest/refusal-note";
import { Field } from "@/components/jobs/form-field";
import { useApiClient } from "@/components/trpc-provider";
import { Button } from "@/components/ui/button";
import { enrolmentMessage } from "@/server/domain/attest/enrolment-message";
import { base64 } from "@/server/domain/bytes";

const MAX_LABEL = 60;

/** Enrols a key of this browser: makes it where there is none yet, and shows the portal that it is here. */
export function EnrolForm({
  vault,
  held,
  onDone,
}: {
  vault: KeyVault;
  /** The key to enrol; null: a new one. */
  held: BrowserKey | null;
  onDone: () => Promise<void>;
}) {
  const client = useApiClient();
  const [label, setLabel] = useState("");
  const enrol = useMutation({
    mutationFn: async () => {
      const key = held ?? (await vault.make());
      const { publicKey } = key;
      const asked = await client.attestations.challenge.mutate();
      const proof = await key.sign(enrolmentMessage({ ...asked, publicKey }));
      await client.attestations.enrol.mutate({
        publicKey: base64(publicKey),
        label: label.trim(),
        challenge: asked.challenge,
        proof: base64(proof),
      });
    },
    // Also after a refusal: the key may have been made, and must not be made again.
    onSettled: onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enrol.mutate();
  };
  return (
    <form onSubmit={submit} className="grid max-w-[30rem] gap-4">
      <Field
        label="Where this key lives"
        hint="For yourself, to tell your keys apart: “Laptop, Firefox”."
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
        required
        maxLength={MAX_LABEL}
        autoComplete="off"
      />
      {enrol.isError && <RefusalNote title="The key was not enrolled." error={enrol.error} />}
      <div>
        <Button type="submit" tone="primary" disabled={enrol.isPending || label.trim() === ""}>
          {enrol.isPending ? "Enrolling…" : held === null ? "Make a key and enrol it" : "Enrol it"}
        </Button>
      </div>
    </form>
  );
}
