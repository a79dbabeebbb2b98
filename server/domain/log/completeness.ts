import type { Place } from "@/schemas/country";
import type { EntryType } from "@/schemas/log-entry";
import type { TaskId } from "@/schemas/primitives";
import type { PlannedTask } from "@/server/domain/job/plan";

/** How a task closed, as the log says it, and where. */
export type Closing = {
  readonly task: string;
  readonly kind: "result" | "failure" | "withdrawal";
  readonly index: number;
};

/** What the kinds of entries that close a task are called here. */
export const CLOSING_KINDS = {
  "beacon.result/v1": "result",
  "beacon.failure/v1": "failure",
  "beacon.withdrawal/v1": "withdrawal",
} as const satisfies Partial<Record<EntryType, Closing["kind"]>>;

/** A task by what was to be asked. `repeat` is 0-based. */
export type NamedTask = {
  readonly task: TaskId;
  readonly prompt: string;
  readonly service: string;
  readonly country: Place;
  readonly repeat: number;
};

/**
 * Whether a job did what it announced. `announced = results + failures + withdrawals + open`, where
 * each task counts once.
 */
export type Completeness = {
  readonly announced: number;
  readonly results: number;
  readonly failures: number;
  readonly withdrawals: number;
  /** Announced, and not closed in the log. */
  readonly open: readonly NamedTask[];
  /** Whether the job's deadline, and the grace after it, had passed: open tasks are then overdue. */
  readonly isOver: boolean;
  /** Closed and never announced. */
  readonly unannounced: readonly string[];
  /** Closed more than once. */
  readonly doubled: readonly string[];
};

/** After its deadline a job is given so long to close what it leaves open. */
export const CLOSING_GRACE_MS = 10 * 60_000;

/**
 * Holds what the log closed of a job against what the job announced, task by task: nobody can ask a
 * thousand times and leave out the answer that does not suit.
 *
 * @param planned every announced task, laid down again from the job's spec and order seed.
 * @param closings the job's leaves that close tasks, in the log's order.
 * @param at the moment of which `closings` are all there are.
 */
export function completenessOf(
  planned: readonly PlannedTask[],
  closings: readonly Closing[],
  deadline: Date,
  at: Date,
): Completeness {
  const announced = new Set<string>(planned.map(({ id }) => id));
  const closed = new Map<string, Closing>();
  const doubled = new Set<string>();
  const unannounced = new Set<string>();
  for (const closing of closings) {
    if (!announced.has(closing.task)) unannounced.add(closing.task);
    else if (closed.has(closing.task)) doubled.add(closing.task);
    else closed.set(closing.task, closing);
  }
  const count = (kind: Closing["kind"]) =>
    [...closed.values()].filter((closing) => closing.kind === kind).length;
  return {
    announced: planned.length,
    results: count("result"),
    failures: count("failure"),
    withdrawals: count("withdrawal"),
    open: planned.filter(({ id }) => !closed.has(id)).map(named),
    isOver: deadline.getTime() + CLOSING_GRACE_MS < at.getTime(),
    unannounced: [...unannounced],
    doubled: [...doubled],
  };
}

const named = ({ id, promptId, serviceId, country, repeat }: PlannedTask): NamedTask => ({
  task: id,
  prompt: promptId,
  service: serviceId,
  country,
  repeat,
});
