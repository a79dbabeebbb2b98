import { binomialWeights, logChoose } from "@/server/domain/eval/binomial";

/** The error that a single test may make: two-sided 5 %. */
export const ALPHA = 0.05;
/** How often a design should find what is there: in 8 of 10 runs (Cohen 1988). */
export const WANTED_POWER = 0.8;

/** Results that are kept: a person at a form asks for a few sizes again and again. */
const MAX_KEPT = 256;

/** Keeps what a function of numbers gave for the last `MAX_KEPT` sets of numbers that were new to it. */
function keeping<T>(work: (...numbers: readonly number[]) => T) {
  const kept = new Map<string, T>();
  return (...numbers: readonly number[]): T => {
    const key = numbers.join(" ");
    if (!kept.has(key)) {
      const [oldest] = kept.keys();
      if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
      kept.set(key, work(...numbers));
    }
    return kept.get(key) as T;
  };
}
/** Shares that are equal by arithmetic may differ in the last digits that a double has. */
const ROUNDING = 1 + 1e-9;

/**
 * For `a` events in one sample of `n`, the least number `b` > `a` in another sample of `n` that
 * Fisher's exact test tells apart from it; n + 1 where there is none.
 *
 * The hypergeometric distribution of two samples of one size is symmetric, so the two-sided p
 * (the sum over all tables that are no likelier, Fisher's test in its usual form) is twice the tail. The
 * tail grows with `a` and shrinks with `b` (Barnard's convexity), so the table is one walk.
 */
function decisionTable(n: number, alpha: number): Int32Array {
  const table = new Int32Array(n + 1);
  let b = 1;
  for (let a = 0; a <= n; a++) {
    b = Math.max(b, a + 1);
    while (b <= n && 2 * lowerTail(n, a, b) > alpha * ROUNDING) b++;
    table[a] = b;
  }
  return table;
}

/** The chance of at most `a` of all `a + b` events in the first of two samples of `n`. */
function lowerTail(n: number, a: number, b: number): number {
  const events = a + b;
  let term = Math.exp(logChoose(n, a) + logChoose(n, b) - logChoose(2 * n, events));
  let sum = term;
  for (let k = a; k > 0 && term > sum * 1e-17; k--) {
    term *= (k * (n - events + k)) / ((n - k + 1) * (events - k + 1));
    sum += term;
  }
  return sum;
}

const tableFor = keeping((n = 0, alpha = ALPHA) => decisionTable(n, alpha));

/**
 * The power of Fisher's exact test, worked out exactly: how often it tells two rates apart when `n`
 * answers are drawn on each side, each answer by itself.
 *
 * Exact as in Bennett & Hsu, "On the power function of the exact test for the 2 x 2 contingency table"
 * (Biometrika 47, 1960): the chance of all pairs of counts that the test tells apart.
 *
 * @param n answers a side, a whole number >= 1.
 * @param alpha two-sided.
 */
export function fisherPower(n: number, rateA: number, rateB: number, alpha = ALPHA): number {
  const table = tableFor(n, alpha);
  const [weightsA, weightsB] = [binomialWeights(n, rateA), binomialWeights(n, rateB)];
  /** At `k`: the chance of fewer than k events. */
  const below = new Float64Array(n + 2);
  for (let k = 0; k <= n; k++) below[k + 1] = (below[k] ?? 0) + (weightsB[k] ?? 0);
  const all = below[n + 1] ?? 1;
  let power = 0;
  for (let a = 0; a <= n; a++) {
    const more = all - (below[table[a] ?? n + 1] ?? all);
    // By symmetry b is told apart below a where n - b is above n - a.
    const fewer = below[n - (table[n - a] ?? n + 1) + 1] ?? 0;
    power += (weightsA[a] ?? 0) * (more + fewer);
  }
  return Math.min(1, power);
}

/**
 * The smallest gap, in whole points of a hundred, that Fisher's exact test finds in 8 of 10 runs: from
 * `baseRate` upwards. Null: it finds none, not even the whole way up.
 */
export const smallestGap = (n: number, baseRate: number, alpha = ALPHA): number | null =>
  keptGap(n, baseRate, alpha);

const keptGap = keeping((n = 0, baseRate = 0, alpha = ALPHA): number | null => {
  const finds = (points: number) =>
    fisherPower(n, baseRate, Math.min(1, baseRate + points / 100), alpha) >= WANTED_POWER;
  let [least, most] = [1, Math.round((1 - baseRate) * 100)];
  if (most < 1 || !finds(most)) return null;
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (finds(middle)) most = middle;
    else least = middle + 1;
  }
  return most;
});

/** Below four answers a side, not even the clearest outcome is rarer than one in twenty, two-sided. */
export const LEAST_ANSWERS = 4;

/** Answers to one question from two sides: they are dealt out again among themselves only. */
export type Block = readonly [one: number, other: number];

/**
 * The smallest one-sided p that an exact permutation test can give, whatever comes back: one over the
 * number of ways to deal the answers out again, each block by itself.
 */
export const smallestP = (blocks: readonly Block[]): number =>
  Math.exp(-blocks.reduce((sum, [one, other]) => sum + logDeals(one, other), 0));

/** ln of the ways to choose which answers lie on the smaller side: its cost does not grow with the larger one. */
function logDeals(one: number, other: number): number {
  const [few, many] = one < other ? [one, other] : [other, one];
  let sum = 0;
  for (let k = 1; k <= few; k++) sum += Math.log1p(many / k);
  return sum;
}

/** Whether a two-sided test at `alpha` can come out at all: twice the smallest one-sided p must reach it. */
export const canPass = (p: number, alpha = ALPHA): boolean => 2 * p <= alpha * ROUNDING;
