import type { PrismaClient } from "@/generated/prisma/client";
import type { UserId } from "@/schemas/primitives";

export type Role = "reader" | "attester" | "admin";

export type Account = {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
  /** Null: signs in with OpenID Connect only. */
  readonly passwordHash: string | null;
  readonly role: Role;
  readonly sessionVersion: number;
};

export type AccountStore = {
  /** False: the e-mail address has an account already. */
  create(account: Omit<Account, "sessionVersion"> & { createdAt: Date }): Promise<boolean>;
  byEmail(email: string): Promise<Account | null>;
  byId(id: string): Promise<Account | null>;
  /** Sets a new password and ends every session of the account. */
  setPassword(id: UserId, passwordHash: string): Promise<void>;
  count(role: Role): Promise<number>;
};

const ROLES = { reader: "READER", attester: "ATTESTER", admin: "ADMIN" } as const;
const NAMES = { READER: "reader", ATTESTER: "attester", ADMIN: "admin" } as const;

/** Accounts in PostgreSQL. E-mail addresses are kept in lower case. */
export function createAccountStore(prisma: PrismaClient): AccountStore {
  type Row = NonNullable<Awaited<ReturnType<typeof prisma.account.findUnique>>>;
  const typed = (found: Row | null): Account | null =>
    found === null ? null : { ...found, id: found.id as UserId, role: NAMES[found.role] };
  return {
    async create(account) {
      const { count } = await prisma.account.createMany({
        data: [{ ...account, email: account.email.toLowerCase(), role: ROLES[account.role] }],
        skipDuplicates: true,
      });
      return count === 1;
    },
    byEmail: async (email) =>
      typed(await prisma.account.findUnique({ where: { email: email.toLowerCase() } })),
    byId: async (id) => typed(await prisma.account.findUnique({ where: { id } })),
    async setPassword(id, passwordHash) {
      await prisma.account.update({
        where: { id },
        data: { passwordHash, sessionVersion: { increment: 1 } },
      });
    },
    count: (role) => prisma.account.count({ where: { role: ROLES[role] } }),
  };
}
