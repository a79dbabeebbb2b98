import type { PrismaClient } from "@/generated/prisma/client";
import type { Cid } from "@/schemas/primitives";
import { cidOf } from "@/server/domain/digest";

export type OutboxBlock = { readonly cid: Cid; readonly bytes: Uint8Array };

/** Where blocks wait for the content store: accepted, durable, readable, and lost by nobody's outage. */
export type BlockOutbox = {
  /** Durable when it resolves. Blocks that come at the same time share a transaction. @throws BeaconError BLOCK_TOO_LARGE */
  put(bytes: Uint8Array): Promise<Cid>;
  /** Null: it does not wait here (any more). */
  get(cid: Cid): Promise<Uint8Array | null>;
  /** The blocks that have waited longest. */
  oldest(limit: number): Promise<readonly OutboxBlock[]>;
  /** Forgets blocks that the content store has. */
  drop(cids: readonly Cid[]): Promise<void>;
};

type Waiting = OutboxBlock & {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** The outbox in PostgreSQL. */
export function createBlockOutbox(prisma: PrismaClient, now: () => Date): BlockOutbox {
  let waiting: Waiting[] = [];
  let isStoring = false;

  async function store(): Promise<void> {
    isStoring = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const blocks = new Map(batch.map(({ cid, bytes }) => [cid, bytes]));
      try {
        const rows = [...blocks].map(([cid, bytes]) => ({
          cid,
          bytes: Buffer.from(bytes).toString("base64"),
        }));
        await prisma.$executeRaw`
          INSERT INTO block_outbox (cid, bytes, "createdAt")
          SELECT cid, decode(bytes, 'base64'), ${now()}
          FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS b(cid text, bytes text)
          ON CONFLICT DO NOTHING`;
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isStoring = false;
  }

  return {
    async put(bytes) {
      const cid = cidOf(bytes);
      await new Promise<void>((resolve, reject) => {
        waiting.push({ cid, bytes, resolve, reject });
        if (!isStoring) void store();
      });
      return cid;
    },
    async get(cid) {
      return (await prisma.blockOutbox.findUnique({ where: { cid } }))?.bytes ?? null;
    },
    async oldest(limit) {
      const rows = await prisma.blockOutbox.findMany({
        orderBy: { createdAt: "asc" },
        take: limit,
      });
      return rows.map(({ cid, bytes }) => ({ cid: cid as Cid, bytes }));
    },
    async drop(cids) {
      await prisma.blockOutbox.deleteMany({ where: { cid: { in: [...cids] } } });
    },
  };
}
