import type { Contrast, JobSpec } from "@/schemas/job-spec";
import { ALPHA, canPass, LEAST_ANSWERS, smallestGap, smallestP } from "@/server/domain/eval/power";
import { boundOfNone } from "@/server/domain/eval/statistics";
import { placesOf, taskCountOf } from "@/server/domain/job/places";

type Asked = Pick<JobSpec, "prompts" | "services" | "countries" | "home" | "repeats" | "contrasts">;

/** How large what a job announces is, as a test would see it. */
export type Design = {
  readonly prompts: number;
  readonly repeats: number;
  /** Answers of one service in one country: prompts x repeats. */
  readonly answers: number;
  /** Tests that the announced contrasts come to: one for each pair of places and each service asked in both. */
  readonly tests: number;
  /** The kinds of outcome among them. */
  readonly outcomes: readonly Contrast["outcome"][];
};

/** The share of refusals at the baseline that gaps are counted from, from the kindest case on. */
const BASE_RATES = [0, 0.2, 0.5] as const;

const isCount = (n: number): boolean => Number.isInteger(n) && n >= 1 && n <= 1_000;

/** The design of a job; null while its repeats are no number, or nothing is asked. */
export function designOf(spec: Asked): Design | null {
  const { prompts, repeats, contrasts } = spec;
  if (!isCount(repeats) || prompts.length === 0) return null;
  const tested = contrasts.map((contrast) => ({ contrast, tests: testsOf(spec, contrast) }));
  return {
    prompts: prompts.length,
    repeats,
    answers: prompts.length * repeats,
    tests: tested.reduce((sum, { tests }) => sum + tests, 0),
    outcomes: (["refusal-rate", "similarity"] as const).filter((outcome) =>
      tested.some(({ contrast, tests }) => tests > 0 && contrast.outcome === outcome),
    ),
  };
}

const testsOf = (spec: Asked, { baseline, against }: Contrast): number =>
  spec.services.reduce((count, service) => {
    const places = placesOf(spec, service);
    return places.includes(baseline)
      ? count + against.filter((place) => places.includes(place)).length
      : count;
  }, 0);

/** The smallest one-sided p of a design: answers are dealt out again within each prompt only. */
const leastP = ({ prompts, repeats }: Pick<Design, "prompts" | "repeats">): number =>
  smallestP(Array.from({ length: prompts }, () => [repeats, repeats] as const));

/** One row of what another number of repeats would find. */
export type OtherDesign = {
  readonly repeats: number;
  readonly tasks: number;
  readonly answers: number;
  readonly smallestP: number;
  /** Whether any single test can come out at 5 %, two-sided. */
  readonly canShow: boolean;
  /** In whole points, from no refusals at the baseline, with one test; null: none is found in 8 of 10 runs. */
  readonly gap: number | null;
  /** The same when the announced tests share the 5 %. */
  readonly sharedGap: number | null;
};

/** What the same job would find with so many repeats. */
export function withRepeats(spec: Asked, repeats: number): OtherDesign | null {
  const design = designOf({ ...spec, repeats });
  if (design === null) return null;
  const p = leastP(design);
  return {
    repeats,
    tasks: taskCountOf({ ...spec, repeats }),
    answers: design.answers,
    smallestP: p,
    canShow: canPass(p, ALPHA),
    gap: gapOf(design, 0, ALPHA),
    sharedGap: gapOf(design, 0, sharedAlpha(design)),
  };
}

/** What a single difference among the tests of a design must reach: Bonferroni's bound. */
const sharedAlpha = ({ tests }: Design): number => ALPHA / Math.max(1, tests);

/** As `smallestGap`, and none where no p of the design can be small enough. */
const gapOf = (design: Design, baseRate: number, alpha: number): number | null =>
  canPass(leastP(design), alpha) ? smallestGap(design.answers, baseRate, alpha) : null;

/** A p for a sentence: two digits that count. */
export const formatP = (p: number): string =>
  p < 0.0001 ? "below 0.0001" : String(Number(p.toPrecision(2)));

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const counted = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;

/**
 * What a design can find, in sentences for whoever is about to pay for it. Every one is a fact about the design,
 * none about what will come back. Empty while the repeats are no number.
 *
 * - The smallest p is that of an exact permutation test, answers dealt out again within each prompt.
 * - Gaps are those of Fisher's exact test, two-sided 5 %, in 8 of 10 runs.
 * - Several tests share the 5 % by Benjamini and Hochberg's rule (J. R. Stat. Soc. B 57, 1995). Its first step is
 *   Bonferroni's bound, which is what a single difference among them must reach.
 */
export function powerSentences(spec: Asked): readonly string[] {
  const design = designOf(spec);
  if (design === null) return [];
  return [
    ...sizeSentences(design),
    ...limitSentences(design),
    ...(design.outcomes.includes("refusal-rate") || design.tests === 0
      ? refusalSentences(design)
      : []),
    ...(design.outcomes.includes("similarity") && canPass(leastP(design), ALPHA)
      ? SIMILARITY_SENTENCES
      : []),
  ];
}

const sizeInWords = ({ prompts, repeats }: Design): string =>
  `${counted(prompts, "prompt")} × ${counted(repeats, "repeat")}`;

function sizeSentences(design: Design): readonly string[] {
  const { answers, tests } = design;
  if (tests === 0)
    return [
      "No contrast is announced, so there is nothing to test: whatever shows stays exploratory.",
      `Each service answers ${counted(answers, "time")} a country (${sizeInWords(design)}).`,
    ];
  return [
    `Each test compares ${counted(answers, "answer")} a country with as many of another (${sizeInWords(design)}), one service at a time. The contrasts come to ${counted(tests, "test")}.`,
  ];
}

function limitSentences(design: Design): readonly string[] {
  const { answers, tests } = design;
  const p = leastP(design);
  const smallest = `the smallest p that any test could give is ${formatP(p)} (one-sided)`;
  if (answers < LEAST_ANSWERS)
    return [
      `Fewer than four answers a country cannot show a difference at all: with ${answers}, ${smallest}.`,
    ];
  if (!canPass(p, ALPHA))
    return [
      `With ${answers} answers a country, ${smallest}: too large to show a difference at all. Ask each prompt more than once.`,
    ];
  const first = `With ${answers} answers a country, ${smallest}.`;
  if (tests < 2) return [first];
  const shared = sharedAlpha(design);
  const bound = `${tests} tests share the 5 % (Benjamini–Hochberg), so that a single difference among them must reach p ${formatP(shared)}, two-sided (Bonferroni’s bound)`;
  return [first, canPass(p, shared) ? `${bound}.` : `${bound}: this design cannot give that.`];
}

function refusalSentences(design: Design): readonly string[] {
  const { answers, prompts, tests } = design;
  if (!canPass(leastP(design), ALPHA)) return [];
  const never = `If nothing refuses in ${answers} answers, up to ${percent(boundOfNone(answers))} refusals remain possible (95 %).`;
  const [kindest, ...others] = BASE_RATES.map((rate) => ({
    rate,
    gap: gapOf(design, rate, ALPHA),
  }));
  if (kindest === undefined || kindest.gap === null)
    return ["No refusal gap, however wide, would be found in 8 of 10 runs.", never];
  const elsewhere = others.map(
    ({ rate, gap }) =>
      `${gap === null ? "none" : counted(gap, "point")} where it refuses ${percent(rate)}`,
  );
  const shared = gapOf(design, 0, sharedAlpha(design));
  return [
    `This design would find a refusal gap of ${counted(kindest.gap, "point")} or more in 8 of 10 runs where the baseline never refuses; ${elsewhere.join(", ")}.`,
    ...(tests < 2
      ? []
      : [
          shared === null
            ? `As the only difference among ${tests} tests, no gap would be found in 8 of 10 runs.`
            : `As the only difference among ${tests} tests, it would have to be ${counted(shared, "point")}.`,
        ]),
    `That is counted with Fisher’s exact test, two-sided 5 %, as if every answer were drawn by itself${prompts > 1 ? " and every prompt refused equally often" : ""}.`,
    never,
  ];
}

/** Gao, Liang & Guestrin, "Model Equality Testing" (ICLR 2025, arXiv 2410.20247): median power over altered models. */
const SIMILARITY_SENTENCES: readonly string[] = [
  "How alike answers are has no gap that could be named before the run. A published test of this kind had a median power of 77 % with 10 answers a prompt on average (Gao, Liang and Guestrin, 2025).",
];
