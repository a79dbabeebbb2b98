import { CHECK_WORDS } from "@/components/attest/attest-words";
import { CheckMark } from "@/components/verify/check-chain";
import type { ReviewCheck } from "@/schemas/attestation";

/** A row of the checklist, or one whose check is still being made. */
export type CheckRow =
  | ReviewCheck
  | { readonly check: ReviewCheck["check"]; readonly outcome: "running"; readonly reason: string };

const WORDS: Readonly<Record<CheckRow["outcome"], string | null>> = {
  holds: null,
  fails: "fails",
  "not-applicable": "not applicable",
  running: "being checked",
};

function Mark({ outcome }: { outcome: CheckRow["outcome"] }) {
  if (outcome !== "running") return <CheckMark tone={outcome} />;
  return (
    <span
      role="img"
      aria-label="being checked"
      className="grid size-[23px] animate-pulse place-items-center rounded-full border-2 border-beacon"
    >
      <span aria-hidden="true" className="size-2 rounded-full bg-beacon" />
    </span>
  );
}

/** The checklist: what each row asks, how it came out, and the sentence with its figures. */
export function CheckRows({ rows }: { rows: readonly CheckRow[] }) {
  return (
    <ol aria-label="Checklist" className="grid gap-4">
      {rows.map(({ check, outcome, reason }) => (
        <li key={check} className="grid grid-cols-[30px_1fr] gap-x-3">
          <Mark outcome={outcome} />
          <div className="min-w-0">
            <p className={`font-semibold ${outcome === "not-applicable" ? "text-muted" : ""}`}>
              {CHECK_WORDS[check]}
              {WORDS[outcome] !== null && (
                <span
                  className={`font-normal ${outcome === "fails" ? "text-bad" : outcome === "running" ? "text-beacon" : ""}`}
                >
                  : {WORDS[outcome]}
                </span>
              )}
            </p>
            <p
              className={`text-[13.5px] wrap-anywhere ${outcome === "fails" ? "text-bad" : "text-muted"}`}
            >
              {reason}
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}
