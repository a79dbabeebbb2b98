import { CountryCode, HOME, type Place } from "@/schemas/country";
import { CheckName } from "@/schemas/health";
import { Dialect } from "@/schemas/job-spec";
import { ResponseState, WithdrawalReason } from "@/schemas/task";
import type { PoolView, PoolWatch } from "@/server/adapters/db/client";
import { QUEUES, type QueueName } from "@/server/adapters/queue/queues";
import { ERRORS } from "@/server/domain/errors";
import type { FailureCode } from "@/server/domain/health/pulse";
import { createMeter, type Meter } from "@/server/telemetry/meter";
import { metricPlans, type WordLists } from "@/server/telemetry/metrics";

/** What became of a call, besides what the table of errors says. */
type CallCode = FailureCode | "BAD_REQUEST" | "UNAUTHORIZED" | "FORBIDDEN" | "TOO_MANY_REQUESTS";

type BeaconWords = {
  readonly code: CallCode;
  readonly place: Place;
  readonly queue: QueueName;
  readonly procedure: string;
  readonly dialect: Dialect;
  readonly responseState: ResponseState;
  readonly withdrawal: WithdrawalReason;
  readonly check: CheckName;
  readonly version: string;
  readonly commit: string;
  readonly node: string;
};

/** Which Beacon a process is. */
export type Build = { readonly version: string; readonly commit: string; readonly node: string };

const CODES: readonly CallCode[] = [
  ...(Object.keys(ERRORS) as (keyof typeof ERRORS)[]),
  "INTERNAL",
  "BAD_REQUEST",
  "UNAUTHORIZED",
  "FORBIDDEN",
  "TOO_MANY_REQUESTS",
];

/** Every word that a label may say; of procedures and builds those that are given. */
export const wordLists = (
  procedures: readonly string[],
  build: Build | null,
): WordLists<BeaconWords> => ({
  code: CODES,
  place: [...CountryCode.options, HOME] as readonly Place[],
  queue: Object.keys(QUEUES) as QueueName[],
  procedure: procedures,
  dialect: Dialect.options,
  responseState: ResponseState.options,
  withdrawal: WithdrawalReason.options,
  check: CheckName.options,
  version: build === null ? [] : [build.version],
  commit: build === null ? [] : [build.commit],
  node: build === null ? [] : [build.node],
});

/** Beacon's metrics, of one process. */
export type Metrics = Meter<ReturnType<typeof metricPlans<BeaconWords>>> & {
  /** Names what the API can be asked. Until then its calls are counted under one name. */
  nameProcedures(names: readonly string[]): void;
};

/**
 * Metrics that belong to whoever asks for them.
 *
 * @param build null: they say nothing of the process that they are measured in.
 */
export function createMetrics(build: Build | null = null): Metrics {
  const procedures: string[] = [];
  const meter = createMeter(metricPlans(wordLists(procedures, build)), {
    measuresProcess: build !== null,
  });
  if (build !== null) meter.of.build.set(build, 1);
  return { ...meter, nameProcedures: (names) => procedures.push(...names) };
}

const SLOT = Symbol.for("beacon.metrics");
type Holder = { [SLOT]?: Metrics };

/** The metrics of this process, made at the first call. One for the process: Next holds this module more than once. */
export function processMetrics(build: Build | null = null): Metrics {
  const holder = globalThis as Holder;
  holder[SLOT] ??= createMetrics(build);
  return holder[SLOT];
}

/** Watches the pool that the stores share. */
export function measuredPool({ of, beforeRendering }: Metrics): PoolWatch {
  let pool: PoolView | null = null;
  beforeRendering(async () => {
    if (pool === null) return;
    const { totalCount, idleCount, waitingCount } = pool;
    of.databaseConnections.set({ state: "idle" }, idleCount);
    of.databaseConnections.set({ state: "busy" }, totalCount - idleCount);
    of.databaseConnections.set({ state: "waiting" }, waitingCount);
  });
  of.databaseErrors.add({}, 0);
  return {
    onPool: (opened) => {
      pool = opened;
    },
    onLost: () => of.databaseErrors.add({}),
  };
}
