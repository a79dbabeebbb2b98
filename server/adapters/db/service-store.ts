import type { PrismaClient } from "@/generated/prisma/client";
import type { Dialect } from "@/schemas/job-spec";
import { ServiceModel, type ServiceSettings } from "@/schemas/service";
import { storableText } from "@/server/adapters/db/storable";
import type { SealedKey } from "@/server/adapters/keys/vault-seal";
import { isSameAddress, type ServiceAddress } from "@/server/domain/service/address";

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
   * Stores what an admin says of a service; its key and pause stay. When its requests would take another
   * door, dialect or base URL than before, the key is forgotten: it was entered for those.
   */
  put(
    settings: ServiceSettings,
    at: Date,
  ): Promise<{ readonly isNew: boolean; readonly isKeyForgotten: boolean }>;
  /** "in-use": a job that is not over asks it, and nothing was done. */
  remove(id: string): Promise<"removed" | "in-use" | "unknown">;
  /** Stores a key that was sealed for this address. False: there is no service at it, or not any more. */
  setKey(address: ServiceAddress, sealed: SealedKey, at: Date): Promise<boolean>;
  /** False: there is no such service. */
  forgetKey(id: string, at: Date): Promise<boolean>;
  /**
   * The key as it is stored, and the address that it is stored for, read at one moment; null: there is no
   * such service. `sealed` null: there is no key.
   */
  sealedKey(
    id: string,
  ): Promise<{ readonly address: ServiceAddress; readonly sealed: SealedKey | null } | null>;
  /**
   * Seals every key again that another master key than `masterKeyId` sealed: all, or when one does not
   * open, none.
   *
   * @returns how many there were.
   */
  resealAll(
    masterKeyId: string,
    reseal: (address: ServiceAddress, sealed: SealedKey) => SealedKey,
  ): Promise<number>;
  /** Nothing is asked of it before `until`. False: there is no such service. */
  pause(id: string, until: Date, reason: string): Promise<boolean>;
  /** It is asked again. False: there is no such service. */
  resume(id: string): Promise<boolean>;
};

type Row = Awaited<ReturnType<PrismaClient["service"]["findMany"]>>[number];
type AddressRow = Pick<Row, "id" | "dialect" | "door" | "baseUrl">;
type SealedRow = Pick<Row, "sealedKey" | "masterKeyId">;

const addressIn = (row: AddressRow): ServiceAddress => ({
  id: row.id,
  dialect: row.dialect as Dialect,
  door: row.door as ServiceSettings["door"],
  base_url: row.baseUrl,
});

const stored = (row: Omit<Row, "sealedKey">): StoredService => ({
  ...addressIn(row),
  name: row.name,
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
        const [known] = await tx.$queryRaw<(AddressRow & Pick<Row, "keySetAt">)[]>`
          SELECT id, dialect, door, "baseUrl", "keySetAt" FROM services WHERE id = ${id} FOR UPDATE`;
        const isElsewhere =
          known !== undefined && !isSameAddress(addressIn(known), { id, dialect, door, base_url });
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

    async setKey({ id, dialect, door, base_url }, sealed, at) {
      const { count } = await prisma.service.updateMany({
        where: { id, dialect, door, baseUrl: base_url },
        data: {
          sealedKey: Buffer.from(sealed.bytes),
          masterKeyId: sealed.masterKeyId,
          keySetAt: at,
          updatedAt: at,
        },
      });
      return count === 1;
    },

    async forgetKey(id, at) {
      const { count } = await prisma.service.updateMany({
        where: { id },
        data: { ...NO_KEY, updatedAt: at },
      });
      return count === 1;
    },

    async sealedKey(id) {
      const row = await prisma.service.findUnique({
        where: { id },
        select: {
          id: true,
          dialect: true,
          door: true,
          baseUrl: true,
          sealedKey: true,
          masterKeyId: true,
        },
      });
      return row === null ? null : { address: addressIn(row), sealed: sealedOf(row) };
    },

    async resealAll(masterKeyId, reseal) {
      return prisma.$transaction(async (tx) => {
        const rows = await tx.$queryRaw<(AddressRow & SealedRow)[]>`
          SELECT id, dialect, door, "baseUrl", "sealedKey", "masterKeyId" FROM services
          WHERE "sealedKey" IS NOT NULL AND "masterKeyId" IS DISTINCT FROM ${masterKeyId}
          ORDER BY id FOR UPDATE`;
        for (const row of rows) {
          const sealed = sealedOf(row);
          if (sealed === null) throw new Error(`the sealed key of ${row.id} names no master key`);
          const again = reseal(addressIn(row), sealed);
          await tx.service.update({
            where: { id: row.id },
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

function sealedOf(row: SealedRow): SealedKey | null {
  if (row.sealedKey === null || row.masterKeyId === null) return null;
  return { bytes: Uint8Array.from(row.sealedKey), masterKeyId: row.masterKeyId };
}
