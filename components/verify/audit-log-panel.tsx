"use client";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Card, CardHead } from "@/components/ui/card";
import { counted, formatCount, formatDuration } from "@/components/ui/count";
import { formatInstant } from "@/components/ui/instant";
import { Empty, ErrorNote } from "@/components/ui/states";
import {
  AuditFailure,
  type AuditProgress,
  auditInWorker,
  type BrowserAudit,
  type RunAudit,
} from "@/components/verify/audit-in-worker";

type State =
  | { readonly step: "idle" }
  | { readonly step: "working"; readonly progress: AuditProgress | null }
  | { readonly step: "failed"; readonly message: string; readonly code: string | null }
  | { readonly step: "done"; readonly audit: BrowserAudit; readonly at: string };

/** So many problems are listed; a log that is wrong everywhere would fill the page. */
const LISTED = 20;

/**
 * Audits the whole log in the reader's browser: every entry is fetched and hashed, the tree is built
 * again, every tile is compared, and the root must be the signed one.
 */
export function AuditLogPanel({
  size,
  run = auditInWorker,
  now = () => new Date(),
}: {
  /** How many entries the published log has; 0: there is nothing to audit. */
  size: number;
  /** The worker, but for tests. */
  run?: RunAudit;
  now?: () => Date;
}) {
  const [state, setState] = useState<State>({ step: "idle" });
  const audit = async () => {
    setState({ step: "working", progress: null });
    try {
      const found = await run((progress) => setState({ step: "working", progress }));
      setState({ step: "done", audit: found, at: now().toISOString() });
    } catch (error) {
      setState({
        step: "failed",
        message: error instanceof Error ? error.message : "Something failed.",
        code: error instanceof AuditFailure ? error.code : null,
      });
    }
  };
  return (
    <Card>
      <CardHead title="Audit the whole log">
        Your browser fetches every entry, hashes it, builds the tree again and compares every tile
        and the root with what the log signed. It takes this server’s word for nothing but the keys
        in its policy file.
      </CardHead>
      {size === 0 ? (
        <Empty title="The log has no entries to audit yet." />
      ) : (
        <>
          <div aria-live="polite">
            {state.step === "working" && <Progress progress={state.progress} />}
            {state.step === "done" && <Result audit={state.audit} at={state.at} />}
            {state.step === "failed" && (
              <ErrorNote title="The log could not be audited to its end." code={state.code}>
                {state.message}
              </ErrorNote>
            )}
          </div>
          <div className="no-print mt-4">
            <Button disabled={state.step === "working"} onClick={() => void audit()}>
              {state.step === "working"
                ? "Auditing…"
                : state.step === "idle"
                  ? "Audit the whole log in this browser"
                  : "Audit again"}
            </Button>
          </div>
        </>
      )}
    </Card>
  );
}

function Progress({ progress }: { progress: AuditProgress | null }) {
  if (progress === null) return <p className="text-muted">Fetching the checkpoint…</p>;
  const { done, size } = progress;
  return (
    <label className="grid gap-1.5 text-sm text-muted">
      {formatCount(done)} of {counted(size, "entry", "entries")} hashed
      <progress className="w-full" max={size} value={done} />
    </label>
  );
}

function Result({ audit, at }: { audit: BrowserAudit; at: string }) {
  const { problems, origin, size, tiles, cosigners, root, engine, tookMs } = audit;
  const how = `Computed in this browser in ${formatDuration(tookMs)}${engine === "javascript" ? ", in JavaScript: WebAssembly is not allowed here" : ""}, ${formatInstant(at)}.`;
  if (problems.length > 0)
    return (
      <div role="alert" className="rounded-lg bg-bad-soft px-4 py-3 wrap-anywhere text-bad">
        <p className="font-semibold">
          This log does not audit:{" "}
          {counted(problems.length, "thing does not hold", "things do not hold")}.
        </p>
        <ul className="mt-2 list-disc ps-5 text-sm">
          {problems.slice(0, LISTED).map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
        {problems.length > LISTED && (
          <p className="mt-1 text-sm">And {formatCount(problems.length - LISTED)} more.</p>
        )}
        <p className="mt-2 text-[13px]">{how}</p>
      </div>
    );
  return (
    <div role="status" className="rounded-lg bg-ok-soft px-4 py-3 wrap-anywhere text-ok">
      <p className="font-semibold">
        {counted(size, "entry", "entries")} and {counted(tiles, "tile")} lead to the root that the
        log signed.
      </p>
      <p className="mt-1 text-sm">
        Signed by <span className="code">{origin}</span>, cosigned by{" "}
        {counted(cosigners, "witness", "witnesses")} of the policy: as the policy asks. Root{" "}
        <span className="code">{root}</span>
      </p>
      <p className="mt-1 text-[13px]">{how}</p>
    </div>
  );
}
