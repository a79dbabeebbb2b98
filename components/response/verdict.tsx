import { Badge, type Tone } from "@/components/ui/badge";
import type { GeoVerdict } from "@/schemas/task";

type Words = { readonly label: string; readonly tone: Tone; readonly meaning: string };

/** What each verdict on an exit's country means, in plain words. */
export const VERDICTS: Readonly<Record<GeoVerdict, Words>> = {
  verified: {
    label: "exit verified",
    tone: "ok",
    meaning:
      "Two echo services or more saw the exit over TLS, one of them before the first task, and one after the last if looks were tried then. In every look at least two databases know the address, and all that know it place it in the country that was claimed. It proves the exit, not where the machine stands.",
  },
  "observed-only": {
    label: "observed only",
    tone: "neutral",
    meaning:
      "The exit was seen and a database places it in the country, or they disagree, but something is missing for “verified”. The answer’s page says what.",
  },
  mismatch: {
    label: "mismatch",
    tone: "mind",
    meaning:
      "In at least one look, every database that knows the address places it in another country. These answers never enter a comparison.",
  },
  unverifiable: {
    label: "cannot be checked",
    tone: "mind",
    meaning: "No look came back, or no database knows the address.",
  },
};

/** How a rented exit's country was judged. */
export function VerdictBadge({ verdict }: { verdict: GeoVerdict }) {
  const { label, tone, meaning } = VERDICTS[verdict];
  return (
    <span title={meaning}>
      <Badge tone={tone}>{label}</Badge>
    </span>
  );
}
