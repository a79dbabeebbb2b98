import type { DraftBody, SpecDraft } from "@/schemas/draft";

/** What one starts from. The budget is a small one: whoever wants to spend more says so. */
export const emptyDraft = (): SpecDraft => ({
  title: "",
  systemPrompt: "",
  prompts: [{ key: 0, id: "", text: "", language: "en" }],
  services: [],
  countries: [],
  home: false,
  repeats: "4",
  temperature: "0.7",
  topP: "1",
  maxOutputTokens: "512",
  seedBase: "1",
  budgetGlm: "1",
  budgetUsd: "0",
  deadlineMinutes: "15",
  baseline: "",
  outcomes: ["refusal-rate"],
  contrasts: [],
  controls: [],
  providerFaults: [],
  yagnaFaults: [],
});

/**
 * A draft that nobody has saved yet.
 *
 * @param submissionKey a new UUID: it names the draft, and the job that it becomes.
 */
export const newDraft = (
  submissionKey: string,
  spec: SpecDraft = emptyDraft(),
  seen: DraftBody["seen"] = [],
): DraftBody => ({ v: 1, submissionKey, seen, spec });

/** A key for one more row of a list. */
export const nextKey = (rows: readonly { readonly key: number }[]): number =>
  Math.max(-1, ...rows.map(({ key }) => key)) + 1;
