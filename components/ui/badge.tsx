import type { ReactNode } from "react";

export type Tone = "neutral" | "mind" | "ok" | "bad";

const tones: Readonly<Record<Tone, string>> = {
  neutral: "text-muted",
  mind: "text-beacon",
  ok: "text-ok",
  bad: "text-bad",
};

/** A short word about a thing. The colour repeats what the word says, it never says more. */
export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex items-center gap-1.5 whitespace-nowrap rounded-full border border-current px-2.5 py-px text-xs font-semibold ${tones[tone]}`}
    >
      {children}
    </span>
  );
}
