"use client";
import { type FormEvent, useState } from "react";
import { Field } from "@/components/jobs/form-field";
import { type Refusal, refusalOf } from "@/components/refusal";
import { NewPasswordField } from "@/components/session/new-password-field";
import { createApiClient } from "@/components/trpc-client";
import { Button } from "@/components/ui/button";
import { Card, CardHead } from "@/components/ui/card";
import { ErrorNote } from "@/components/ui/states";
import { passwordProblem } from "@/server/domain/account/password-problem";

/** Changes a password. @throws what the server refuses with. */
export type ChangePassword = (passwords: {
  readonly current: string;
  readonly next: string;
}) => Promise<unknown>;

/** Takes the password so far and a new one. Neither is kept: both stand in their inputs alone. */
export function PasswordFormParts({
  email,
  name,
  change,
}: {
  email: string;
  name: string;
  change: ChangePassword;
}) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const next = String(fields.get("next"));
    const problem = passwordProblem(next, { email, name });
    if (problem !== null) return setRefusal({ code: "PASSWORD_TOO_WEAK", message: problem });
    setBusy(true);
    setRefusal(null);
    try {
      await change({ current: String(fields.get("current")), next });
    } catch (error) {
      setRefusal(refusalOf(error));
    }
    setBusy(false);
  };
  return (
    <Card label="Your password">
      <CardHead title="Your password">
        With a new one all your sessions end, this one too, and you sign in again.
      </CardHead>
      <form onSubmit={(event) => void send(event)} method="post" className="grid max-w-md gap-4">
        {/* Password managers look for the name that a password belongs to. */}
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
        <Field
          label="Password so far"
          name="current"
          type="password"
          autoComplete="current-password"
          required
          maxLength={1_024}
        />
        <NewPasswordField label="New password" name="next" />
        {refusal !== null && (
          <ErrorNote title={refusal.message} code={refusal.code}>
            Your password is what it was.
          </ErrorNote>
        )}
        <Button type="submit" tone="primary" disabled={busy}>
          {busy ? "Changing…" : "Change the password"}
        </Button>
      </form>
    </Card>
  );
}

/** Changes one's own password, connected to the portal. */
export function PasswordForm({ email, name }: { email: string; name: string }) {
  const [client] = useState(createApiClient);
  const change: ChangePassword = async (passwords) => {
    await client.accounts.changePassword.mutate(passwords);
    location.assign("/sign-in?next=/account");
  };
  return <PasswordFormParts email={email} name={name} change={change} />;
}
