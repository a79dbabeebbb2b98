import pg from "pg";
import { z } from "zod";
import { LiveEvent } from "@/schemas/live-event";
import type { AttestationId, ComparisonId, JobId } from "@/schemas/primitives";
import { LIVE_EVENTS, PENDING_ENTRIES } from "@/server/adapters/db/channels";
import { createFollowers } from "@/server/adapters/db/followers";
import { createListener } from "@/server/adapters/db/listener";
import { instantOf } from "@/server/domain/time";
import type { Logger } from "@/server/telemetry/logger";

/** A live event before it has its number and its time. */
export type Announcement =
  | { readonly kind: "job.changed"; readonly jobId: JobId }
  | { readonly kind: "log.published"; readonly size: number }
  | {
      readonly kind: "comparison.filed";
      readonly jobId: JobId;
      readonly comparisonId: ComparisonId;
    }
  | {
      readonly kind: "attestation.filed";
      readonly jobId: JobId;
      readonly attestationId: AttestationId;
    };

export type EventBus = {
  /** Stores an event and tells every process that follows. Ids rise in the order in which events appear. */
  announce(event: Announcement): Promise<void>;
  /**
   * Events after `id`, oldest first, at most 500; from null: none, because there is nothing to have
   * missed. What it does not answer yet comes to those who follow.
   */
  since(id: string | null): Promise<readonly LiveEvent[]>;
  /**
   * The oldest and the newest event that is stored. After the oldest, and after any later id, nothing
   * that was announced is missing. Null: nothing was ever announced.
   */
  range(): Promise<{ readonly oldest: string; readonly newest: string } | null>;
  /**
   * Events from now on, each once and in order, also past a lost connection. Subscribes when called,
   * not at the first `next`. Ends when `signal` aborts.
   */
  follow(signal: AbortSignal): AsyncIterable<LiveEvent>;
  /** Calls `listener` whenever entries were filed for the log, by whichever process. Returns how to stop. */
  onPendingEntries(listener: () => void): () => void;
  /** Forgets events older than `before`, all but the newest of them. */
  prune(before: Date): Promise<void>;
  close(): Promise<void>;
};

type Row = {
  readonly id: string;
  readonly kind: string;
  readonly at: Date;
  readonly jobId: string | null;
  readonly size: string | null;
  readonly documentId: string | null;
};

/** Any number that nothing else in this database locks: the bytes of "live". */
const ANNOUNCE_LOCK = 0x6c697665;
const MAX_ID = 2n ** 63n - 1n;

const COLUMNS = `id::text, kind, at, "jobId", size::text, "documentId"`;

/** The fields of an event that its kind decides on. */
function detailsOf({ kind, jobId, size, documentId }: Omit<Row, "id" | "at">): object {
  switch (kind) {
    case "log.published":
      return { size: size === null ? null : Number(size) };
    case "comparison.filed":
      return { jobId, comparisonId: documentId };
    case "attestation.filed":
      return { jobId, attestationId: documentId };
    default:
      return { jobId };
  }
}

const eventOf = (row: Row): LiveEvent =>
  LiveEvent.parse({
    v: 1,
    id: row.id,
    at: instantOf(row.at),
    kind: row.kind,
    ...detailsOf(row),
  });

/** What a notification carries: a row as JSON. */
const Notified = z.strictObject({
  id: z.string(),
  kind: z.string(),
  at: z.coerce.date(),
  jobId: z.string().nullable(),
  size: z.string().nullable(),
  documentId: z.string().nullable(),
});

const documentOf = (event: Announcement): string | null => {
  if (event.kind === "comparison.filed") return event.comparisonId;
  return event.kind === "attestation.filed" ? event.attestationId : null;
};

/** Live events in PostgreSQL: a table for those who come late, NOTIFY for those who follow. */
export function createEventBus(databaseUrl: string, now: () => Date, log: Logger): EventBus {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  pool.on("error", (error) => log.warn({ err: error }, "an event connection was lost"));
  const after = async (id: bigint): Promise<readonly LiveEvent[]> => {
    if (id >= MAX_ID) return [];
    const { rows } = await pool.query<Row>(
      `SELECT ${COLUMNS} FROM "LiveEvent" WHERE id > $1::bigint ORDER BY "LiveEvent".id LIMIT 500`,
      [String(id)],
    );
    return rows.map(eventOf);
  };
  const range: EventBus["range"] = async () => {
    const { rows } = await pool.query<{ oldest: string | null; newest: string | null }>(
      `SELECT min(id)::text AS oldest, max(id)::text AS newest FROM "LiveEvent"`,
    );
    const [{ oldest, newest } = { oldest: null, newest: null }] = rows;
    return oldest === null || newest === null ? null : { oldest, newest };
  };
  const followers = createFollowers({
    after,
    newest: async () => BigInt((await range())?.newest ?? 0),
  });
  const pendingListeners = new Set<() => void>();
  const ringPending = () => {
    for (const listener of pendingListeners) listener();
  };
  const listener = createListener({
    databaseUrl,
    channels: [LIVE_EVENTS, PENDING_ENTRIES],
    onOpening: followers.hold,
    async onListening() {
      await followers.catchUp();
      ringPending();
    },
    onNotification(channel, payload) {
      if (channel === PENDING_ENTRIES) return ringPending();
      followers.tell(eventOf(Notified.parse(JSON.parse(payload))));
    },
    log,
  });

  return {
    async announce(event) {
      // One statement: what is stored is also told. One at a time: an id that appears is the largest,
      // so that "after this id" never passes over one that was given out before and commits later.
      await pool.query(
        `WITH stored AS (
           INSERT INTO "LiveEvent" (kind, "jobId", size, "documentId", at)
           SELECT $1, $2, $3::bigint, $4, $5 FROM (SELECT pg_advisory_xact_lock(${ANNOUNCE_LOCK})) AS turn
           RETURNING ${COLUMNS})
         SELECT pg_notify($6, row_to_json(stored)::text) FROM stored`,
        [
          event.kind,
          "jobId" in event ? event.jobId : null,
          "size" in event ? event.size : null,
          documentOf(event),
          now(),
          LIVE_EVENTS,
        ],
      );
    },
    async since(id) {
      await listener.settled();
      if (id === null) return [];
      const events = await after(BigInt(id));
      followers.readUpTo(BigInt(events.at(-1)?.id ?? id));
      return events;
    },
    range,
    follow(signal) {
      listener.ensure();
      return followers.follow(signal);
    },
    onPendingEntries(added) {
      listener.ensure();
      pendingListeners.add(added);
      return () => pendingListeners.delete(added);
    },
    async prune(before) {
      // Clocks differ: only what no younger event precedes goes, so that what is left has no hole. The
      // newest of the old stays and says up to where nothing is missing.
      await pool.query(
        `DELETE FROM "LiveEvent" WHERE id < (SELECT max(id) FROM "LiveEvent"
           WHERE id < coalesce((SELECT min(id) FROM "LiveEvent" WHERE at >= $1), ${MAX_ID}))`,
        [before],
      );
    },
    async close() {
      await listener.close();
      await pool.end();
    },
  };
}
