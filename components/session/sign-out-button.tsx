"use client";
import { useState } from "react";
import { signOut } from "@/components/session/auth-calls";
import { Button } from "@/components/ui/button";

/** Ends the session and loads the front page afresh. */
export function SignOutButton() {
  const [state, setState] = useState<"idle" | "busy" | "failed">("idle");
  const leave = async () => {
    setState("busy");
    try {
      await signOut();
      location.assign("/");
    } catch {
      setState("failed");
    }
  };
  return (
    <Button onClick={() => void leave()} disabled={state === "busy"}>
      {state === "failed" ? "Try again" : "Sign out"}
    </Button>
  );
}
