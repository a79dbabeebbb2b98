import type { ReviewCheck, ReviewCheckName } from "@/schemas/attestation";
import type { ComparedCell, Comparison } from "@/schemas/comparison";
import type { Instant } from "@/schemas/primitives";
import type { BlockAvailability } from "@/schemas/snapshot";
import type { Completeness } from "@/server/domain/log/completeness";

/** What came of computing a comparison again from the stored answers. */
export type Recomputation =
  | { readonly kind: "same"; readonly answers: number }
  | { readonly kind: "differs" }
  /** Words are cut otherwise by another version of ICU, so nothing would follow from a difference. */
  | { readonly kind: "other-icu"; readonly theirs: string; readonly ours: string };

/** What the checklist of one comparison is worked out from. */
export type ReviewFacts = {
  readonly comparison: Comparison;
  /** Where the log announced the job. */
  readonly intent: { readonly index: number; readonly at: Instant };
  /** The first that closed a task of the job, and when the first question was asked; null: nothing was. */
  readonly first: { readonly index: number; readonly startedAt: Instant | null } | null;
  /** What the published log closed, against what was announced. */
  readonly completeness: Completeness;
  readonly recomputed: Recomputation;
  /** What the last looks for the job's blocks found. */
  readonly blocks: BlockAvailability;
};

type Row = ReviewCheck & { readonly check: Exclude<ReviewCheckName, "receipt-verifies"> };
type Outcome = Pick<ReviewCheck, "outcome" | "reason">;

/**
 * The checklist of a reviewer, worked out from the published log and the blocks, in the schema's
 * order. `receipt-verifies` is left to whoever reads: their own verifier says it.
 */
export function reviewChecks(facts: ReviewFacts): readonly ReviewCheck[] {
  const found: { readonly [C in Row["check"]]: Outcome } = {
    "announced-before-dispatch": announced(facts),
    "every-task-closed": closed(facts.completeness),
    "nothing-unannounced": nothingElse(facts.completeness),
    "comparison-recomputes": recomputes(facts),
    "blocks-held": blocksHeld(facts.blocks),
    "countries-verified": countriesVerified(facts.comparison),
    "repeats-enough": repeatsEnough(facts.comparison),
    "not-simulated": notSimulated(facts.comparison),
  };
  return (Object.entries(found) as [Row["check"], Outcome][]).map(([check, outcome]) => ({
    check,
    ...outcome,
  }));
}

const holds = (reason: string): Outcome => ({ outcome: "holds", reason });
const fails = (reason: string): Outcome => ({ outcome: "fails", reason });
const notApplicable = (reason: string): Outcome => ({ outcome: "not-applicable", reason });
/** "1 task", "2 tasks". */
const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? "" : "s"}`;

function announced({ intent, first }: ReviewFacts): Outcome {
  if (first === null)
    return notApplicable("Nothing was asked, so nothing had to be announced before.");
  if (first.index < intent.index)
    return fails(
      `Entry ${first.index} closes a task before entry ${intent.index} announces the job.`,
    );
  if (first.startedAt !== null && first.startedAt < intent.at)
    return fails(
      `The first question was asked at ${first.startedAt}, before the announcement of ${intent.at}.`,
    );
  return holds(
    first.startedAt === null
      ? `Entry ${intent.index} announces the job, before entry ${first.index} closes its first task.`
      : `Entry ${intent.index} announced the job at ${intent.at}; the first question was asked at ${first.startedAt}.`,
  );
}

function closed({ announced, results, failures, withdrawals, open }: Completeness): Outcome {
  const tally = `${results} with a response, ${failures} as failed, ${withdrawals} as withdrawn`;
  return open.length === 0
    ? holds(`All ${counted(announced, "announced task")} closed in the log: ${tally}.`)
    : fails(
        `${open.length} of ${counted(announced, "announced task")} never closed; the others: ${tally}.`,
      );
}

function nothingElse({ unannounced, doubled, announced }: Completeness): Outcome {
  if (unannounced.length > 0)
    return fails(
      `The log closes ${counted(unannounced.length, "task")} that the job never announced.`,
    );
  if (doubled.length > 0)
    return fails(`The log closes ${counted(doubled.length, "task")} of the job more than once.`);
  return holds(
    `What the log closed of this job is among the ${announced} announced, each once at most.`,
  );
}

function recomputes({ recomputed }: ReviewFacts): Outcome {
  switch (recomputed.kind) {
    case "same":
      return holds(
        `Computed again from ${counted(recomputed.answers, "stored answer")}, the report has the same bytes.`,
      );
    case "differs":
      return fails("Computed again from the stored answers, the report has other bytes.");
    case "other-icu":
      return notApplicable(
        `The report cut words with ICU ${recomputed.theirs}, and ICU ${recomputed.ours} is at hand here: it was not computed again.`,
      );
  }
}

function blocksHeld({
  blocks,
  available,
  missing,
  waiting,
  notProbed,
  lastLookAt,
}: BlockAvailability): Outcome {
  if (missing > 0)
    return fails(`${missing} of ${counted(blocks, "block")} were missing at the last look.`);
  if (available < blocks)
    return notApplicable(
      `${available} of ${counted(blocks, "block")} were there at the last look; ${waiting} are on their way, ${notProbed} nobody has looked for yet.`,
    );
  return holds(
    `All ${counted(blocks, "block")} were there at the last look, the newest at ${lastLookAt}.`,
  );
}

/** Responses of a cell that are counted. */
const responsesIn = ({ states }: ComparedCell): number =>
  Object.values(states).reduce((sum, count) => sum + count, 0);

function countriesVerified({ groups }: Comparison): Outcome {
  const rented = groups.flatMap(({ cells }) => cells).filter(({ country }) => country !== "home");
  const sum = (of: (cell: ComparedCell) => number) =>
    rented.reduce((total, cell) => total + of(cell), 0);
  const responses = sum(responsesIn);
  const unverified = sum(({ unverified = 0 }) => unverified);
  const elsewhere = sum(({ mismatched = 0 }) => mismatched);
  const leftOut =
    elsewhere === 0 ? "" : ` ${elsewhere} more came out in another country and are left out.`;
  if (responses === 0) return notApplicable(`No response came through a rented exit.${leftOut}`);
  return unverified > 0
    ? fails(
        `Of ${unverified} of ${counted(responses, "response")} it is not verified that they came out of their country.${leftOut}`,
      )
    : holds(
        `All ${counted(responses, "response")} came through exits whose country two databases confirm.${leftOut}`,
      );
}

/** A difference that chance makes as often as this is none that may be told. The usual 5 %. */
const SIGNIFICANCE = 0.05;

/** How many ways there are to choose `k` of `n`. */
const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);

/** How often chance alone sorts `a` and `b` answers apart without a single one on the wrong side. */
const smallestP = (a: number, b: number): number => 1 / choose(a + b, Math.min(a, b));

function repeatsEnough({ groups }: Comparison): Outcome {
  const pairs = groups.flatMap(({ cells }) => {
    const [fewest, next] = cells.map(responsesIn).sort((a, b) => a - b);
    return fewest === undefined || next === undefined ? [] : [[fewest, next] as const];
  });
  const [worst] = pairs.sort((one, other) => smallestP(...other) - smallestP(...one));
  if (worst === undefined) return notApplicable("Nothing was asked from two places.");
  const [a, b] = worst;
  const p = Number(smallestP(a, b).toPrecision(2));
  const setting = `Where the fewest came back, ${a} and ${b} responses of two places face each other`;
  return p < SIGNIFICANCE
    ? holds(`${setting}: a clear difference can be told from chance (p down to ${p}).`)
    : fails(`${setting}: even the clearest difference could be chance (p no less than ${p}).`);
}

const notSimulated = ({ simulated }: Comparison): Outcome =>
  simulated
    ? fails("The network and the models were simulated: this says nothing of any real service.")
    : holds("The questions went over a real network to real services.");
