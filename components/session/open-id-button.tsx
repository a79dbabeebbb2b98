"use client";
import { useState } from "react";
import { openIdAddress } from "@/components/session/auth-calls";
import { refusalWords } from "@/components/session/refusal-words";
import { Button } from "@/components/ui/button";
import { ErrorNote } from "@/components/ui/states";

/** Goes to the provider of OpenID Connect, from where one comes back to `next`, a path of this portal. */
export function OpenIdButton({ name, next }: { name: string; next: string }) {
  const [state, setState] = useState<"idle" | "busy" | "failed">("idle");
  const go = async () => {
    setState("busy");
    try {
      location.assign(await openIdAddress(next));
    } catch {
      setState("failed");
    }
  };
  return (
    <div className="mt-5 grid gap-4 border-t border-line pt-5">
      {state === "failed" && <ErrorNote title={refusalWords("OAuthSignin", name)} />}
      <Button onClick={() => void go()} disabled={state === "busy"}>
        {state === "busy" ? "Going there…" : `Continue with ${name}`}
      </Button>
    </div>
  );
}
