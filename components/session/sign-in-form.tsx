"use client";
import { type FormEvent, useState } from "react";
import { signIn } from "@/components/session/auth-calls";
import { Button } from "@/components/ui/button";
import { ErrorNote } from "@/components/ui/states";

/** Signs somebody in with e-mail and password, then goes to `next`, a path of this portal. */
export function SignInForm({ next }: { next: string }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<"refused" | "unreachable" | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    try {
      if (await signIn(String(fields.get("email")), String(fields.get("password")))) {
        location.assign(next);
        return;
      }
      setProblem("refused");
    } catch {
      setProblem("unreachable");
    }
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="grid gap-4" method="post">
      <label className="grid gap-1.5 text-sm font-medium">
        E-mail
        <input
          className="field"
          name="email"
          type="email"
          autoComplete="username"
          required
          maxLength={200}
        />
      </label>
      <label className="grid gap-1.5 text-sm font-medium">
        Password
        <input
          className="field"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          maxLength={200}
        />
      </label>
      {problem === "refused" && (
        <ErrorNote title="Not signed in: e-mail and password do not belong together, or there were too many tries.">
          After several wrong tries, an account has to wait a little.
        </ErrorNote>
      )}
      {problem === "unreachable" && (
        <ErrorNote title="Not signed in: the portal did not answer. Try again in a moment." />
      )}
      <Button type="submit" tone="primary" disabled={busy}>
        {busy ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
}
