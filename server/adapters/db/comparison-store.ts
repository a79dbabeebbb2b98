import type { PrismaClient } from "@/generated/prisma/client";
import { Comparison } from "@/schemas/comparison";
import type { Cid, JobId } from "@/schemas/primitives";
import { filePending } from "@/server/adapters/db/log-store";
import type { FiledEntry } from "@/server/domain/log/filing";

export type StoredComparison = {
  readonly document: Comparison;
  readonly cid: Cid;
  readonly createdAt: Date;
};

export type ComparisonStore = {
  /** Stores a job's comparison and files its entry, in one transaction. False: the job has one already. */
  createOnce(comparison: StoredComparison, entry: FiledEntry): Promise<boolean>;
  byJob(jobId: JobId): Promise<StoredComparison | null>;
};

/** Comparisons in PostgreSQL. */
export function createComparisonStore(prisma: PrismaClient): ComparisonStore {
  return {
    async createOnce({ document, cid, createdAt }, entry) {
      return prisma.$transaction(async (tx) => {
        const { count } = await tx.comparison.createMany({
          data: [
            {
              id: document.id,
              jobId: document.job,
              cid,
              document: JSON.parse(JSON.stringify(document)),
              leafHash: Buffer.from(entry.leafHash),
              createdAt,
            },
          ],
          skipDuplicates: true,
        });
        if (count === 1) await filePending(tx, [entry]);
        return count === 1;
      });
    },
    async byJob(jobId) {
      const found = await prisma.comparison.findUnique({ where: { jobId } });
      if (found === null) return null;
      return {
        document: Comparison.parse(found.document),
        cid: found.cid as Cid,
        createdAt: found.createdAt,
      };
    },
  };
}
