import { type IntentEntry, LogEntry } from "@/schemas/log-entry";
import { fromUtf8, hex } from "@/server/domain/bytes";
import { leafHashOf } from "@/server/domain/log/merkle";
import { isLogSigned } from "@/server/domain/log/receipt";

/** A job that was announced, and how its tasks closed in the log. */
export type AuditedJob = {
  readonly job: string;
  readonly announced: number;
  readonly results: number;
  readonly failures: number;
  readonly withdrawn: number;
  readonly hasComparison: boolean;
};

/** The same, with what a closer look needs. */
export type AuditedClosings = AuditedJob & {
  readonly intent: IntentEntry;
  /** The tasks that closed. */
  readonly taskIds: readonly string[];
};

/** After its deadline a job is given so long to close what it leaves open. */
const GRACE_MS = 10 * 60_000;

type Tally = {
  readonly announcement: IntentEntry;
  readonly intent: number;
  readonly announced: number;
  readonly closed: Set<string>;
  counts: Record<(typeof CLOSINGS)[keyof typeof CLOSINGS], number>;
  hasComparison: boolean;
};

type Closing = Extract<LogEntry, { task: string }>;
type Comparison = Extract<LogEntry, { type: "beacon.comparison/v1" }>;

const CLOSINGS = {
  "beacon.result/v1": "results",
  "beacon.failure/v1": "failures",
  "beacon.withdrawal/v1": "withdrawn",
} as const satisfies Record<Closing["type"], string>;

/**
 * Counts how every announced job closed, from a log's leaves in their order.
 *
 * @param at the moment of which the leaves are all there are; a job that is over by then and has open
 *   tasks is a problem.
 * @param problems takes one sentence for each leaf that stands twice, closes a task again, or closes
 *   what no earlier leaf announced.
 */
export function auditClosings(
  leaves: readonly Uint8Array[],
  at: Date,
  problems: string[],
): readonly AuditedClosings[] {
  const jobs = new Map<string, Tally>();
  const seen = new Set<string>();
  for (const [index, bytes] of leaves.entries()) {
    const hash = hex(leafHashOf(bytes));
    if (seen.has(hash)) problems.push(`entry ${index} stands in the log twice`);
    seen.add(hash);
    const entry = entryIn(bytes);
    if (entry === null) {
      problems.push(`entry ${index} is none that this auditor knows`);
      continue;
    }
    if (isLogSigned(entry)) continue;
    const problem =
      entry.type === "beacon.intent/v1" ? announce(jobs, index, entry) : close(jobs, entry);
    if (problem !== null) problems.push(`entry ${index} ${problem}`);
  }
  for (const [job, { announced, closed, announcement }] of jobs) {
    const isOver = Date.parse(announcement.deadline) + GRACE_MS < at.getTime();
    if (isOver && closed.size < announced)
      problems.push(`job ${job} is over and ${announced - closed.size} of its tasks never closed`);
  }
  return [...jobs].map(([job, { announced, counts, hasComparison, announcement, closed }]) => ({
    job,
    announced,
    ...counts,
    hasComparison,
    intent: announcement,
    taskIds: [...closed],
  }));
}

function entryIn(bytes: Uint8Array): LogEntry | null {
  try {
    return LogEntry.parse(JSON.parse(fromUtf8(bytes) ?? ""));
  } catch {
    return null;
  }
}

function announce(jobs: Map<string, Tally>, index: number, intent: IntentEntry): string | null {
  if (jobs.has(intent.job)) return `announces job ${intent.job} again`;
  jobs.set(intent.job, {
    announcement: intent,
    intent: index,
    announced: intent.tasks,
    closed: new Set(),
    counts: { results: 0, failures: 0, withdrawn: 0 },
    hasComparison: false,
  });
  return null;
}

function close(jobs: Map<string, Tally>, entry: Closing | Comparison): string | null {
  const tally = jobs.get(entry.job);
  if (tally?.intent !== entry.intent) return `closes what entry ${entry.intent} did not announce`;
  if (entry.type === "beacon.comparison/v1") return compare(tally, entry);
  if (tally.closed.has(entry.task)) return `closes task ${entry.task} again`;
  tally.closed.add(entry.task);
  tally.counts[CLOSINGS[entry.type]] += 1;
  return tally.closed.size > tally.announced
    ? `closes more tasks than job ${entry.job} announced`
    : null;
}

function compare(tally: Tally, { job }: Comparison): string | null {
  if (tally.hasComparison) return `compares job ${job} again`;
  tally.hasComparison = true;
  return tally.closed.size === tally.announced ? null : `compares job ${job} while tasks are open`;
}
