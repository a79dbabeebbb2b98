"use client";
import { type FormEvent, useState } from "react";
import { type Refusal, refusalOf } from "@/components/refusal";
import { NewPasswordField } from "@/components/session/new-password-field";
import { createApiClient } from "@/components/trpc-client";
import { Button, ButtonLink } from "@/components/ui/button";
import { ErrorNote } from "@/components/ui/states";
import { passwordProblem } from "@/server/domain/account/password-problem";

/** Makes the account with this password. @throws what the server refuses with. */
export type Accept = (password: string) => Promise<unknown>;

/** Lets the invited person choose a password. It stands in its input alone. */
export function AcceptFormParts({
  email,
  name,
  accept,
}: {
  email: string;
  name: string;
  accept: Accept;
}) {
  const [state, setState] = useState<"idle" | "busy" | "made">("idle");
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get("password"));
    const problem = passwordProblem(password, { email, name });
    if (problem !== null) return setRefusal({ code: "PASSWORD_TOO_WEAK", message: problem });
    setState("busy");
    setRefusal(null);
    try {
      await accept(password);
      setState("made");
    } catch (error) {
      setRefusal(refusalOf(error));
      setState("idle");
    }
  };
  if (state === "made")
    return (
      <div role="status" className="grid justify-items-start gap-4">
        <p className="font-serif text-xl">Your account is made.</p>
        <p className="text-sm text-muted">The link that you came by opens nothing any more.</p>
        <ButtonLink href="/sign-in?next=/account" tone="primary">
          Sign in
        </ButtonLink>
      </div>
    );
  return (
    <form onSubmit={(event) => void send(event)} method="post" className="grid gap-4">
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <NewPasswordField label="Choose a password" name="password" />
      {refusal !== null && <ErrorNote title={refusal.message} code={refusal.code} />}
      <Button type="submit" tone="primary" disabled={state === "busy"}>
        {state === "busy" ? "Making it…" : "Make my account"}
      </Button>
    </form>
  );
}

/** Accepts the invitation of a link, connected to the portal. */
export function AcceptForm({ token, email, name }: { token: string; email: string; name: string }) {
  const [client] = useState(createApiClient);
  const accept: Accept = (password) => client.invitations.accept.mutate({ token, password });
  return <AcceptFormParts email={email} name={name} accept={accept} />;
}
