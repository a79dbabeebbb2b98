import { counted } from "@/components/ui/count";
import { formatInstant } from "@/components/ui/instant";
import { ErrorNote } from "@/components/ui/states";
import { CheckChain } from "@/components/verify/check-chain";
import { type ChainLink, chainOf } from "@/components/verify/check-words";
import { ForkNote } from "@/components/verify/fork-note";
import type { Verification } from "@/components/verify/run-verification";
import { isSameJson } from "@/components/verify/same-json";

/** Said instead of a report where there can be none. */
const UNREADABLE: Readonly<Record<string, string>> = {
  PROOF_MALFORMED: "The file is not a receipt of this kind, or it was changed.",
  PROOF_TOO_LARGE: "The file is larger than any receipt.",
  NOTE_MALFORMED: "The log’s signed note in the file cannot be read.",
  CHECKPOINT_MALFORMED: "The log’s state in the file cannot be read.",
};

function Summary({
  links,
  verdict,
  at,
}: {
  links: readonly ChainLink[];
  verdict: string;
  at: string;
}) {
  const asked = links.filter(({ tone }) => tone !== "not-applicable");
  const failed = links.filter(({ tone }) => tone === "fails").length;
  const weak = links.filter(({ tone }) => tone === "weak").length;
  const when = `Computed in this browser, ${formatInstant(at)}.`;
  if (failed > 0)
    return (
      <div role="alert" className="rounded-lg bg-bad-soft px-4 py-3 text-bad">
        <p className="font-semibold">
          Do not rely on this: {counted(failed, "check fails", "checks fail")}.
        </p>
        <p className="text-[13px]">{when}</p>
      </div>
    );
  if (verdict !== "sound")
    return (
      <div role="alert" className="rounded-lg bg-beacon-soft px-4 py-3 text-beacon">
        <p className="font-semibold">Not enough was checked to call this sound.</p>
        <p className="text-[13px]">{when}</p>
      </div>
    );
  return (
    <div role="status" className="rounded-lg bg-ok-soft px-4 py-3 text-ok">
      <p className="font-semibold">
        {counted(asked.length - weak, "check holds", "checks hold")}
        {weak > 0 && (
          <span className="text-beacon">, {counted(weak, "link is weak", "links are weak")}</span>
        )}
      </p>
      <p className="text-[13px]">{when}</p>
    </div>
  );
}

/** Whether what stands on the page is what stands in the checked document. */
function PageText({ shown, found }: { shown: string; found: string | null }) {
  if (found === null)
    return (
      <p className="mt-1 text-[13.5px] text-beacon">
        The text on this page was not compared with the document: it could not be read from it.
      </p>
    );
  return found === shown ? (
    <p className="mt-1 text-[13.5px] text-muted">
      The text on this page is, character for character, the one in that document.
    </p>
  ) : (
    <ErrorNote title="The text on this page is not the one in the document. Believe the document." />
  );
}

/** The same for a page that shows the members of a JSON document. */
function PageFields({ shown, found }: { shown: NonNullable<Expected["fields"]>; found: unknown }) {
  if (typeof found !== "object" || found === null)
    return (
      <p className="mt-1 text-[13.5px] text-beacon">
        What this page shows was not compared with the document: it could not be read from it.
      </p>
    );
  const members = found as Readonly<Record<string, unknown>>;
  const others = Object.keys(shown).filter((name) => !isSameJson(shown[name], members[name]));
  return others.length === 0 ? (
    <p className="mt-1 text-[13.5px] text-muted">
      What this page shows of the report stands so in that document:{" "}
      {counted(Object.keys(shown).length, "part")} compared.
    </p>
  ) : (
    <ErrorNote
      title={`This page does not show what stands in the document (${others.join(", ")}). Believe the document.`}
    />
  );
}

/** What the page around a verification claims to show. */
export type Expected = {
  readonly leafIndex: number;
  readonly taskId: string | null;
  readonly text: string | null;
  /** Members of the JSON document that the page shows, by their names in it. */
  readonly fields?: Readonly<Record<string, unknown>>;
};

/** Why a receipt, however sound, is not the one of this page; null when it is. */
function strangerOf({ facts }: Verification["report"], expected: Expected): string | null {
  if (facts === null) return null;
  if (facts.index !== BigInt(expected.leafIndex))
    return `The portal served the receipt of entry ${facts.index} for entry ${expected.leafIndex}.`;
  const task = "task" in facts.entry ? facts.entry.task : null;
  return expected.taskId !== null && task !== expected.taskId
    ? "The receipt is of another task than the one on this page."
    : null;
}

/** A verification, shown. `expected` is what the page beside it shows; null: nothing in particular. */
export function VerificationResult({
  verification,
  at,
  localWitnesses,
  expected,
}: {
  verification: Verification;
  at: string;
  localWitnesses: readonly string[];
  expected: Expected | null;
}) {
  const { report, tookMs } = verification;
  if (report.verdict === "unusable")
    return (
      <ErrorNote
        title="This is not a receipt that can be read, so nothing was checked."
        code={report.code}
      >
        {UNREADABLE[report.code ?? ""] ?? "The file does not have the form of a receipt."}
        {report.problem !== null && ` What was wrong: ${report.problem}.`}
      </ErrorNote>
    );
  const links = chainOf(verification, localWitnesses);
  const stranger = expected === null ? null : strangerOf(report, expected);
  return (
    <div>
      {stranger !== null && (
        <div className="mb-4">
          <ErrorNote title={stranger}>
            Whatever holds below, it says nothing about this page.
          </ErrorNote>
        </div>
      )}
      {verification.fork !== null && <ForkNote fork={verification.fork} />}
      <Summary links={links} verdict={report.verdict} at={at} />
      <div className="mt-5">
        <CheckChain links={links} />
      </div>
      {expected !== null && expected.text !== null && (
        <PageText shown={expected.text} found={verification.text} />
      )}
      {expected?.fields !== undefined && (
        <PageFields shown={expected.fields} found={verification.document} />
      )}
      <p className="mt-3 text-[13px] text-muted">
        {report.engine === "webcrypto"
          ? `Signatures by this browser’s own cryptography, in ${Math.max(1, Math.round(tookMs))} ms.`
          : "Signatures by a library in JavaScript: this page was not loaded over a secure connection, so the browser’s own cryptography is out of reach."}
      </p>
    </div>
  );
}
