import type { IntentEntry, KeyEntry, LogEntry } from "@/schemas/log-entry";
import type { KeyId } from "@/schemas/primitives";
import { fromUtf8, hex } from "@/server/domain/bytes";
import {
  CLOSING_GRACE_MS,
  CLOSING_KINDS,
  type Closing as TaskClosing,
} from "@/server/domain/log/completeness";
import { leafHashOf } from "@/server/domain/log/merkle";
import { readEntry } from "@/server/domain/log/read-entry";
import {
  isLogSigned,
  isRoleOf,
  type LogSignedEntry,
  signingKeyOf,
} from "@/server/domain/log/receipt";

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
  /** What closed tasks of the job, in the log's order. */
  readonly closings: readonly TaskClosing[];
};

/** What the leaves of a whole log say. */
export type AuditedEntries = {
  readonly jobs: readonly AuditedClosings[];
  /** Leaves whose bytes third parties added: they are no entries of Beacon. */
  readonly thirdParty: number;
};

type Tally = {
  readonly announcement: IntentEntry;
  readonly intent: number;
  readonly announced: number;
  readonly closed: Set<string>;
  readonly closings: TaskClosing[];
  counts: Record<(typeof CLOSINGS)[keyof typeof CLOSINGS], number>;
  /** Vantage sessions whose end is in the log. */
  readonly ended: Set<string>;
  /** Attestations that are in the log. */
  readonly attested: Set<string>;
  /** The report of the job, and where it stands. */
  comparison: { readonly id: string; readonly index: number } | null;
};

/** What has been read so far. */
type Ledger = {
  readonly jobs: Map<string, Tally>;
  /** Where each key was registered, and as what. */
  readonly registered: Map<KeyId, { readonly index: number; readonly entry: KeyEntry }>;
  /** Where each key was taken back. */
  readonly revoked: Map<KeyId, number>;
};

type Closing = Extract<LogEntry, { task: string }>;
type Comparison = Extract<LogEntry, { type: "beacon.comparison/v1" }>;
type SessionEnd = Extract<LogEntry, { type: "beacon.session/v1" }>;
type Attestation = Extract<LogEntry, { type: "beacon.attestation/v1" }>;

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
 * @param problems takes one sentence for each leaf that stands twice, says that it is Beacon's and is
 *   not, is signed by a key not registered, registered for something else or taken back before it, closes
 *   a task again, ends a session again or attests again, or speaks of a job that no earlier leaf announced
 *   or of a comparison that none is.
 */
export function auditClosings(
  leaves: readonly Uint8Array[],
  at: Date,
  problems: string[],
): AuditedEntries {
  const ledger: Ledger = { jobs: new Map(), registered: new Map(), revoked: new Map() };
  const seen = new Set<string>();
  let thirdParty = 0;
  for (const [index, bytes] of leaves.entries()) {
    const hash = hex(leafHashOf(bytes));
    if (seen.has(hash)) problems.push(`entry ${index} stands in the log twice`);
    seen.add(hash);
    const entry = readEntry(bytes);
    if (entry === null && !saysItIsBeacons(bytes)) {
      thirdParty += 1;
      continue;
    }
    for (const problem of problemsOf(ledger, index, entry))
      problems.push(`entry ${index} ${problem}`);
  }
  for (const [job, { announced, closed, announcement }] of ledger.jobs) {
    const isOver = Date.parse(announcement.deadline) + CLOSING_GRACE_MS < at.getTime();
    if (isOver && closed.size < announced)
      problems.push(`job ${job} is over and ${announced - closed.size} of its tasks never closed`);
  }
  return { jobs: [...ledger.jobs].map(closingsOf), thirdParty };
}

/** Enters a leaf in the ledger, and says what is wrong with it. */
function problemsOf(ledger: Ledger, index: number, entry: LogEntry | null): readonly string[] {
  if (entry === null) return ["is none that this auditor knows"];
  const found = isLogSigned(entry)
    ? [enterKey(ledger, index, entry)]
    : [
        strangeKey(ledger, entry),
        revocationBefore(ledger, entry),
        entry.type === "beacon.intent/v1"
          ? announce(ledger.jobs, index, entry)
          : close(ledger.jobs, index, entry),
      ];
  return found.filter((problem) => problem !== null);
}

const closingsOf = ([job, tally]: readonly [string, Tally]): AuditedClosings => ({
  job,
  announced: tally.announced,
  ...tally.counts,
  hasComparison: tally.comparison !== null,
  intent: tally.announcement,
  closings: tally.closings,
});

/** Whether bytes that are no entry have the look of one: JSON whose type is one of Beacon's. */
function saysItIsBeacons(bytes: Uint8Array): boolean {
  try {
    const value = JSON.parse(fromUtf8(bytes) ?? "") as { type?: unknown } | null;
    return typeof value?.type === "string" && value.type.startsWith("beacon.");
  } catch {
    return false;
  }
}

/** Keeps what the log says of keys. A key that was taken back is not registered again. */
function enterKey(ledger: Ledger, index: number, entry: LogSignedEntry): string | null {
  if (entry.type === "beacon.verifier/v1") return null;
  const registration = ledger.registered.get(entry.key);
  if (entry.type === "beacon.key/v1") {
    if (registration === undefined) ledger.registered.set(entry.key, { index, entry });
    return null;
  }
  if (registration?.index !== entry.registration)
    return `takes back a key that entry ${entry.registration} did not register`;
  if (!ledger.revoked.has(entry.key)) ledger.revoked.set(entry.key, index);
  return null;
}

function strangeKey(
  { registered }: Ledger,
  entry: Exclude<LogEntry, LogSignedEntry>,
): string | null {
  const registration = registered.get(signingKeyOf(entry));
  if (registration === undefined) return "is signed by a key that no entry before it registers";
  return isRoleOf(registration.entry, entry)
    ? null
    : `is signed by a key that entry ${registration.index} registers for another kind of entry`;
}

function revocationBefore(ledger: Ledger, entry: Exclude<LogEntry, LogSignedEntry>): string | null {
  const revocation = ledger.revoked.get(signingKeyOf(entry));
  return revocation === undefined
    ? null
    : `is signed by a key that entry ${revocation} had taken back`;
}

function announce(jobs: Map<string, Tally>, index: number, intent: IntentEntry): string | null {
  if (jobs.has(intent.job)) return `announces job ${intent.job} again`;
  jobs.set(intent.job, {
    announcement: intent,
    intent: index,
    announced: intent.tasks,
    closed: new Set(),
    closings: [],
    counts: { results: 0, failures: 0, withdrawn: 0 },
    ended: new Set(),
    attested: new Set(),
    comparison: null,
  });
  return null;
}

function close(
  jobs: Map<string, Tally>,
  index: number,
  entry: Closing | Comparison | SessionEnd | Attestation,
): string | null {
  const tally = jobs.get(entry.job);
  if (tally?.intent !== entry.intent)
    return `speaks of a job that entry ${entry.intent} did not announce`;
  if (entry.type === "beacon.comparison/v1") return compare(tally, index, entry);
  if (entry.type === "beacon.attestation/v1") return attest(tally, entry);
  if (entry.type === "beacon.session/v1") return endSession(tally, entry);
  tally.closings.push({ task: entry.task, kind: CLOSING_KINDS[entry.type], index });
  if (tally.closed.has(entry.task)) return `closes task ${entry.task} again`;
  tally.closed.add(entry.task);
  tally.counts[CLOSINGS[entry.type]] += 1;
  return tally.closed.size > tally.announced
    ? `closes more tasks than job ${entry.job} announced`
    : null;
}

/** A session ends once. Its end neither opens nor closes a task, so it may stand behind the comparison. */
function endSession({ ended }: Tally, { session }: SessionEnd): string | null {
  if (ended.has(session)) return `ends session ${session} again`;
  ended.add(session);
  return null;
}

/** An attestation is of the job's report, which stands before it. */
function attest({ attested, comparison }: Tally, entry: Attestation): string | null {
  if (comparison?.index !== entry.comparison_index || comparison.id !== entry.comparison)
    return `attests a comparison that entry ${entry.comparison_index} is not`;
  if (attested.has(entry.attestation)) return `attests ${entry.attestation} again`;
  attested.add(entry.attestation);
  return null;
}

function compare(tally: Tally, index: number, { job, comparison: id }: Comparison): string | null {
  if (tally.comparison !== null) return `compares job ${job} again`;
  tally.comparison = { id, index };
  return tally.closed.size === tally.announced ? null : `compares job ${job} while tasks are open`;
}
