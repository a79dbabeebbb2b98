import { defineConfig } from "prisma/config";

// Only Prisma's own commands read this; Beacon applies its migrations with prisma/migrate.ts.
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: process.env.DATABASE_URL ?? "postgresql://beacon@127.0.0.1:5432/beacon" },
});
