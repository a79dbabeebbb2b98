import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "@/generated/prisma/client";

/** How many connections one process may hold: 5 processes stay well below the server's 100. */
const POOL_SIZE = 10;
/** Prisma's own 2 and 5 seconds are short for the largest job on a busy machine. */
const TRANSACTION = { maxWait: 10_000, timeout: 30_000 } as const;

/** What one may see of a pool of connections. */
export type PoolView = {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
};

/** Who watches the pool of a client: shown it when it is made, told of every connection that is lost. */
export type PoolWatch = {
  onPool(pool: PoolView): void;
  onLost(): void;
};

class WatchedPg extends PrismaPg {
  readonly #watch: PoolWatch;

  constructor(config: ConstructorParameters<typeof PrismaPg>[0], watch: PoolWatch) {
    super(config, { onPoolError: () => watch.onLost(), onConnectionError: () => watch.onLost() });
    this.#watch = watch;
  }

  override async connect() {
    const opened = await super.connect();
    this.#watch.onPool(opened.underlyingDriver());
    return opened;
  }
}

/** The typed door to the database. Closed with `$disconnect()`. */
export type Prisma = PrismaClient;

const NOBODY: PoolWatch = { onPool: () => {}, onLost: () => {} };

/**
 * A client on the database at `databaseUrl`, with a bounded pool. It connects at its first query.
 *
 * @param poolSize the most connections that this client holds at a time.
 */
export function createPrisma(
  databaseUrl: string,
  poolSize: number = POOL_SIZE,
  watch: PoolWatch = NOBODY,
): Prisma {
  const config = {
    connectionString: databaseUrl,
    max: poolSize,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
  };
  const adapter = new WatchedPg(config, watch);
  return new PrismaClient({ adapter, transactionOptions: TRANSACTION });
}
