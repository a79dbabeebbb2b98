import type { PrismaClient } from "@/generated/prisma/client";

/** Why the log is not written any more, and since when. */
export type Halted = { readonly reason: string; readonly at: Date };

/** The mark that stops every writer of the log, in every process, until a person takes it away. */
export type LogHalt = {
  read(): Promise<Halted | null>;
  /** Sets the mark. False: it was set before, and keeps its first reason. */
  halt(reason: string, at: Date): Promise<boolean>;
};

/** The mark in PostgreSQL, in the row of the log's state. */
export function createLogHalt(prisma: PrismaClient): LogHalt {
  return {
    async read() {
      const { haltedReason, haltedAt } = await prisma.logState.findUniqueOrThrow({
        where: { id: 1 },
        select: { haltedReason: true, haltedAt: true },
      });
      return haltedReason === null || haltedAt === null
        ? null
        : { reason: haltedReason, at: haltedAt };
    },

    async halt(reason, at) {
      const { count } = await prisma.logState.updateMany({
        where: { id: 1, haltedAt: null },
        data: { haltedReason: reason, haltedAt: at },
      });
      return count === 1;
    },
  };
}
