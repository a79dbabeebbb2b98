import type { PrismaClient } from "@/generated/prisma/client";

/** Challenges that were answered. */
export type ChallengeStore = {
  /** Writes down that a challenge was answered. False: it was before. Of two at once, one is first. */
  spend(challenge: string, expiresAt: Date): Promise<boolean>;
  /** Forgets those that had expired by then: nobody takes them any more. */
  forget(before: Date): Promise<void>;
};

/** Answered challenges in PostgreSQL. */
export const createChallengeStore = (prisma: PrismaClient): ChallengeStore => ({
  async spend(challenge, expiresAt) {
    const { count } = await prisma.spentChallenge.createMany({
      data: [{ challenge, expiresAt }],
      skipDuplicates: true,
    });
    return count === 1;
  },
  async forget(before) {
    await prisma.spentChallenge.deleteMany({ where: { expiresAt: { lt: before } } });
  },
});
