import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { applyMigrations } from "@/prisma/migrate";
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "@/server/adapters/db/embedded-postgres";

declare module "vitest" {
  interface ProvidedContext {
    /** A migrated, empty database: the template of every test's own (test/support/database.ts). */
    templateDatabaseUrl: string;
  }
}

let server: EmbeddedPostgres | undefined;
let folder: string | undefined;

/** One PostgreSQL for the whole run, in a temporary folder, with one migrated template database. */
export async function setup(project: TestProject): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), "beacon-test-"));
  server = await startEmbeddedPostgres({
    folder: join(folder, "postgres"),
    isDurable: false,
    log: () => {},
  });
  await applyMigrations(server.url);
  project.provide("templateDatabaseUrl", server.url);
}

/** Stops the server and removes its folder. */
export async function teardown(): Promise<void> {
  await server?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
