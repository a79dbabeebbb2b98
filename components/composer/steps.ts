import { ComposerStep, type DraftBody } from "@/schemas/draft";

/** The steps with what each is called and what it is for. */
export const STEPS: readonly {
  readonly step: ComposerStep;
  /** Where there is little room. */
  readonly name: string;
  readonly title: string;
  readonly hint: string;
}[] = [
  {
    step: "questions",
    name: "Questions",
    title: "Questions",
    hint: "What the job is called, and what is asked, word for word.",
  },
  {
    step: "services",
    name: "Services",
    title: "Services",
    hint: "Who is asked, and who sees the question come from where.",
  },
  {
    step: "countries",
    name: "Countries",
    title: "Countries",
    hint: "From where each service is asked.",
  },
  {
    step: "sampling",
    name: "Repeats",
    title: "Repeats and sampling",
    hint: "How often and how each cell is asked: this decides what can be found.",
  },
  {
    step: "contrasts",
    name: "Contrasts",
    title: "Contrasts and controls",
    hint: "What is to be compared, named before the run. What is not named here stays exploratory.",
  },
  {
    step: "budget",
    name: "Budget",
    title: "Budget and deadline",
    hint: "Hard caps. What is open when one is reached closes as withdrawn.",
  },
  {
    step: "review",
    name: "Review",
    title: "Review and announce",
    hint: "What is announced is signed and stands in the log before the first question is put.",
  },
];

/** A step by its name. */
export function stepOf(step: ComposerStep): (typeof STEPS)[number] {
  const found = STEPS.find((one) => one.step === step);
  if (found === undefined) throw new Error(`no step ${step}`);
  return found;
}

/** The step before and the one after, where there is one. */
export function neighboursOf(step: ComposerStep) {
  const at = ComposerStep.options.indexOf(step);
  return {
    before: ComposerStep.options[at - 1] ?? null,
    after: ComposerStep.options[at + 1] ?? null,
  };
}

/** How a step stands. "not yet": nobody has been through it, so nothing is held against it. */
export type StepState = "done" | "needs attention" | "not yet";

/** How each step stands, by what is wrong in it. The review is done only when nothing is wrong anywhere. */
export function stepState(
  step: ComposerStep,
  seen: DraftBody["seen"],
  problems: readonly { readonly step: ComposerStep }[],
): StepState {
  if (!seen.includes(step)) return "not yet";
  const isWrong = problems.some((problem) => step === "review" || problem.step === step);
  return isWrong ? "needs attention" : "done";
}

/** A step out of an address, which anybody may have written; the first one where it names none. */
export const stepFrom = (text: string | null | undefined): ComposerStep => {
  const parsed = ComposerStep.safeParse(text);
  return parsed.success ? parsed.data : "questions";
};
