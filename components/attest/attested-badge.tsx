import { Badge, type Tone } from "@/components/ui/badge";
import type { AttestationVerdict } from "@/schemas/attestation";

const WORDS: Readonly<Record<AttestationVerdict, { readonly word: string; readonly tone: Tone }>> =
  {
    confirm: { word: "confirms", tone: "ok" },
    contest: { word: "contests", tone: "bad" },
    inconclusive: { word: "leaves it open", tone: "mind" },
  };

/** What a report says of its comparison, in a word. */
export function AttestedBadge({ verdict }: { verdict: AttestationVerdict }) {
  return <Badge tone={WORDS[verdict].tone}>{WORDS[verdict].word}</Badge>;
}
