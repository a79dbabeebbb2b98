import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type Context, contextFor } from "@/server/context";
import { readEnv } from "@/server/env";
import { registerRunner } from "@/server/services/register-runner";
import { createTestDatabase } from "@/test/support/database";

/** An installation of its own: a database, a state folder, and a context on both. */
export type OpenContext = { readonly context: Context; close(): Promise<void> };

/**
 * A new installation whose runner key waits for the log.
 *
 * @param environment what is set besides.
 */
export async function openContext(
  environment: Readonly<Record<string, string>> = {},
): Promise<OpenContext> {
  const database = await createTestDatabase();
  const home = mkdtempSync(join(tmpdir(), "beacon-context-"));
  const context = contextFor(
    readEnv({
      NODE_ENV: "test",
      DATABASE_URL: database.url,
      BEACON_HOME: home,
      LOG_LEVEL: "silent",
      ...environment,
    }),
  );
  await registerRunner(context);
  return {
    context,
    async close() {
      await context.close();
      await database.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** One installation for the calling test file. May be read from within tests and hooks only. */
export function ownContext(): { readonly context: Context } {
  let open: OpenContext | undefined;
  beforeAll(async () => {
    open = await openContext();
  });
  afterAll(() => open?.close());
  return {
    get context() {
      if (open === undefined) throw new Error("the context is made before the first test");
      return open.context;
    },
  };
}
