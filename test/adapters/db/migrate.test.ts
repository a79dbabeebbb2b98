import { readdirSync } from "node:fs";
import { Client } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { applyMigrations } from "@/prisma/migrate";
import { createTestDatabase, type TestDatabase } from "@/test/support/database";

let database: TestDatabase;
let client: Client;

beforeEach(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

const MIGRATIONS = new URL("../../../prisma/migrations", import.meta.url);

it("finds nothing to do on a migrated database", async () => {
  expect(await applyMigrations(database.url)).toEqual([]);
});

it("applies each migration once when two start at a time", async () => {
  await client.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  const applied = await Promise.all([applyMigrations(database.url), applyMigrations(database.url)]);
  const all = readdirSync(MIGRATIONS).filter((name) => /^\d{14}_/.test(name));
  expect(all.length).toBeGreaterThan(1);
  expect(applied.flat().sort()).toEqual(all.sort());
});

it("says so when there is no database", async () => {
  const url = new URL(database.url);
  url.pathname = "/none";
  await expect(applyMigrations(url.href)).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
});

it("refuses a database that another version laid out", async () => {
  await client.query("UPDATE _prisma_migrations SET checksum = 'another'");
  await expect(applyMigrations(database.url)).rejects.toMatchObject({
    code: "DATABASE_SCHEMA_FOREIGN",
  });
});
