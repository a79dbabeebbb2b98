import type { PrismaClient } from "@/generated/prisma/client";
import type { JobId } from "@/schemas/primitives";
import { CLOSING_KINDS, type Closing } from "@/server/domain/log/completeness";

/** What the log says of how tasks closed, read from its leaves and not from the tasks' own rows. */
export type ClosingStore = {
  /** The leaves below `size` that close tasks of a job, in the log's order. */
  ofJob(jobId: JobId, size: number): Promise<readonly Closing[]>;
};

/** Closings in the log's table. */
export function createClosingStore(prisma: PrismaClient): ClosingStore {
  return {
    async ofJob(jobId, size) {
      const rows = await prisma.logEntry.findMany({
        where: { jobId, kind: { in: Object.keys(CLOSING_KINDS) }, index: { lt: BigInt(size) } },
        select: { taskId: true, kind: true, index: true },
        orderBy: { index: "asc" },
      });
      return rows.flatMap(({ taskId, kind, index }) => {
        const known = CLOSING_KINDS[kind as keyof typeof CLOSING_KINDS];
        return taskId === null ? [] : [{ task: taskId, kind: known, index: Number(index) }];
      });
    },
  };
}
