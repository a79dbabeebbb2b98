import { LogEntry } from "@/schemas/log-entry";
import { fromUtf8, hex } from "@/server/domain/bytes";
import { leafHashOf } from "@/server/domain/log/merkle";

/** A job that was announced, and how its tasks closed in the log. */
export type AuditedJob = {
  readonly job: string;
  readonly announced: number;
  readonly results: number;
  readonly failures: number;
  readonly withdrawn: number;
  readonly hasComparison: boolean;
};

type Tally = {
  readonly intent: number;
  readonly announced: number;
  readonly closed: Set<string>;
  counts: Record<(typeof CLOSINGS)[keyof typeof CLOSINGS], number>;
  hasComparison: boolean;
};

type Closing = Extract<LogEntry, { task: string }>;
type Intent = Extract<LogEntry, { type: "beacon.intent/v1" }>;
type Comparison = Extract<LogEntry, { type: "beacon.comparison/v1" }>;

const CLOSINGS = {
  "beacon.result/v1": "results",
  "beacon.failure/v1": "failures",
  "beacon.withdrawal/v1": "withdrawn",
} as const satisfies Record<Closing["type"], string>;

/**
 * Counts how every announced job closed, from a log's leaves in their order.
 *
 * @param problems takes one sentence for each leaf that stands twice, closes a task again, or closes
 *   what no earlier leaf announced.
 */
export function auditClosings(
  leaves: readonly Uint8Array[],
  problems: string[],
): readonly AuditedJob[] {
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
    if (entry.type === "beacon.key/v1") continue;
    const problem =
      entry.type === "beacon.intent/v1" ? announce(jobs, index, entry) : close(jobs, entry);
    if (problem !== null) problems.push(`entry ${index} ${problem}`);
  }
  return [...jobs].map(([job, { announced, counts, hasComparison }]) => ({
    job,
    announced,
    ...counts,
    hasComparison,
  }));
}

function entryIn(bytes: Uint8Array): LogEntry | null {
  try {
    return LogEntry.parse(JSON.parse(fromUtf8(bytes) ?? ""));
  } catch {
    return null;
  }
}

function announce(jobs: Map<string, Tally>, index: number, intent: Intent): string | null {
  if (jobs.has(intent.job)) return `announces job ${intent.job} again`;
  jobs.set(intent.job, {
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
