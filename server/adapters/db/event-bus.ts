import pg from "pg";
import { LiveEvent } from "@/schemas/live-event";
import type { JobId } from "@/schemas/primitives";
import { LIVE_EVENTS, PENDING_ENTRIES } from "@/server/adapters/db/channels";
import { createListener } from "@/server/adapters/db/listener";
import type { Logger } from "@/server/telemetry/logger";

/** A live event before it has its number. */
export type Announcement =
  | { readonly kind: "job.changed"; readonly jobId: JobId }
  | { readonly kind: "log.published"; readonly size: number };

export type EventBus = {
  /** Stores an event, then tells every process that follows. */
  announce(event: Announcement): Promise<void>;
  /** Events after `id`, oldest first, at most 500; from null: none, because there is nothing to have missed. */
  since(id: string | null): Promise<readonly LiveEvent[]>;
  /** Events from now on. Subscribes when called, not at the first `next`. Ends when `signal` aborts. */
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
  const followers = new Set<(event: LiveEvent) => void>();
  const pendingListeners = new Set<() => void>();
  const ringPending = () => {
    for (const listener of pendingListeners) listener();
  };
  const listener = createListener({
    databaseUrl,
    channels: [LIVE_EVENTS, PENDING_ENTRIES],
    onListening: ringPending,
    onNotification(channel, payload) {
      if (channel === PENDING_ENTRIES) return ringPending();
      const event = LiveEvent.parse(JSON.parse(payload));
      for (const follower of followers) follower(event);
    },
    log,
  });

  return {
    async announce(event) {
      const { rows } = await pool.query<Row>(
        `INSERT INTO "LiveEvent" (kind, "jobId", size, at) VALUES ($1, $2, $3, $4)
         RETURNING id::text, kind, "jobId", size::text`,
        [
          event.kind,
          "jobId" in event ? event.jobId : null,
          "size" in event ? event.size : null,
          now(),
        ],
      );
      for (const row of rows)
        await pool.query("SELECT pg_notify($1, $2)", [LIVE_EVENTS, JSON.stringify(eventOf(row))]);
    },
    async since(id) {
      if (id === null) return [];
      const { rows } = await pool.query<Row>(
        `SELECT id::text, kind, "jobId", size::text FROM "LiveEvent" WHERE id > $1::bigint ORDER BY "LiveEvent".id LIMIT 500`,
        [id],
      );
      return rows.map(eventOf);
    },
    follow(signal) {
      listener.ensure();
      return following(followers, signal);
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

/** Joins `followers` at once, and yields what they are told until `signal` aborts. */
function following(
  followers: Set<(event: LiveEvent) => void>,
  signal: AbortSignal,
): AsyncIterable<LiveEvent> {
  const waiting: LiveEvent[] = [];
  let wake: (() => void) | null = null;
  const follower = (event: LiveEvent) => {
    waiting.push(event);
    wake?.();
  };
  const leave = () => {
    followers.delete(follower);
    wake?.();
  };
  followers.add(follower);
  signal.addEventListener("abort", leave, { once: true });
  return (async function* () {
    try {
      while (!signal.aborted) {
        const event = waiting.shift();
        if (event !== undefined) yield event;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      leave();
    }
  })();
}
