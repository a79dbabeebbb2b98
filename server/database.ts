import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "@/server/adapters/db/embedded-postgres";
import { isProcessAlive, runningPostgresOn } from "@/server/adapters/db/postgres-process";
import type { Env } from "@/server/env";

/** The installation's database, running. */
export type OpenDatabase = {
  readonly url: string;
  /** For people, without the password. */
  readonly description: string;
  /** Stops it in order, where it is ours to stop. */
  close(): Promise<void>;
  /** Stops it at once; the next start recovers. */
  kill(): void;
};

const WATCH_INTERVAL_MS = 1_000;

/**
 * The database that `DATABASE_URL` names, or the embedded one of the state folder. The embedded
 * one is started again, on the same port, should it die.
 *
 * @param note told in a line what a person should see.
 * @throws BeaconError STATE_FOLDER_BROKEN, NATIVE_PART_MISSING, DATABASE_UNAVAILABLE
 */
export async function openDatabase(
  env: Pick<Env, "BEACON_HOME" | "DATABASE_URL">,
  note: (line: string) => void,
): Promise<OpenDatabase> {
  if (env.DATABASE_URL !== undefined) {
    const { host, pathname } = new URL(env.DATABASE_URL);
    const description = `PostgreSQL at ${host}${pathname}`;
    return { url: env.DATABASE_URL, description, close: async () => {}, kill: () => {} };
  }
  const folder = join(env.BEACON_HOME, "postgres");
  const { current, close } = await keepUp(folder, note);
  const { url, port } = current();
  return {
    url,
    description: `embedded PostgreSQL on 127.0.0.1:${port}`,
    close,
    kill: () => process.kill(current().pid, "SIGQUIT"),
  };
}

/**
 * The installation's database for a look: the one that runs, or else the embedded one, started for
 * as long as it takes. Null: there is none yet.
 *
 * @throws BeaconError STATE_FOLDER_BROKEN, NATIVE_PART_MISSING, DATABASE_UNAVAILABLE
 */
export async function visitDatabase(
  env: Pick<Env, "BEACON_HOME" | "DATABASE_URL">,
): Promise<Pick<OpenDatabase, "url" | "close"> | null> {
  if (env.DATABASE_URL !== undefined) return { url: env.DATABASE_URL, close: async () => {} };
  const folder = join(env.BEACON_HOME, "postgres");
  const data = join(folder, "data");
  if (!existsSync(data)) return null;
  const wasRunning = runningPostgresOn(data) !== null;
  const server = await startEmbeddedPostgres({ folder, log: () => {} });
  return { url: server.url, close: wasRunning ? async () => {} : () => server.stop() };
}

async function keepUp(
  folder: string,
  note: (line: string) => void,
): Promise<{ current: () => EmbeddedPostgres; close: () => Promise<void> }> {
  let server = await startEmbeddedPostgres({ folder, log: () => {} });
  const { port } = server;
  let restarting: Promise<void> | null = null;
  const restart = async () => {
    note("PostgreSQL ended: started again");
    try {
      server = await startEmbeddedPostgres({ folder, port, log: () => {} });
    } catch (error) {
      note(error instanceof Error ? error.message : String(error));
    }
    restarting = null;
  };
  const watch = setInterval(() => {
    if (restarting === null && !isProcessAlive(server.pid)) restarting = restart();
  }, WATCH_INTERVAL_MS);
  watch.unref();
  return {
    current: () => server,
    close: async () => {
      clearInterval(watch);
      await restarting;
      await server.stop();
    },
  };
}
