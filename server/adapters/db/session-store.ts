import type { PrismaClient } from "@/generated/prisma/client";
import type { Place } from "@/schemas/country";
import type { VantageDocument } from "@/schemas/evidence";
import type { Amount, JobId, SessionId } from "@/schemas/primitives";
import { filePending } from "@/server/adapters/db/log-store";
import { storableText } from "@/server/adapters/db/storable";
import type { FiledEntry } from "@/server/domain/log/filing";

export type SessionStatus = "RENTING" | "OPEN" | "SETTLED" | "LOST";

export type SessionRow = {
  readonly id: SessionId;
  readonly jobId: JobId;
  readonly country: Place;
  readonly slot: number;
  readonly status: SessionStatus;
  readonly providerId: string | null;
  readonly providerName: string | null;
  readonly agreementId: string | null;
  readonly activityId: string | null;
  /** What is known of where its exit is, as it grows. */
  readonly geo: VantageDocument | null;
  /** When the last look was in; null: the verdict may still change. */
  readonly geoFinalAt: Date | null;
  readonly allocationId: string | null;
  readonly costGlm: Amount | null;
  readonly endReason: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly heartbeatAt: Date;
};

export type SessionStore = {
  /**
   * Takes a job's slot in a country. False while another session holds it, that is: has not ended and
   * has shown life since `aliveSince`. A holder that has not is declared lost.
   */
  begin(
    session: Pick<SessionRow, "id" | "jobId" | "country" | "slot" | "startedAt">,
    aliveSince: Date,
  ): Promise<boolean>;
  /** False: the session was declared lost meanwhile and must stop. */
  heartbeat(id: SessionId, at: Date): Promise<boolean>;
  opened(
    id: SessionId,
    rented: Pick<
      SessionRow,
      "providerId" | "providerName" | "agreementId" | "activityId" | "allocationId"
    >,
  ): Promise<boolean>;
  /**
   * Only a living session learns more: what was concluded from one that was declared lost stands.
   *
   * @param finalAt set when no further look will follow. */
  recordGeo(id: SessionId, geo: VantageDocument, finalAt: Date | null): Promise<void>;
  /** Ends a session; one that was declared lost meanwhile only learns what it cost. */
  end(
    id: SessionId,
    end: { status: "SETTLED" | "LOST"; at: Date; costGlm: Amount | null; reason: string | null },
  ): Promise<void>;
  /** Declares sessions lost that have shown no life since `aliveSince`. */
  loseSilent(aliveSince: Date, at: Date): Promise<number>;
  /** Sessions that ended before then with evidence and whose entry nobody has filed. */
  unfiled(endedBefore: Date, limit: number): Promise<readonly SessionRow[]>;
  /** Files a session's entry, in one transaction with the mark that it is filed. False: it was filed before. */
  file(id: SessionId, entry: FiledEntry): Promise<boolean>;
  /** Agreements that living sessions hold. */
  heldAgreements(aliveSince: Date): Promise<readonly string[]>;
  ofJob(jobId: JobId): Promise<readonly SessionRow[]>;
  byId(id: SessionId): Promise<SessionRow | null>;
};

/** What a session knows of its exit is this document; earlier installations kept another form. */
const DOCUMENT_TYPE: VantageDocument["type"] = "beacon.vantage/v1";

const isDocument = (geo: unknown): boolean =>
  typeof geo === "object" && geo !== null && "type" in geo && geo.type === DOCUMENT_TYPE;

const SILENT = { status: "LOST", endReason: "the process that ran it went away" } as const;

/** Vantage sessions in PostgreSQL. */
export function createSessionStore(prisma: PrismaClient): SessionStore {
  type Row = NonNullable<Awaited<ReturnType<typeof prisma.vantageSession.findFirst>>>;
  // Every row was written by this store from these types.
  const typed = (found: Row) =>
    ({ ...found, geo: isDocument(found.geo) ? found.geo : null }) as unknown as SessionRow;
  const live = ["RENTING", "OPEN"] as const;
  return {
    async begin({ id, jobId, country, slot, startedAt }, aliveSince) {
      return prisma.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`${jobId}-${country}-${slot}`}))`;
        const held = { jobId, country, slot, status: { in: [...live] } };
        const alive = { ...held, heartbeatAt: { gte: aliveSince } };
        if ((await tx.vantageSession.count({ where: alive })) > 0) return false;
        // Should a silent holder wake up, its next heartbeat must tell it that it has lost the slot.
        await tx.vantageSession.updateMany({
          where: held,
          data: { ...SILENT, endedAt: startedAt },
        });
        await tx.vantageSession.create({
          data: { id, jobId, country, slot, startedAt, heartbeatAt: startedAt },
        });
        return true;
      });
    },
    async heartbeat(id, at) {
      const { count } = await prisma.vantageSession.updateMany({
        where: { id, status: { in: [...live] } },
        data: { heartbeatAt: at },
      });
      return count === 1;
    },
    async opened(id, rented) {
      const { count } = await prisma.vantageSession.updateMany({
        where: { id, status: "RENTING" },
        data: { ...rented, providerName: storableText(rented.providerName), status: "OPEN" },
      });
      return count === 1;
    },
    async recordGeo(id, geo, finalAt) {
      await prisma.vantageSession.updateMany({
        where: { id, status: { in: [...live] } },
        data: { geo: JSON.parse(JSON.stringify(geo)), geoFinalAt: finalAt },
      });
    },
    async unfiled(endedBefore, limit) {
      const rows = await prisma.vantageSession.findMany({
        where: {
          endedAt: { lt: endedBefore },
          leafHash: null,
          providerId: { not: null },
          geo: { path: ["type"], equals: DOCUMENT_TYPE },
        },
        orderBy: { endedAt: "asc" },
        take: limit,
      });
      return rows.map(typed);
    },
    async file(id, entry) {
      return prisma.$transaction(async (tx) => {
        const { count } = await tx.vantageSession.updateMany({
          where: { id, leafHash: null },
          data: { leafHash: Buffer.from(entry.leafHash) },
        });
        if (count === 1) await filePending(tx, [entry]);
        return count === 1;
      });
    },
    async heldAgreements(aliveSince) {
      const rows = await prisma.vantageSession.findMany({
        where: {
          status: { in: [...live] },
          heartbeatAt: { gte: aliveSince },
          agreementId: { not: null },
        },
        select: { agreementId: true },
      });
      return rows.flatMap(({ agreementId }) => agreementId ?? []);
    },
    async end(id, { status, at, costGlm, reason }) {
      const { count } = await prisma.vantageSession.updateMany({
        where: { id, endedAt: null },
        data: {
          status,
          endedAt: at,
          costGlm,
          endReason: storableText(reason)?.slice(0, 500) ?? null,
        },
      });
      // It was declared lost meanwhile and stays so; what it cost is still true.
      if (count === 0 && costGlm !== null)
        await prisma.vantageSession.updateMany({
          where: { id, costGlm: null },
          data: { costGlm },
        });
    },
    async loseSilent(aliveSince, at) {
      const { count } = await prisma.vantageSession.updateMany({
        where: { status: { in: [...live] }, heartbeatAt: { lt: aliveSince } },
        data: { ...SILENT, endedAt: at },
      });
      return count;
    },
    async ofJob(jobId) {
      const rows = await prisma.vantageSession.findMany({
        where: { jobId },
        orderBy: { startedAt: "asc" },
      });
      return rows.map(typed);
    },
    async byId(id) {
      const found = await prisma.vantageSession.findUnique({ where: { id } });
      return found === null ? null : typed(found);
    },
  };
}
