import pg from "pg";
import { LiveEvent } from "@/schemas/live-event";
import type { JobId } from "@/schemas/primitives";
import { LIVE_EVENTS, PENDING_ENTRIES } from "@/server/adapters/db/channels";
import type { Logger } from "@/server/telemetry/logger";

/** A live event before it has its number. */
export type Announcement =
  | { readonly kind: "job.changed"; readonly jobId: JobId }
  | { readonly kind: "log.published"; readonly size: number };

export type EventBus = {
  /** Stores events, then tells every process that follows. */
  announce(events: readonly Announcement[]): Promise<void>;
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


const RECONNECT_MS = 500;

type Row = { id: string; kind: string; jobId: string | null; size: string | null };

/** Live events over PostgreSQL's LISTEN and NOTIFY: one connection listens, however many follow. */
export function createEventBus(databaseUrl: string, now: () => Date, log: Logger): EventBus {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  pool.on("error", (error) => log.warn({ err: error }, "event connection lost"));
  const followers = new Set<(event: LiveEvent) => void>();
  const pendingListeners = new Set<() => void>();
  let listening: Promise<void> | null = null;
  let client: pg.Client | null = null;
  let isClosed = false;

  async function listen(): Promise<void> {
    const next = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
    next.on("notification", ({ channel, payload }) => {
      if (channel === PENDING_ENTRIES) for (const listener of pendingListeners) listener();
      if (channel !== LIVE_EVENTS || payload === undefined) return;
      const event = LiveEvent.safeParse(JSON.parse(payload));
      if (event.success) for (const follower of followers) follower(event.data);
    });
    next.on("error", (error) => {
      log.warn({ err: error }, "listening connection lost, it will be opened again");
    });
    next.on("end", () => {
      client = null;
      if (!isClosed) setTimeout(() => void relisten(), RECONNECT_MS).unref();
    });
    await next.connect();
    await next.query(`LISTEN ${LIVE_EVENTS}; LISTEN ${PENDING_ENTRIES}`);
    client = next;
    for (const listener of pendingListeners) listener();
  }
  async function relisten(): Promise<void> {
    if (isClosed) return;
    try {
      await listen();
    } catch (error) {
      log.warn({ err: error }, "cannot listen yet");
      setTimeout(() => void relisten(), RECONNECT_MS).unref();
    }
  }
  const ensureListening = () => {
    listening ??= relisten();
  };

  return {
    async announce(events) {
      if (events.length === 0) return;
      const { rows } = await pool.query<Row>(
        `INSERT INTO "LiveEvent" (kind, "jobId", size, at)
         SELECT kind, job, size::bigint, $4 FROM unnest($1::text[], $2::text[], $3::text[]) AS e(kind, job, size)
         RETURNING id::text, kind, "jobId", size::text`,
        [
          events.map((event) => event.kind),
          events.map((event) => ("jobId" in event ? event.jobId : null)),
          events.map((event) => ("size" in event ? String(event.size) : null)),
          now(),
        ],
      );
      for (const row of rows)
        await pool.query("SELECT pg_notify($1, $2)", [LIVE_EVENTS, JSON.stringify(eventOf(row))]);
    },
    async since(id) {
      if (id === null) return [];
      const { rows } = await pool.query<Row>(
        `SELECT id::text, kind, "jobId", size::text FROM "LiveEvent" WHERE id > $1::bigint ORDER BY id LIMIT 500`,
        [id],
      );
      return rows.map((row) => LiveEvent.parse(eventOf(row)));
    },
    follow(signal) {
      ensureListening();
      const waiting: LiveEvent[] = [];
      let wake: (() => void) | null = null;
      const follower = (event: LiveEvent) => {
        waiting.push(event);
        wake?.();
      };
      followers.add(follower);
      const end = () => {
        followers.delete(follower);
        wake?.();
      };
      signal.addEventListener("abort", end, { once: true });
      return (async function* () {
        try {
          while (!signal.aborted) {
            const event = waiting.shift();
            if (event) yield event;
            else
              await new Promise<void>((resolve) => {
                wake = resolve;
              });
          }
        } finally {
          end();
        }
      })();
    },
    onPendingEntries(listener) {
      ensureListening();
      pendingListeners.add(listener);
      return () => pendingListeners.delete(listener);
    },
    async prune(before) {
      await pool.query(`DELETE FROM "LiveEvent" WHERE at < $1`, [before]);
    },
    async close() {
      isClosed = true;
      await client?.end();
      await pool.end();
    },
  };
}

const eventOf = (row: Row): unknown =>
  row.kind === "job.changed"
    ? { id: row.id, kind: row.kind, jobId: row.jobId }
    : { id: row.id, kind: row.kind, size: Number(row.size) };
