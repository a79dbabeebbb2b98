import { Badge, type Tone } from "@/components/ui/badge";
import type { GeoVerdict } from "@/schemas/task";

type Words = { readonly label: string; readonly tone: Tone; readonly meaning: string };

/** What each verdict on an exit's country means, in one sentence. */
export const VERDICTS: Readonly<Record<GeoVerdict, Words>> = {
  verified: {
    label: "exit verified",
    tone: "ok",
    meaning:
      "Two probes or more, and every database agrees with the claim. It proves the exit, not where the machine stands.",
  },
  "observed-only": {
    label: "observed only",
    tone: "neutral",
    meaning:
      "The exit was seen, but not everything agrees: there was one probe only, or a database disagrees or does not know the address.",
  },
  mismatch: {
    label: "mismatch",
    tone: "mind",
    meaning:
      "In at least one probe, all databases agree that the exit is in another country than claimed.",
  },
  unverifiable: {
    label: "cannot be checked",
    tone: "mind",
    meaning: "No probe came back, or no database answered.",
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
