import type { ComparedCell, ComparedGroup, Comparison } from "@/schemas/comparison";
import type { Place } from "@/schemas/country";
import type { JobSpec } from "@/schemas/job-spec";
import type { Cid, ComparisonId, Instant, JobId } from "@/schemas/primitives";
import type { ResponseState, TaskStatus } from "@/schemas/task";
import { jaccard, SIMILARITY, type WordSet, wordSetOf } from "@/server/domain/eval/similarity";
import { allPlacesOf, placesOf } from "@/server/domain/job/places";

/** One closed task, as far as a comparison needs it. */
export type ClosedTask = {
  readonly prompt: string;
  readonly service: string;
  readonly country: Place;
  readonly repeat: number;
  readonly status: TaskStatus;
  readonly state: ResponseState | null;
  /** What was answered; null when there is no text. */
  readonly text: string | null;
  /** Whether it came through an exit that turned out to be in another country: then it says nothing of this one. */
  readonly isElsewhere: boolean;
  /** Whether that it came out of its country is not verified, before the first task and after the last. */
  readonly isUnverified: boolean;
};

export type CompareInput = {
  readonly id: ComparisonId;
  readonly job: JobId;
  readonly spec: JobSpec;
  readonly specCid: Cid;
  readonly simulated: boolean;
  readonly computedAt: Instant;
  /** The version of ICU that cuts the words, as `process.versions.icu` or the browser tells it. */
  readonly icu: string;
  /** Every announced task, each of them closed. */
  readonly tasks: readonly ClosedTask[];
};

/** What counts as an answer: a text that ran to its end, or that the token limit cut. */
const ANSWERS: ReadonlySet<ResponseState | null> = new Set<ResponseState>([
  "answered",
  "truncated",
]);

/**
 * The report of one job, worked out from its closed tasks.
 *
 * Responses are counted from every cell; only answers are compared with each other. A figure stands
 * with the number of pairs it rests on, and is null when there was none. The finding never goes
 * beyond "not tested": no test is computed here.
 */
export function compareJob(input: CompareInput): Comparison {
  const { spec, tasks } = input;
  const cells = tasksByCell(input);
  const groups = spec.prompts.flatMap((prompt) =>
    spec.services.map((service): ComparedGroup => {
      const places = placesOf(spec, service);
      const perCountry = places.map(
        (country) => cells.get(cellKey(prompt.id, service.id, country)) ?? [],
      );
      return {
        prompt: prompt.id,
        language: prompt.language,
        service: service.id,
        cells: places.map((country, i) => cellOf(country, perCountry[i] ?? [])),
        ...similarityOf(perCountry, prompt.language),
      };
    }),
  );
  return {
    version: "1.0",
    id: input.id,
    job: input.job,
    spec_cid: input.specCid,
    simulated: input.simulated,
    computed_at: input.computedAt,
    engine: { similarity: SIMILARITY, icu: input.icu },
    closed: { announced: tasks.length, ...closedCounts(tasks) },
    finding: findingOf(spec, tasks),
    groups,
  };
}

const cellKey = (prompt: string, service: string, country: Place): string =>
  `${prompt}\n${service}\n${country}`;

function tasksByCell({ spec, tasks }: CompareInput): ReadonlyMap<string, readonly ClosedTask[]> {
  const cells = new Map<string, ClosedTask[]>();
  for (const prompt of spec.prompts)
    for (const service of spec.services)
      for (const country of placesOf(spec, service))
        cells.set(cellKey(prompt.id, service.id, country), []);
  for (const task of tasks) {
    const cell = cells.get(cellKey(task.prompt, task.service, task.country));
    if (cell === undefined)
      throw new Error(`no cell ${task.prompt}, ${task.service}, ${task.country}`);
    cell.push(task);
  }
  return cells;
}

function closedCounts(tasks: readonly ClosedTask[]) {
  const closedAs = (status: TaskStatus): number =>
    tasks.reduce((count, task) => count + (task.status === status ? 1 : 0), 0);
  return {
    results: closedAs("SUCCEEDED"),
    failures: closedAs("FAILED"),
    withdrawn: closedAs("WITHDRAWN"),
  };
}

/** Whether there is a response that speaks for its place. */
const hasResponse = (task: ClosedTask): boolean => task.status === "SUCCEEDED" && !task.isElsewhere;

const isAnswer = (task: ClosedTask): boolean => hasResponse(task) && ANSWERS.has(task.state);

function cellOf(country: Place, tasks: readonly ClosedTask[]): ComparedCell {
  const { failures, withdrawn } = closedCounts(tasks);
  const states: { [state in ResponseState]?: number } = {};
  const texts = new Set<string>();
  for (const task of tasks.filter(hasResponse)) {
    if (task.state !== null) states[task.state] = (states[task.state] ?? 0) + 1;
    if (task.text !== null) texts.add(task.text);
  }
  const mismatched = tasks.filter(({ isElsewhere }) => isElsewhere).length;
  const unverified = tasks.filter((task) => hasResponse(task) && task.isUnverified).length;
  return {
    country,
    announced: tasks.length,
    failures,
    withdrawn,
    ...(mismatched > 0 ? { mismatched } : {}),
    ...(unverified > 0 ? { unverified } : {}),
    states,
    distinct: texts.size,
  };
}

/** Both tables of a group. Cell with cell is filled once and mirrored. */
function similarityOf(
  perCountry: readonly (readonly ClosedTask[])[],
  language: string,
): Pick<ComparedGroup, "similarity" | "pairs"> {
  const numbers = new Map<string, number>();
  const answers = perCountry.map((tasks) =>
    tasks
      .filter(isAnswer)
      .flatMap(({ text }) => (text === null ? [] : [wordSetOf(text, language, numbers)])),
  );
  const similarity = answers.map(() => answers.map((): number | null => null));
  const pairs = answers.map(() => answers.map(() => 0));
  const put = <T>(table: T[][], i: number, j: number, value: T): void => {
    const row = table[i];
    if (row !== undefined) row[j] = value;
  };
  for (const [i, ours] of answers.entries())
    for (const [j, theirs] of answers.entries()) {
      if (j < i) continue;
      const { mean, count } = i === j ? meanWithin(ours) : meanBetween(ours, theirs);
      put(similarity, i, j, mean);
      put(similarity, j, i, mean);
      put(pairs, i, j, count);
      put(pairs, j, i, count);
    }
  return { similarity, pairs };
}

type Mean = { readonly mean: number | null; readonly count: number };

/** 4 decimals, as the report gives them; null of nothing. */
const meanOf = (sum: number, count: number): Mean => ({
  mean: count === 0 ? null : Math.round((sum / count) * 10_000) / 10_000,
  count,
});

function meanBetween(ours: readonly WordSet[], theirs: readonly WordSet[]): Mean {
  let sum = 0;
  let count = 0;
  for (const a of ours)
    for (const b of theirs) {
      const value = jaccard(a, b);
      if (value === null) continue;
      sum += value;
      count++;
    }
  return meanOf(sum, count);
}

/** Every answer of a cell with every other one, each pair once. */
function meanWithin(answers: readonly WordSet[]): Mean {
  let sum = 0;
  let count = 0;
  for (const [i, a] of answers.entries())
    for (let j = i + 1; j < answers.length; j++) {
      const value = jaccard(a, answers[j] ?? a);
      if (value === null) continue;
      sum += value;
      count++;
    }
  return meanOf(sum, count);
}

function findingOf(spec: JobSpec, tasks: readonly ClosedTask[]): Comparison["finding"] {
  const forbidding = whatForbids(spec, tasks);
  if (forbidding.length > 0) return { rung: "not-comparable", reasons: forbidding };
  const unanswered = tasks.filter(({ status }) => status !== "SUCCEEDED").length;
  const elsewhere = tasks.filter(({ isElsewhere }) => isElsewhere).length;
  const unverified = tasks.filter((task) => hasResponse(task) && task.isUnverified).length;
  return {
    rung: "not-tested",
    reasons: [
      "No statistical test was computed: the figures describe what came back and say nothing of chance.",
      spec.repeats === 1
        ? "Each cell was asked once, so there is no noise floor to hold a difference against."
        : `Each cell was asked ${spec.repeats} times; the diagonal shows how alike answers of one cell are.`,
      ...(unanswered === 0
        ? []
        : [`${unanswered} of ${tasks.length} announced tasks closed without a response.`]),
      ...(elsewhere === 0
        ? []
        : [
            `${elsewhere} of ${tasks.length} responses are left out: the exits they came through turned out to be in another country.`,
          ]),
      ...(unverified === 0
        ? []
        : [
            `Of ${unverified} responses it is not verified that they came out of the country they stand for.`,
          ]),
    ],
  };
}

/** Why nothing may be compared; empty when something may. */
function whatForbids(spec: JobSpec, tasks: readonly ClosedTask[]): string[] {
  const countries = new Set(tasks.filter(hasResponse).map(({ country }) => country));
  const reasons: string[] = [];
  if (allPlacesOf(spec).length < 2) reasons.push("The job asks from one place only.");
  else if (countries.size < 2)
    reasons.push(
      countries.size === 0
        ? "No country has any response."
        : `Only one country, ${[...countries].join("")}, has any response.`,
    );
  if (!tasks.some(isAnswer)) reasons.push("Nothing was answered.");
  return reasons;
}
