import type { PrismaClient } from "@/generated/prisma/client";
import type { CountryCode } from "@/schemas/country";
import type { Amount, JobId } from "@/schemas/primitives";
import { storableText } from "@/server/adapters/db/storable";
import type { BillNews, RentalNews } from "@/server/adapters/golem/vantage";

/** An agreement that the network may still hold, or that may still be billed. */
export type KnownRental = {
  readonly agreementId: string;
  readonly jobId: JobId;
  readonly allocationId: string;
  readonly providerId: string;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
};

/** What one provider was paid for one job: a line of its ledger. */
export type LedgerLine = {
  readonly agreementId: string;
  readonly allocationId: string;
  readonly providerId: string;
  readonly providerName: string;
  readonly country: CountryCode;
  /** What was accepted: the invoice, or without one the last debit note. */
  readonly acceptedGlm: Amount;
  /** Whether its invoice came, accepted or not: no other bill follows. */
  readonly isInvoiced: boolean;
  /** Bills that were refused and never accepted later, with the rule that refused them. */
  readonly refused: readonly { readonly amountGlm: string; readonly reason: string }[];
  readonly endedAt: Date | null;
  readonly endReason: string | null;
};

export type RentalStore = {
  /** Writes an agreement down before anything can be billed for it; told again, it learns the activity. */
  record(rental: RentalNews, at: Date): Promise<void>;
  end(agreementId: string, reason: string, at: Date): Promise<void>;
  /** Says that these agreements are in the hands of a living session. */
  hold(agreementIds: readonly string[], at: Date): Promise<void>;
  /** Agreements that have not ended, or that ended after `since`: their last bills may be under way. */
  known(since: Date): Promise<readonly (KnownRental & { readonly heldAt: Date })[]>;
  /**
   * Keeps what was decided on a bill. A decision that is known already stays as it came first; a bill
   * that was refused may be accepted later, and then counts.
   */
  recordBill(bill: BillNews): Promise<void>;
  /** The ledger of one job, oldest agreement first. */
  ledgerOf(jobId: JobId): Promise<readonly LedgerLine[]>;
  /** What the accepted bills of each job come to. */
  spentBy(jobIds: readonly JobId[]): Promise<ReadonlyMap<JobId, Amount>>;
};

/**
 * What was accepted for each agreement. Debit notes are cumulative for their activity, and an
 * agreement of ours has one activity: so the largest accepted one counts, until the invoice does.
 */
const ACCEPTED = `
  SELECT "agreementId", max("jobId") AS "jobId",
    COALESCE(max("amountGlm"::numeric) FILTER (WHERE document = 'invoice'),
             max("amountGlm"::numeric) FILTER (WHERE document = 'debit-note'), 0) AS accepted
  FROM bills WHERE decision = 'accepted' GROUP BY "agreementId"`;

/** A PostgreSQL numeric as an Amount: no exponent, no trailing zeros. */
const AMOUNT = (column: string) => `trim_scale(${column})::text`;

/** Which bill a decision is on: its id without the decision. Rows of earlier days have none in theirs. */
const BILL = (row: string) => `regexp_replace(${row}.id, ' (accepted|rejected)$', '')`;

/** Agreements and their bills in PostgreSQL. */
export function createRentalStore(prisma: PrismaClient): RentalStore {
  return {
    async record(rental, at) {
      const { agreementId, activityId } = rental;
      await prisma.rental.upsert({
        where: { agreementId },
        create: {
          ...rental,
          providerName: storableText(rental.providerName) ?? "",
          heldAt: at,
          createdAt: at,
        },
        update: { activityId, heldAt: at },
      });
    },
    async end(agreementId, reason, at) {
      await prisma.rental.updateMany({
        where: { agreementId, endedAt: null },
        data: { endedAt: at, endReason: storableText(reason) },
      });
    },
    async hold(agreementIds, at) {
      await prisma.rental.updateMany({
        where: { agreementId: { in: [...agreementIds] } },
        data: { heldAt: at },
      });
    },
    async known(since) {
      const rows = await prisma.rental.findMany({
        where: { OR: [{ endedAt: null }, { endedAt: { gte: since } }] },
      });
      return rows.map((row) => ({ ...row, jobId: row.jobId as JobId }));
    },
    async recordBill({ document, documentId, agreementId, amountGlm, decision, reason, at }) {
      const rental = await prisma.rental.findUnique({ where: { agreementId } });
      if (rental === null)
        throw new Error(`a bill for an agreement that is not ours: ${agreementId}`);
      await prisma.bill.createMany({
        data: [
          {
            id: `${document} ${documentId} ${decision}`,
            document,
            agreementId,
            jobId: rental.jobId,
            country: rental.country,
            providerId: rental.providerId,
            amountGlm: storableText(amountGlm) ?? "",
            decision,
            reason: storableText(reason) ?? "",
            at,
          },
        ],
        skipDuplicates: true,
      });
    },
    async ledgerOf(jobId) {
      const rows = await prisma.$queryRawUnsafe<
        (Omit<LedgerLine, "refused"> & { refused: LedgerLine["refused"] | null })[]
      >(
        `SELECT r."agreementId", r."allocationId", r."providerId", r."providerName", r.country,
           ${AMOUNT("COALESCE(a.accepted, 0)")} AS "acceptedGlm", r."endedAt", r."endReason",
           EXISTS (SELECT 1 FROM bills b WHERE b."agreementId" = r."agreementId" AND b.document = 'invoice') AS "isInvoiced",
           (SELECT jsonb_agg(jsonb_build_object('amountGlm', b."amountGlm", 'reason', b.reason) ORDER BY b.at)
            FROM bills b WHERE b."agreementId" = r."agreementId" AND b.decision = 'rejected'
              AND NOT EXISTS (SELECT 1 FROM bills c WHERE c."agreementId" = b."agreementId"
                AND c.decision = 'accepted' AND ${BILL("c")} = ${BILL("b")})) AS refused
         FROM rentals r LEFT JOIN (${ACCEPTED}) a ON a."agreementId" = r."agreementId"
         WHERE r."jobId" = $1 ORDER BY r."createdAt", r."agreementId"`,
        jobId,
      );
      return rows.map((row) => ({ ...row, refused: row.refused ?? [] }));
    },
    async spentBy(jobIds) {
      const rows = await prisma.$queryRawUnsafe<{ jobId: JobId; spent: Amount }[]>(
        `SELECT "jobId", ${AMOUNT("sum(accepted)")} AS spent FROM (${ACCEPTED}) a
         WHERE "jobId" = ANY($1) GROUP BY "jobId"`,
        [...jobIds],
      );
      return new Map(rows.map(({ jobId, spent }) => [jobId, spent]));
    },
  };
}
