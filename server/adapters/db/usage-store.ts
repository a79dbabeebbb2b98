import type { PrismaClient } from "@/generated/prisma/client";
import type { ServiceUsage } from "@/schemas/usage";

export type UsageStore = {
  /** How long answers of paid models were, over the last jobs that paid for any. */
  ofPaidModels(): Promise<readonly ServiceUsage[]>;
};

/** So many jobs are looked back at: older ones asked other questions, and older models. */
const LAST_JOBS = 20;

/** What services counted, in PostgreSQL. */
export const createUsageStore = (prisma: PrismaClient): UsageStore => ({
  ofPaidModels: () => prisma.$queryRaw<ServiceUsage[]>`
    SELECT s -> 'api' ->> 'connection' AS connection, s ->> 'model' AS model,
      count(*)::int AS answers, avg(o."outputTokens")::float8 AS "meanOutputTokens"
    FROM (
      SELECT id, spec FROM "Job" WHERE "usdSpent" > 0 ORDER BY "createdAt" DESC, id LIMIT ${LAST_JOBS}
    ) j
    CROSS JOIN LATERAL jsonb_array_elements(j.spec -> 'services') s
    JOIN "Task" t ON t."jobId" = j.id AND t."serviceId" = s ->> 'id'
    JOIN "Outcome" o ON o."taskId" = t.id
    WHERE s ? 'api' AND o."outputTokens" IS NOT NULL
    GROUP BY 1, 2 ORDER BY 1, 2`,
});
