import { CELL_LOOKS } from "@/components/ui/response-state";
import type { PlaceRate, RateOutcome } from "@/server/domain/eval/rates";
import type { ShareInterval } from "@/server/domain/eval/statistics";

/** An outcome as a choice, as a heading, and the custom property of its colour. */
export const OUTCOME_LOOKS: Readonly<
  Record<RateOutcome, { readonly label: string; readonly tone: string }>
> = {
  refused: { label: CELL_LOOKS.refused.label, tone: "var(--refused)" },
  empty: { label: CELL_LOOKS.empty.label, tone: "var(--empty)" },
  "host-filtered": { label: CELL_LOOKS["host-filtered"].label, tone: "var(--filtered)" },
  geoblocked: { label: CELL_LOOKS.geoblocked.label, tone: "var(--fault)" },
  "timed-out": { label: CELL_LOOKS["timed-out"].label, tone: "var(--fault)" },
  "harness-error": { label: CELL_LOOKS["harness-error"].label, tone: "var(--fault)" },
  "no-answer": { label: "no answer of any kind", tone: "var(--ink)" },
};

/** `33 %`; one decimal below 10 and above 90, where whole percents hide too much. */
export function formatShare(share: number): string {
  const percent = share * 100;
  const isRough = (percent >= 10 && percent <= 90) || percent === 0 || percent === 100;
  return `${isRough ? Math.round(percent) : percent.toFixed(1)} %`;
}

/** An interval in words: `9.7 % to 70 %`, `at most 39 %`, `at least 61 %`. */
export function intervalInWords({ low, high, method }: ShareInterval): string {
  if (method === "wilson") return `${formatShare(low)} to ${formatShare(high)}`;
  return low === 0 ? `at most ${formatShare(high)}` : `at least ${formatShare(low)}`;
}

/** What of a place's announced tasks is no part of its rate; empty when nothing is. */
export function notCounted(rate: PlaceRate): readonly string[] {
  const parts: readonly (readonly [number, string])[] = [
    [rate.failures, "failed"],
    [rate.withdrawn, "withdrawn"],
    [rate.mismatched, "came out in another country"],
  ];
  return parts.flatMap(([n, what]) => (n === 0 ? [] : [`${n} ${what}`]));
}
