import { counted, formatCount } from "@/components/ui/count";
import type { AttestationTally } from "@/schemas/attestation-view";

const VERBS = [
  ["confirm", "confirmed by"],
  ["contest", "contested by"],
  ["inconclusive", "left open by"],
] as const;

/** A text with its first letter large. */
export const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** `Confirmed by 2 organisations, contested by 1.` Null: nobody has said anything. */
export function tallySentence(tally: AttestationTally): string | null {
  const parts = VERBS.flatMap(([verdict, verb]) =>
    tally[verdict] > 0 ? [{ verb, n: tally[verdict] }] : [],
  );
  if (parts.length === 0) return null;
  const words = parts.map(
    ({ verb, n }, i) => `${verb} ${i === 0 ? counted(n, "organisation") : formatCount(n)}`,
  );
  return `${capital(words.join(", "))}.`;
}

/** Where several reports are one voice, that is said. Null: every report counts for itself. */
export function onceSentence({ organisations }: AttestationTally, reports: number): string | null {
  return reports > organisations.length
    ? `${counted(reports, "report")} by ${counted(organisations.length, "organisation")}: an organisation counts once, and of each key its last report.`
    : null;
}
