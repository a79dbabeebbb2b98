import { z } from "zod";
import type { PrismaClient } from "@/generated/prisma/client";
import {
  FRESH_GATE,
  type GateAnswer,
  type GateLimits,
  type GateState,
} from "@/server/domain/service/gate";

/** A service's gate as it was when it was read. */
export type GateRow = {
  readonly version: bigint;
  readonly state: GateState;
  readonly limits: GateLimits;
  readonly pausedUntilMs: number | null;
  readonly pauseReason: string | null;
  /** Which version of the service's own row was read. */
  readonly serviceMark: string;
};

/** Gates in PostgreSQL, moved by compare-and-set. */
export type GateRows = {
  /** Null: there is no such service. */
  read(serviceId: string): Promise<GateRow | null>;
  /**
   * Stores an answer that was computed from `known`, unless the gate or its service has changed since. In
   * one round trip.
   *
   * @returns what is stored now; null: it is not known, and has to be read.
   */
  swap(
    serviceId: string,
    known: GateRow,
    answer: Pick<GateAnswer, "state" | "pause">,
  ): Promise<{ readonly isStored: boolean; readonly row: GateRow | null }>;
};

const StoredState = z.strictObject({
  nextAtUs: z.int(),
  desks: z.record(z.string(), z.strictObject({ held: z.int(), untilMs: z.number() })),
  faults: z.int(),
  pauses: z.int(),
  trial: z.strictObject({ desk: z.string(), untilMs: z.number() }).nullable(),
});

type Found = {
  readonly version: bigint | null;
  readonly state: unknown;
  readonly requestsPerMinute: number;
  readonly concurrency: number;
  readonly pausedUntil: Date | null;
  readonly pauseReason: string | null;
  readonly serviceMark: string;
};

/** Null: the row of the gate is not there (yet, or any more: the table is lost when the database crashes). */
function rowOf(found: Found): GateRow | null {
  if (found.version === null) return null;
  return {
    version: found.version,
    state: StoredState.parse(found.state),
    limits: { requestsPerMinute: found.requestsPerMinute, concurrency: found.concurrency },
    pausedUntilMs: found.pausedUntil?.getTime() ?? null,
    pauseReason: found.pauseReason,
    serviceMark: found.serviceMark,
  };
}

/**
 * The rows of `service_gates` with the limits and pauses of `services`.
 *
 * A row's `xmin` names the transaction that wrote it: it tells whether an admin, or another worker's
 * pause, has changed the service since.
 */
export function createGateRows(prisma: PrismaClient): GateRows {
  return {
    async read(serviceId) {
      await prisma.$executeRaw`
        INSERT INTO service_gates ("serviceId", state)
        SELECT id, ${JSON.stringify(FRESH_GATE)}::jsonb FROM services WHERE id = ${serviceId}
        ON CONFLICT DO NOTHING`;
      const [found] = await prisma.$queryRaw<Found[]>`
        SELECT g.version, g.state, s."requestsPerMinute", s.concurrency, s."pausedUntil", s."pauseReason",
               s.xmin::text AS "serviceMark"
        FROM services s JOIN service_gates g ON g."serviceId" = s.id WHERE s.id = ${serviceId}`;
      return found === undefined ? null : rowOf(found);
    },

    async swap(serviceId, known, { state, pause }) {
      const until = pause === null ? null : new Date(pause.untilMs);
      const [found] = await prisma.$queryRaw<(Found & { stored: number })[]>`
        WITH moved AS (
          UPDATE service_gates g SET state = ${JSON.stringify(state)}::jsonb, version = g.version + 1
          FROM services s
          WHERE g."serviceId" = ${serviceId} AND g.version = ${known.version}
            AND s.id = g."serviceId" AND s.xmin::text = ${known.serviceMark}
          RETURNING g.version),
        paused AS (
          UPDATE services s SET "pausedUntil" = ${until}::timestamptz, "pauseReason" = ${pause?.reason ?? null}
          FROM moved WHERE s.id = ${serviceId} AND ${until}::timestamptz IS NOT NULL)
        SELECT g.version, g.state, s."requestsPerMinute", s.concurrency, s."pausedUntil", s."pauseReason",
               s.xmin::text AS "serviceMark", (SELECT count(*) FROM moved)::int AS stored
        FROM services s LEFT JOIN service_gates g ON g."serviceId" = s.id WHERE s.id = ${serviceId}`;
      if (found?.stored !== 1)
        return { isStored: false, row: found === undefined ? null : rowOf(found) };
      // A pause changed the service's own row: its new mark is not known here.
      const row = pause === null ? { ...known, state, version: known.version + 1n } : null;
      return { isStored: true, row };
    },
  };
}
