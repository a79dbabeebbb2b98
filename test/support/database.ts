import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, inject } from "vitest";
import { createPrisma, type Prisma } from "@/server/adapters/db/client";

/** A database that belongs to one test file. */
export type TestDatabase = {
  readonly url: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
};

async function onServer(templateUrl: string, statement: string): Promise<void> {
  const url = new URL(templateUrl);
  url.pathname = "/postgres"; // nobody may be connected to a template while it is copied
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A fresh database with all migrations applied, on the run's shared server. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const templateUrl = inject("templateDatabaseUrl");
  const template = new URL(templateUrl).pathname.slice(1);
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(templateUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(templateUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => onServer(templateUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/**
 * A database for the calling test file, made before its tests and dropped after them. What is
 * answered may be read from within tests and hooks only.
 */
export function ownDatabase(): { readonly url: string; readonly prisma: Prisma } {
  let database: TestDatabase | undefined;
  let prisma: Prisma | undefined;
  beforeAll(async () => {
    database = await createTestDatabase();
    prisma = createPrisma(database.url);
  });
  afterAll(async () => {
    await prisma?.$disconnect();
    await database?.drop();
  });
  return {
    get url() {
      if (database === undefined) throw new Error("the database is made before the first test");
      return database.url;
    },
    get prisma() {
      if (prisma === undefined) throw new Error("the database is made before the first test");
      return prisma;
    },
  };
}
