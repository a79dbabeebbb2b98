import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "@/generated/prisma/client";

/** How many connections one process may hold: 5 processes stay well below the server's 100. */
const POOL_SIZE = 10;
/** Prisma's own 2 and 5 seconds are short for the largest job on a busy machine. */
const TRANSACTION = { maxWait: 10_000, timeout: 30_000 } as const;

/** The typed door to the database. Closed with `$disconnect()`. */
export type Prisma = PrismaClient;

/**
 * A client on the database at `databaseUrl`, with a bounded pool. It connects at its first query.
 *
 * @param poolSize the most connections that this client holds at a time.
 */
export function createPrisma(databaseUrl: string, poolSize: number = POOL_SIZE): Prisma {
  const adapter = new PrismaPg({
    connectionString: databaseUrl,
    max: poolSize,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
  });
  return new PrismaClient({ adapter, transactionOptions: TRANSACTION });
}
