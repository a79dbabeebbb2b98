import type { CheckName, HealthCheck } from "@/schemas/health";
import type { WithDeadline } from "@/server/adapters/clock/deadline";
import type { Present, VitalStore } from "@/server/adapters/db/vital-store";
import { judgeHalt, judgePublication, judgeWitnesses } from "@/server/domain/health/judge-log";
import {
  type DiskFacts,
  judgeDatabase,
  judgeDisk,
  judgeMigrations,
} from "@/server/domain/health/judge-process";
import {
  judgeContent,
  judgePulse,
  judgeQueues,
  type QueueFacts,
  type Rhythm,
} from "@/server/domain/health/judge-work";
import type { Pulses } from "@/server/domain/health/pulse";

export type CheckHealthDeps = {
  readonly vitals: Pick<VitalStore, "present">;
  readonly pulses: Pick<Pulses, "of">;
  /** Room where the state folder lies; null: it cannot be asked. */
  readonly freeSpace: () => Promise<DiskFacts | null>;
  /** The migrations that this version expects, by name. */
  readonly migrations: readonly string[];
  /** The queues that this process works on. */
  readonly queues: readonly Omit<QueueFacts, "pulse">[];
  readonly withDeadline: WithDeadline;
  readonly now: () => Date;
};

/** What makes a process of each kind ready. */
export const CHECKS_OF = {
  portal: ["database", "migrations", "log-halt", "publication", "disk"],
  workers: [
    "database",
    "migrations",
    "log-halt",
    "log-writer",
    "publication",
    "witnesses",
    "queues",
    "content-stores",
    "disk",
  ],
  golem: ["database", "migrations", "golem", "queues"],
  home: ["database", "migrations", "queues"],
} as const satisfies Record<string, readonly CheckName[]>;

/** An answer that takes longer is none: whoever watches wants one now. */
const LOOK_MS = 3_000;

/** A round a second; one may wait ten for the log's lock and six for its witnesses. */
const WRITER: Rhythm = {
  name: "log-writer",
  who: "The log's writer",
  patienceMs: 30_000,
  silentCode: "LOG_WRITER_SILENT",
};
/** Asked for its version every two seconds. */
const GOLEM: Rhythm = {
  name: "golem",
  who: "Asking the Golem node",
  patienceMs: 15_000,
  silentCode: "GOLEM_UNAVAILABLE",
};

/**
 * Looks at what `names` name, and judges it. What rests on the database is left out while that does not
 * answer: nobody knows. Never throws.
 */
export async function checkHealth(
  deps: CheckHealthDeps,
  names: readonly CheckName[],
): Promise<readonly HealthCheck[]> {
  const startedAt = deps.now();
  const [present, disk] = await Promise.all([
    presentOf(deps),
    names.includes("disk") ? deps.freeSpace().catch(() => null) : null,
  ]);
  const now = deps.now();
  const known: Partial<Record<CheckName, HealthCheck>> = {
    database: judgeDatabase(
      present === null
        ? { code: "DATABASE_UNAVAILABLE" }
        : { tookMs: now.getTime() - startedAt.getTime() },
    ),
    ...(present === null ? {} : judgedFrom(deps, present, now)),
    "log-writer": judgePulse(WRITER, deps.pulses.of("log-writer"), now),
    golem: judgePulse(GOLEM, deps.pulses.of("golem"), now),
    queues: judgeQueues(
      deps.queues.map((facts) => ({ ...facts, pulse: deps.pulses.of(facts.queue) })),
      now,
    ),
    disk: judgeDisk(disk),
  };
  return names.flatMap((name) => known[name] ?? []);
}

const judgedFrom = (
  { pulses, migrations }: CheckHealthDeps,
  present: Present,
  now: Date,
): Partial<Record<CheckName, HealthCheck>> => ({
  migrations: judgeMigrations(migrations, present.migrations),
  "log-halt": judgeHalt(present.halted, now),
  publication: judgePublication(present, now),
  witnesses: judgeWitnesses(present.witnesses, now),
  "content-stores": judgeContent(pulses.of("content-stores"), present.outbox, now),
});

/** Null: the database does not answer, or not in time. */
const presentOf = ({ vitals, withDeadline }: CheckHealthDeps): Promise<Present | null> =>
  withDeadline(LOOK_MS, [], (signal) =>
    Promise.race([
      vitals.present(),
      new Promise<null>((resolve) =>
        signal.addEventListener("abort", () => resolve(null), { once: true }),
      ),
    ]),
  ).catch(() => null);
