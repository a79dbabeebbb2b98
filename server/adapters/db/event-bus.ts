import pg from "pg";
import { LiveEvent } from "@/schemas/live-event";
import type { JobId } from "@/schemas/primitives";
import { LIVE_EVENTS, PENDING_ENTRIES } from "@/server/adapters/db/channels";
import { createFollowers } from "@/server/adapters/db/followers";
import { createListener } from "@/server/adapters/db/listener";
import type { Logger } from "@/server/telemetry/logger";

/** A live event before it has its number. */
export type Announcement =
  | { readonly kind: "job.changed"; readonly jobId: JobId }
  | { readonly kind: "log.published"; readonly size: number };

export type EventBus = {
  /** Stores an event and tells every process that follows. Ids rise in the order in which events appear. */
  announce(event: Announcement): Promise<void>;
  /**
   * Events after `id`, oldest first, at most 500; from null: none, because there is nothing to have
   * missed. What it does not answer yet comes to those who follow.
   */
  since(id: string | null): Promise<readonly LiveEvent[]>;
  /**
   * Events from now on, each once and in order, also past a lost connection. Subscribes when called,
   * not at the first `next`. Ends when `signal` aborts.
   */
  follow(signal: AbortSignal): AsyncIterable<LiveEvent>;
  /** Calls `listener` whenever entries were filed for the log, by whichever process. Returns how to stop. */
  onPendingEntries(listener: () => void): () => void;
  /** Forgets events older than `before`. */
  prune(before: Date): Promise<void>;
  close(): Promise<void>;
};

type Row = {
  readonly id: string;
  readonly kind: string;
  readonly jobId: string | null;
  readonly size: string | null;
};

/** Any number that nothing else in this database locks: the bytes of "live". */
const ANNOUNCE_LOCK = 0x6c697665;
const MAX_ID = 2n ** 63n - 1n;

const eventOf = ({ id, kind, jobId, size }: Row): LiveEvent =>
  LiveEvent.parse(
    kind === "job.changed"
      ? { id, kind, jobId }
      : { id, kind, size: size === null ? null : Number(size) },
  );

/** Live events in PostgreSQL: a table for those who come late, NOTIFY for those who follow. */
export function createEventBus(databaseUrl: string, now: () => Date, log: Logger): EventBus {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  pool.on("error", (error) => log.warn({ err: error }, "an event connection was lost"));
  const after = async (id: bigint): Promise<readonly LiveEvent[]> => {
    if (id >= MAX_ID) return [];
    const { rows } = await pool.query<Row>(
      `SELECT id::text, kind, "jobId", size::text FROM "LiveEvent" WHERE id > $1::bigint ORDER BY "LiveEvent".id LIMIT 500`,
      [String(id)],
    );
    return rows.map(eventOf);
  };
  const newest = async (): Promise<bigint> => {
    const { rows } = await pool.query<{ id: string }>(
      `SELECT coalesce(max(id), 0)::text AS id FROM "LiveEvent"`,
    );
    return BigInt(rows[0]?.id ?? 0);
  };
  const followers = createFollowers({ after, newest });
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
      followers.tell(LiveEvent.parse(JSON.parse(payload)));
    },
    log,
  });

  return {
    async announce(event) {
      // One statement: what is stored is also told. One at a time: an id that appears is the largest,
      // so that "after this id" never passes over one that was given out before and commits later.
      await pool.query(
        `WITH stored AS (
           INSERT INTO "LiveEvent" (kind, "jobId", size, at)
           SELECT $1, $2, $3::bigint, $4 FROM (SELECT pg_advisory_xact_lock(${ANNOUNCE_LOCK})) AS turn
           RETURNING id, kind, "jobId", size)
         SELECT pg_notify($5, json_strip_nulls(json_build_object(
           'id', id::text, 'kind', kind, 'jobId', "jobId", 'size', size))::text) FROM stored`,
        [
          event.kind,
          "jobId" in event ? event.jobId : null,
          "size" in event ? event.size : null,
          now(),
          LIVE_EVENTS,
        ],
      );
    },
    async since(id) {
      await listener.settled();
      return id === null ? [] : after(BigInt(id));
    },
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
      await pool.query(`DELETE FROM "LiveEvent" WHERE at < $1`, [before]);
    },
    async close() {
      await listener.close();
      await pool.end();
    },
  };
}
