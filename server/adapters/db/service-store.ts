import type { PrismaClient } from "@/generated/prisma/client";
import type { Dialect } from "@/schemas/job-spec";
import { ServiceModel, type ServiceSettings } from "@/schemas/service";
import { storableText } from "@/server/adapters/db/storable";
import type { SealedKey } from "@/server/adapters/keys/vault-seal";

/** A service that jobs can ask, without its key. */
export type StoredService = ServiceSettings & {
  /** When its key was entered; null: none is stored. */
  readonly keySetAt: Date | null;
  readonly pausedUntil: Date | null;
  readonly pauseReason: string | null;
};

export type ServiceStore = {
  /** By id. */
  list(): Promise<readonly StoredService[]>;
  byId(id: string): Promise<StoredService | null>;
  /**
   * Stores what an admin says of a service; its key and pause stay. When its requests would go to another
   * origin than before, the key is forgotten: it was entered for that one.
   */
  put(
    settings: ServiceSettings,
    at: Date,
  ): Promise<{ readonly isNew: boolean; readonly isKeyForgotten: boolean }>;
  /** "in-use": a job that is not over asks it, and nothing was done. */
  remove(id: string): Promise<"removed" | "in-use" | "unknown">;
  /** Stores a key, or with null forgets it. False: there is no such service. */
  setKey(id: string, sealed: SealedKey | null, at: Date): Promise<boolean>;
  /** The key as it is stored; null: there is none, or no such service. */
  sealedKey(id: string): Promise<SealedKey | null>;
  /**
   * Seals every key again that another master key than `masterKeyId` sealed: all, or when one does not
   * open, none.
   *
   * @returns how many there were.
   */
  resealAll(
    masterKeyId: string,
    reseal: (serviceId: string, sealed: SealedKey) => SealedKey,
  ): Promise<number>;
  /** Nothing is asked of it before `until`. False: there is no such service. */
  pause(id: string, until: Date, reason: string): Promise<boolean>;
  /** It is asked again. False: there is no such service. */
  resume(id: string): Promise<boolean>;
};

type Row = Awaited<ReturnType<PrismaClient["service"]["findMany"]>>[number];

const stored = (row: Omit<Row, "sealedKey">): StoredService => ({
  id: row.id,
  name: row.name,
  dialect: row.dialect as Dialect,
  base_url: row.baseUrl,
  door: row.door as ServiceSettings["door"],
  models: ServiceModel.array().parse(row.models),
  requests_per_minute: row.requestsPerMinute,
  concurrency: row.concurrency,
  keySetAt: row.keySetAt,
  pausedUntil: row.pausedUntil,
  pauseReason: row.pauseReason,
});

/** Sealed keys stay in the database unless they are asked for. */
const WITHOUT_KEY = { omit: { sealedKey: true } } as const;
const NO_KEY = { sealedKey: null, masterKeyId: null, keySetAt: null } as const;
/** Of a reason so much is kept. */
const REASON_LIMIT = 300;

/** Services in PostgreSQL. */
export function createServiceStore(prisma: PrismaClient): ServiceStore {
  return {
    async list() {
      const rows = await prisma.service.findMany({ ...WITHOUT_KEY, orderBy: { id: "asc" } });
      return rows.map(stored);
    },

    async byId(id) {
      const row = await prisma.service.findUnique({ ...WITHOUT_KEY, where: { id } });
      return row === null ? null : stored(row);
    },

    async put({ id, name, dialect, base_url, door, models, ...limits }, at) {
      const data = {
        name: storableText(name),
        dialect,
        baseUrl: base_url,
        door,
        models,
        requestsPerMinute: limits.requests_per_minute,
        concurrency: limits.concurrency,
        updatedAt: at,
      };
      return prisma.$transaction(async (tx) => {
        const { count } = await tx.service.createMany({
          data: [{ id, ...data, createdAt: at }],
          skipDuplicates: true,
        });
        if (count === 1) return { isNew: true, isKeyForgotten: false };
        const [known] = await tx.$queryRaw<{ baseUrl: string; keySetAt: Date | null }[]>`
          SELECT "baseUrl", "keySetAt" FROM services WHERE id = ${id} FOR UPDATE`;
        const isElsewhere =
          known !== undefined && new URL(known.baseUrl).origin !== new URL(base_url).origin;
        await tx.service.update({
          where: { id },
          data: { ...data, ...(isElsewhere ? NO_KEY : {}) },
        });
        return { isNew: false, isKeyForgotten: isElsewhere && known.keySetAt !== null };
      });
    },

    async remove(id) {
      const removed = await prisma.$executeRaw`
        DELETE FROM services s WHERE s.id = ${id} AND NOT EXISTS (
          SELECT 1 FROM "Job" j WHERE NOT EXISTS (SELECT 1 FROM "Comparison" c WHERE c."jobId" = j.id)
            AND j.spec @> jsonb_build_object('services', jsonb_build_array(
              jsonb_build_object('api', jsonb_build_object('connection', s.id)))))`;
      if (removed === 1) return "removed";
      return (await prisma.service.count({ where: { id } })) === 1 ? "in-use" : "unknown";
    },

    async setKey(id, sealed, at) {
      const { count } = await prisma.service.updateMany({
        where: { id },
        data:
          sealed === null
            ? { ...NO_KEY, updatedAt: at }
            : {
                sealedKey: Buffer.from(sealed.bytes),
                masterKeyId: sealed.masterKeyId,
                keySetAt: at,
                updatedAt: at,
              },
      });
      return count === 1;
    },

    async sealedKey(id) {
      const row = await prisma.service.findUnique({
        where: { id },
        select: { sealedKey: true, masterKeyId: true },
      });
      return sealedOf(row);
    },

    async resealAll(masterKeyId, reseal) {
      return prisma.$transaction(async (tx) => {
        const rows = await tx.$queryRaw<
          { id: string; sealedKey: Uint8Array | null; masterKeyId: string | null }[]
        >`
          SELECT id, "sealedKey", "masterKeyId" FROM services
          WHERE "sealedKey" IS NOT NULL AND "masterKeyId" IS DISTINCT FROM ${masterKeyId}
          ORDER BY id FOR UPDATE`;
        for (const { id, ...row } of rows) {
          const sealed = sealedOf(row);
          if (sealed === null) throw new Error(`the sealed key of ${id} names no master key`);
          const again = reseal(id, sealed);
          await tx.service.update({
            where: { id },
            data: { sealedKey: Buffer.from(again.bytes), masterKeyId: again.masterKeyId },
          });
        }
        return rows.length;
      });
    },

    async pause(id, until, reason) {
      const { count } = await prisma.service.updateMany({
        where: { id },
        data: { pausedUntil: until, pauseReason: storableText(reason).slice(0, REASON_LIMIT) },
      });
      return count === 1;
    },

    async resume(id) {
      const { count } = await prisma.service.updateMany({
        where: { id },
        data: { pausedUntil: null, pauseReason: null },
      });
      return count === 1;
    },
  };
}

function sealedOf(
  row: { readonly sealedKey: Uint8Array | null; readonly masterKeyId: string | null } | null,
): SealedKey | null {
  if (row === null || row.sealedKey === null || row.masterKeyId === null) return null;
  return { bytes: Uint8Array.from(row.sealedKey), masterKeyId: row.masterKeyId };
}
