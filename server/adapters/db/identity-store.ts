import type { PrismaClient } from "@/generated/prisma/client";
import type { UserId } from "@/schemas/primitives";
import { type Account, accountOf } from "@/server/adapters/db/account-store";

/** Who somebody is at a provider of OpenID Connect: what stands in its ID tokens as `iss` and `sub`. */
export type Identity = { readonly issuer: string; readonly subject: string };

export type IdentityStore = {
  /** Whose identity it is; null: nobody's. */
  accountOf(identity: Identity): Promise<Account | null>;
  /**
   * Makes an identity an account's for good. False: it is somebody's already, or the account has one of
   * the same issuer: whoever is given an e-mail address after somebody else does not become that person.
   */
  link(identity: Identity, accountId: UserId, at: Date): Promise<boolean>;
};

/** Identities in PostgreSQL. */
export const createIdentityStore = (prisma: PrismaClient): IdentityStore => ({
  async accountOf({ issuer, subject }) {
    const row = await prisma.identity.findUnique({
      where: { issuer_subject: { issuer, subject } },
      include: { account: true },
    });
    return row && accountOf(row.account);
  },
  link: ({ issuer, subject }, accountId, at) =>
    prisma.$transaction(async (tx) => {
      // Of two identities that want the account at once, the second finds the first.
      await tx.$queryRaw`SELECT 1 FROM "Account" WHERE "id" = ${accountId} FOR UPDATE`;
      if ((await tx.identity.count({ where: { accountId, issuer } })) > 0) return false;
      const { count } = await tx.identity.createMany({
        data: [{ issuer, subject, accountId, createdAt: at }],
        skipDuplicates: true,
      });
      return count === 1;
    }),
});
