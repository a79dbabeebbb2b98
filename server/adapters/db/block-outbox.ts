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
  /** The blocks that have waited longest, but for the first `skip` of them. */
  oldest(limit: number, skip?: number): Promise<readonly OutboxBlock[]>;
  /** Forgets blocks that every content store has. */
  drop(cids: readonly Cid[]): Promise<void>;
};

type Waiting = OutboxBlock & {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** How many bytes share a transaction, one block at least: a statement's JSON may not grow without end. */
const BATCH_BYTES = 8_388_608;

/** Takes from the front of `waiting` what fits one batch. */
function takeBatch(waiting: Waiting[]): readonly Waiting[] {
  let sizeBytes = 0;
  const end = waiting.findIndex(({ bytes }, place) => {
    sizeBytes += bytes.length;
    return place > 0 && sizeBytes > BATCH_BYTES;
  });
  return waiting.splice(0, end < 0 ? waiting.length : end);
}

/** The outbox in PostgreSQL. */
export function createBlockOutbox(prisma: PrismaClient, now: () => Date): BlockOutbox {
  const waiting: Waiting[] = [];
  let isStoring = false;

  async function store(): Promise<void> {
    isStoring = true;
    while (waiting.length > 0) {
      const batch = takeBatch(waiting);
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
    async oldest(limit, skip = 0) {
      const rows = await prisma.blockOutbox.findMany({
        orderBy: [{ createdAt: "asc" }, { cid: "asc" }],
        take: limit,
        skip,
      });
      return rows.map(({ cid, bytes }) => ({ cid: cid as Cid, bytes }));
    },
    async drop(cids) {
      await prisma.blockOutbox.deleteMany({ where: { cid: { in: [...cids] } } });
    },
  };
}
