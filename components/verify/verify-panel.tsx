"use client";
import Link from "next/link";
import { useState } from "react";
import { Button, DownloadLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ErrorNote } from "@/components/ui/states";
import { browserWorld } from "@/components/verify/browser-world";
import { runVerification, type Verification } from "@/components/verify/run-verification";
import { type Expected, VerificationResult } from "@/components/verify/verification-result";
import type { VerificationWorld } from "@/components/verify/verification-world";

type State =
  | { readonly step: "idle" | "working" }
  | { readonly step: "failed"; readonly message: string }
  | { readonly step: "done"; readonly verification: Verification; readonly at: string };

/**
 * Checks one entry of the log in the reader's browser: fetches its receipt, the policy and the
 * document, then makes every named check itself. The server's word counts for nothing here but the
 * policy, and the panel says so.
 */
export function VerifyPanel({
  expected,
  simulated,
  localWitnesses,
  world,
}: {
  /** What the page shows: the receipt must be of that, and nothing else. */
  expected: Expected;
  simulated: boolean | null;
  /** Key hashes of the witnesses that this portal's operator runs. */
  localWitnesses: readonly string[];
  /** The browser itself, but for tests. */
  world?: VerificationWorld;
}) {
  const [state, setState] = useState<State>({ step: "idle" });
  const { leafIndex } = expected;
  const verify = async () => {
    setState({ step: "working" });
    try {
      const at = world ?? browserWorld();
      const receipt = await at.fetchBytes(`/tlog/proof/${leafIndex}`);
      const verification = await runVerification(at, { receipt, block: null, policy: null });
      setState({ step: "done", verification, at: at.now().toISOString() });
    } catch (error) {
      setState({
        step: "failed",
        message: error instanceof Error ? error.message : "Something failed.",
      });
    }
  };
  return (
    <Card label="Verify" className="scroll-mt-6">
      <div id="verify" aria-live="polite">
        {state.step === "done" ? (
          <VerificationResult
            verification={state.verification}
            at={state.at}
            localWitnesses={localWitnesses}
            expected={expected}
          />
        ) : (
          <Invitation />
        )}
        {state.step === "failed" && (
          <div className="mt-4">
            <ErrorNote title="It could not be checked.">{state.message}</ErrorNote>
          </div>
        )}
      </div>
      <div className="no-print mt-5 flex flex-wrap gap-2">
        <Button tone="primary" onClick={() => void verify()} disabled={state.step === "working"}>
          {state.step === "working"
            ? "Checking…"
            : state.step === "idle"
              ? "Verify in this browser"
              : "Check again"}
        </Button>
        <DownloadLink
          href={`/tlog/proof/${leafIndex}`}
          name={`beacon-entry-${leafIndex}`}
          extension="tlog-proof"
          simulated={simulated}
        >
          Download proof
        </DownloadLink>
        <Link
          href="/verify#offline"
          className="link inline-flex min-h-11 items-center px-1 text-[13px] text-muted"
        >
          How to check offline
        </Link>
      </div>
    </Card>
  );
}

function Invitation() {
  return (
    <>
      <h2 className="minor">Check it yourself</h2>
      <p className="mt-2 text-[13.5px] text-muted">
        Your browser fetches the receipt and the document and makes nine checks of its own: from the
        bytes that you read, over the signature and the place in the log, to the witnesses. Nothing
        is sent anywhere. The keys come from this portal’s policy file; to rely on nobody, bring
        your own on{" "}
        <Link href="/verify" className="link">
          Verify
        </Link>
        .
      </p>
    </>
  );
}
