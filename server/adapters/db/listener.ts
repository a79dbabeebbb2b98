import pg from "pg";
import type { Logger } from "@/server/telemetry/logger";

export type ListenerOptions = {
  readonly databaseUrl: string;
  readonly channels: readonly string[];
  onNotification(channel: string, payload: string): void;
  /** Called whenever listening begins: what was notified while nobody listened is lost. */
  onListening(): void;
  readonly log: Logger;
};

export type Listener = {
  /** Starts listening, if nobody has. */
  ensure(): void;
  close(): Promise<void>;
};

const RECONNECT_MS = 500;

/** LISTEN on one connection of its own, which is opened again whenever it is lost. */
export function createListener(options: ListenerOptions): Listener {
  const { databaseUrl, channels, onNotification, onListening, log } = options;
  let client: pg.Client | null = null;
  let isStarted = false;
  let isClosed = false;

  async function open(): Promise<void> {
    const next = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
    next.on("notification", ({ channel, payload }) => onNotification(channel, payload ?? ""));
    next.on("error", (error) => log.warn({ err: error }, "the listening connection was lost"));
    next.on("end", () => {
      client = null;
      openLater();
    });
    client = next;
    await next.connect();
    await next.query(channels.map((channel) => `LISTEN ${channel}`).join("; "));
    onListening();
  }
  function openLater(): void {
    if (isClosed) return;
    setTimeout(() => {
      if (!isClosed) open().catch((error: unknown) => retry(error));
    }, RECONNECT_MS).unref();
  }
  function retry(error: unknown): void {
    log.warn({ err: error }, "cannot listen yet");
    if (client === null) openLater();
    else void client.end().catch(() => openLater());
  }

  return {
    ensure() {
      if (isStarted) return;
      isStarted = true;
      open().catch(retry);
    },
    async close() {
      isClosed = true;
      await client?.end().catch(() => {});
    },
  };
}
