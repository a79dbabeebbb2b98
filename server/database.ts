import { join } from "node:path";
import { startEmbeddedPostgres } from "@/server/adapters/db/embedded-postgres";
import type { Env } from "@/server/env";

/** The installation's database, running. */
export type OpenDatabase = {
  readonly url: string;
  /** For people, without the password. */
  readonly description: string;
  /** The embedded server's process, or null where the database is not ours to stop. */
  readonly pid: number | null;
  close(): Promise<void>;
};

/**
 * The database that `DATABASE_URL` names, or the embedded one of the state folder.
 *
 * @throws BeaconError STATE_FOLDER_BROKEN, NATIVE_PART_MISSING, DATABASE_UNAVAILABLE
 */
export async function openDatabase(
  env: Pick<Env, "BEACON_HOME" | "DATABASE_URL">,
  log: (line: string) => void,
): Promise<OpenDatabase> {
  if (env.DATABASE_URL !== undefined) {
    const { host, pathname } = new URL(env.DATABASE_URL);
    const description = `PostgreSQL at ${host}${pathname}`;
    return { url: env.DATABASE_URL, description, pid: null, close: async () => {} };
  }
  const server = await startEmbeddedPostgres({ folder: join(env.BEACON_HOME, "postgres"), log });
  return {
    url: server.url,
    description: `embedded PostgreSQL on 127.0.0.1:${server.port}`,
    pid: server.pid,
    close: () => server.stop(),
  };
}
