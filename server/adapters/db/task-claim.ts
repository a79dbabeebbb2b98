import { Prisma, type PrismaClient } from "@/generated/prisma/client";
import type { Place } from "@/schemas/country";
import type { Amount, JobId, SessionId } from "@/schemas/primitives";
import { type TaskRow, taskRow } from "@/server/adapters/db/task-row";
import { addAmounts, amountOf, unitsOf } from "@/server/domain/job/amount";
import { affordable } from "@/server/domain/job/charge";

/** Who wants tasks, of what, and until when they are theirs. */
export type Want = {
  readonly jobId: JobId;
  readonly country: Place;
  readonly sessionId: SessionId;
  readonly limit: number;
  /** When they are handed out: what a task waited for until then is queue time. */
  readonly now: Date;
  readonly leaseUntil: Date;
  /** Services of the job that are asked no more for now. */
  readonly skip: readonly string[];
};

/** Tasks that were handed out, and whether there were more that the job's dollars do not pay for. */
export type Claimed = { readonly tasks: readonly TaskRow[]; readonly isUsdSpent: boolean };

type Db = Pick<PrismaClient, "$queryRaw" | "$executeRaw">;

const RETURNED = Prisma.sql`
  t.id, t."jobId", t.position, t."promptId", t."serviceId", t.country, t.repeat, t.seed, t.status::text AS status, t.claims`;

/** The next tasks that nobody holds; others who look at the same time pass over them. */
const nextOf = ({ jobId, country, limit, skip }: Want) => Prisma.sql`
  SELECT id, "serviceId" FROM "Task" WHERE "jobId" = ${jobId} AND country = ${country} AND status = 'QUEUED'
    AND "serviceId" <> ALL(${[...skip]}::text[])
  ORDER BY position LIMIT ${limit} FOR UPDATE SKIP LOCKED`;

const inOrder = (rows: readonly TaskRow[]): readonly TaskRow[] =>
  rows.map(taskRow).sort((a, b) => a.position - b.position);

/** Hands out tasks that cost nothing, in one statement. */
export async function claimFree(db: Db, want: Want): Promise<readonly TaskRow[]> {
  return inOrder(
    await db.$queryRaw<TaskRow[]>`
      WITH next AS MATERIALIZED (${nextOf(want)})
      UPDATE "Task" t SET status = 'RUNNING', "sessionId" = ${want.sessionId}, "leaseUntil" = ${want.leaseUntil},
        "claimedAt" = ${want.now}, claims = claims + 1
      FROM next WHERE t.id = next.id RETURNING ${RETURNED}`,
  );
}

/**
 * Hands out tasks of which some cost dollars, and puts aside what each may cost at most. Inside a
 * transaction: tasks are locked before their job, here and wherever money moves.
 */
export async function claimPaid(
  tx: Db,
  want: Want,
  atMostUsd: ReadonlyMap<string, Amount>,
): Promise<Claimed> {
  const next = await tx.$queryRaw<{ id: string; serviceId: string }[]>`${nextOf(want)}`;
  const [purse] = await tx.$queryRaw<{ left: Amount }[]>`
    SELECT trim_scale(GREATEST("usdCap" - "usdReserved" - "usdSpent", 0))::text AS left
    FROM "Job" WHERE id = ${want.jobId} FOR UPDATE`;
  const priced = next.map((task) => ({ ...task, atMost: atMostUsd.get(task.serviceId) ?? "0" }));
  const paid = affordable(priced, unitsOf(purse?.left ?? "0"));
  if (paid.total > 0n)
    await tx.$executeRaw`
      UPDATE "Job" SET "usdReserved" = "usdReserved" + ${amountOf(paid.total)}::numeric WHERE id = ${want.jobId}`;
  const isUsdSpent = paid.tasks.length < next.length;
  // What costs nothing must not wait behind what cannot be paid for.
  const free = isUsdSpent
    ? await tx.$queryRaw<{ id: string }[]>`${nextOf({
        ...want,
        skip: [...want.skip, ...atMostUsd.keys()],
      })}`
    : [];
  const taken = new Set(paid.tasks.map(({ id }) => id));
  const others = free.filter(({ id }) => !taken.has(id)).slice(0, want.limit - taken.size);
  const ids = [...taken, ...others.map(({ id }) => id)];
  const amounts = [...paid.tasks.map(({ atMost }) => atMost), ...others.map(() => "0")];
  const rows = await tx.$queryRaw<TaskRow[]>`
    UPDATE "Task" t SET status = 'RUNNING', "sessionId" = ${want.sessionId}, "leaseUntil" = ${want.leaseUntil},
      "claimedAt" = ${want.now}, claims = claims + 1, "reservedUsd" = p.amount::numeric
    FROM unnest(${ids}::text[], ${amounts}::text[]) AS p(id, amount)
    WHERE t.id = p.id RETURNING ${RETURNED}`;
  return { tasks: inOrder(rows), isUsdSpent };
}

/** Which tasks are taken back. */
export const heldBy = (sessionId: SessionId, ids: readonly string[] | null): Prisma.Sql =>
  ids === null
    ? Prisma.sql`"sessionId" = ${sessionId} AND status = 'RUNNING'`
    : Prisma.sql`"sessionId" = ${sessionId} AND status = 'RUNNING' AND id = ANY(${[...ids]}::text[])`;

/**
 * Puts handed-out tasks back in the queue.
 *
 * @param isAsked whether they may have been asked: then they were held once for good, and what was put
 *   aside for them counts as spent.
 */
export async function takeBack(
  prisma: PrismaClient,
  which: Prisma.Sql,
  isAsked: boolean,
): Promise<number> {
  return prisma.$transaction(async (tx) => {
    const back = await tx.$queryRaw<{ jobId: JobId; reserved: Amount }[]>`
      WITH held AS MATERIALIZED (SELECT id, "reservedUsd" FROM "Task" WHERE ${which} ORDER BY id FOR UPDATE)
      UPDATE "Task" t SET status = 'QUEUED', "sessionId" = NULL, "leaseUntil" = NULL, "claimedAt" = NULL,
        "reservedUsd" = 0, claims = claims - ${isAsked ? 0 : 1}
      FROM held WHERE t.id = held.id RETURNING t."jobId", trim_scale(held."reservedUsd")::text AS reserved`;
    await charge(
      tx,
      back.map(({ jobId, reserved }) => ({ jobId, reserved, spent: isAsked ? reserved : "0" })),
    );
    return back.length;
  });
}

/** What was put aside for one task of a job, and what of it was spent. */
export type Charge = { readonly jobId: JobId; readonly reserved: Amount; readonly spent: Amount };

/** Moves money from what is put aside to what is spent, job by job. */
export async function charge(tx: Db, charges: readonly Charge[]): Promise<void> {
  const paid = charges.filter(({ reserved, spent }) => reserved !== "0" || spent !== "0");
  for (const jobId of [...new Set(paid.map((one) => one.jobId))].sort()) {
    const own = paid.filter((one) => one.jobId === jobId);
    await tx.$executeRaw`
      UPDATE "Job" SET "usdReserved" = "usdReserved" - ${addAmounts(...own.map(({ reserved }) => reserved))}::numeric,
        "usdSpent" = "usdSpent" + ${addAmounts(...own.map(({ spent }) => spent))}::numeric
      WHERE id = ${jobId}`;
  }
}
