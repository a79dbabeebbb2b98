import pg from "pg";
import type { Logger } from "@/server/telemetry/logger";

export type ListenerOptions = {
  readonly databaseUrl: string;
  readonly channels: readonly string[];
  /** Called before a connection is opened: what is notified until it listens is lost. */
  onOpening(): void;
  /** Called whenever listening begins. What it throws closes the connection, and another is opened. */
  onListening(): Promise<void>;
  onNotification(channel: string, payload: string): void;
  readonly log: Logger;
};

export type Listener = {
  /** Starts listening, if nobody has. */
  ensure(): void;
  /** Resolves once the first try to listen is over, well or badly; at once when nobody has started. */
  settled(): Promise<void>;
  close(): Promise<void>;
};

const RECONNECT_MS = 500;

/** LISTEN on one connection of its own, which is opened again whenever it is lost. */
export function createListener(options: ListenerOptions): Listener {
  const { databaseUrl, channels, onNotification, log } = options;
  let client: pg.Client | null = null;
  let first: Promise<void> | null = null;
  let isClosed = false;

  async function open(): Promise<void> {
    if (isClosed) return;
    const next = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
    let isOver = false;
    // A connection may fail and then end, and says so each time: it has one successor all the same.
    const succeed = () => {
      if (isOver) return;
      isOver = true;
      client = null;
      setTimeout(() => void open(), RECONNECT_MS).unref();
    };
    next.on("notification", ({ channel, payload }) => onNotification(channel, payload ?? ""));
    next.on("error", (error) => log.warn({ err: error }, "the listening connection was lost"));
    next.on("end", succeed);
    client = next;
    options.onOpening();
    try {
      await next.connect();
      await next.query(channels.map((channel) => `LISTEN ${channel}`).join("; "));
      await options.onListening();
    } catch (error) {
      if (!isClosed) log.warn({ err: error }, "cannot listen yet");
      succeed();
      await next.end().catch(() => {});
    }
  }

  return {
    ensure() {
      first ??= open();
    },
    settled: async () => first ?? undefined,
    async close() {
      isClosed = true;
      await client?.end().catch(() => {});
    },
  };
}
