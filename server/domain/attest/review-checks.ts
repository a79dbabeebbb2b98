import type { ReviewCheck, ReviewCheckName } from "@/schemas/attestation";
import type { ComparedCell, ComparedGroup, Comparison } from "@/schemas/comparison";
import type { Place } from "@/schemas/country";
import type { Instant } from "@/schemas/primitives";
import type { BlockAvailability } from "@/schemas/snapshot";
import { type Block, canPass, LEAST_ANSWERS, smallestP } from "@/server/domain/eval/power";
import { formatP } from "@/server/domain/job/power-sentence";
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

/** Two places that one service was asked from: a block for each prompt, and all their responses. */
type TwoPlaces = {
  readonly blocks: readonly Block[];
  readonly one: number;
  readonly other: number;
};

function twoPlacesOf(groups: readonly ComparedGroup[]): readonly TwoPlaces[] {
  const places = [...new Set(groups.flatMap(({ cells }) => cells.map(({ country }) => country)))];
  const inPlace = ({ cells }: ComparedGroup, place: Place) => {
    const cell = cells.find(({ country }) => country === place);
    return cell === undefined ? 0 : responsesIn(cell);
  };
  return places.flatMap((a, i) =>
    places.slice(i + 1).map((b) => {
      const blocks = groups.map((group) => [inPlace(group, a), inPlace(group, b)] as const);
      const [one, other] = [0, 1].map((side) =>
        blocks.reduce((sum, block) => sum + (block[side] ?? 0), 0),
      );
      return { blocks, one: one ?? 0, other: other ?? 0 };
    }),
  );
}

/** The composer's rule, of what came back instead of what was designed: answers are dealt out again within a prompt. */
function repeatsEnough({ groups }: Comparison): Outcome {
  const services = [...new Set(groups.map(({ service }) => service))];
  const [worst] = services
    .flatMap((service) => twoPlacesOf(groups.filter((group) => group.service === service)))
    .map(({ blocks, one, other }) => {
      const p = smallestP(blocks);
      const [fewer, more] = one < other ? [one, other] : [other, one];
      return { fewer, more, p, isEnough: fewer >= LEAST_ANSWERS && canPass(p) };
    })
    .sort((a, b) => Number(a.isEnough) - Number(b.isEnough) || b.p - a.p);
  if (worst === undefined) return notApplicable("Nothing was asked from two places.");
  const { fewer, more, p, isEnough } = worst;
  const setting = `Where the fewest came back, ${fewer} and ${more} responses of two places face each other`;
  const smallest = `the smallest p that any test could give is ${formatP(p)} (one-sided)`;
  if (isEnough)
    return holds(`${setting}: a clear difference can be told from chance; ${smallest}.`);
  return fails(
    fewer < LEAST_ANSWERS
      ? `${setting}: fewer than four a place cannot show a difference at all; ${smallest}.`
      : `${setting}: too few to a prompt to show a difference at all; ${smallest}.`,
  );
}

const notSimulated = ({ simulated }: Comparison): Outcome =>
  simulated
    ? fails("The network and the models were simulated: this says nothing of any real service.")
    : holds("The questions went over a real network to real services.");
