import type { Prisma, PrismaClient } from "@/generated/prisma/client";
import type { UserId } from "@/schemas/primitives";

/** Roles as the database spells them. */
export const ROLES = { reader: "READER", attester: "ATTESTER", admin: "ADMIN" } as const;
/** And as everyone else does. */
export const ROLE_NAMES = { READER: "reader", ATTESTER: "attester", ADMIN: "admin" } as const;
export type Role = keyof typeof ROLES;

/** Somebody who may sign in, or might before. */
export type Account = {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
  /** Null: signs in with OpenID Connect only. */
  readonly passwordHash: string | null;
  readonly role: Role;
  /** For whom an attester speaks; null: for nobody. */
  readonly organisation: string | null;
  readonly sessionVersion: number;
  /** Null: may sign in. */
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
};

/** An account with what its sign-ins say. */
export type ListedAccount = Account & {
  /** Providers of OpenID Connect that know its owner. */
  readonly identities: number;
  /** Sessions that are open now. */
  readonly openSessions: number;
  readonly lastSeenAt: Date | null;
};

/**
 * What came of a change: how many keys the account lost with it, or why there was none. `last-admin`: it
 * would have left nobody who can run the portal.
 */
export type AccountChange = { readonly revokedKeys: number } | "last-admin" | "not-found";

export type AccountStore = {
  /** False: the e-mail address has an account already. */
  create(account: Omit<Account, "sessionVersion" | "disabledAt">): Promise<boolean>;
  byEmail(email: string): Promise<Account | null>;
  byId(id: string): Promise<Account | null>;
  /** In the order of their addresses, after the account that `cursor` names. */
  list(page: { cursor: UserId | null; limit: number; now: Date }): Promise<ListedAccount[]>;
  /** Sets a new password and ends every session of the account. */
  setPassword(id: UserId, passwordHash: string, at: Date): Promise<void>;
  /** Gives it another role. Who is no attester any more loses all keys in the same transaction. */
  setRole(id: UserId, role: Role, at: Date): Promise<AccountChange>;
  /** Says for whom it speaks. With another organisation it loses all keys in the same transaction. */
  setOrganisation(id: UserId, organisation: string | null, at: Date): Promise<AccountChange>;
  /**
   * Keeps the account from signing in, ends its sessions and takes all its keys back, in one transaction.
   * The time of the first call stays.
   */
  disable(id: UserId, at: Date): Promise<AccountChange>;
  enable(id: UserId): Promise<boolean>;
  /** Ends every session of the account, also those that are being opened. */
  endSessions(id: UserId, at: Date): Promise<boolean>;
  count(role: Role): Promise<number>;
};

type Row = NonNullable<Awaited<ReturnType<PrismaClient["account"]["findUnique"]>>>;

/** A row as the rest of the house knows it. */
export const accountOf = (row: Row): Account => ({
  id: row.id as UserId,
  email: row.email,
  name: row.name,
  passwordHash: row.passwordHash,
  role: ROLE_NAMES[row.role],
  organisation: row.organisation,
  sessionVersion: row.sessionVersion,
  disabledAt: row.disabledAt,
  createdAt: row.createdAt,
});

/** A new row. E-mail addresses are kept in lower case. */
export const accountRow = (account: Parameters<AccountStore["create"]>[0]) => ({
  ...account,
  email: account.email.toLowerCase(),
  role: ROLES[account.role],
});

/** Accounts in PostgreSQL. */
export function createAccountStore(prisma: PrismaClient): AccountStore {
  return {
    async create(account) {
      const { count } = await prisma.account.createMany({
        data: [accountRow(account)],
        skipDuplicates: true,
      });
      return count === 1;
    },
    async byEmail(email) {
      const row = await prisma.account.findUnique({ where: { email: email.toLowerCase() } });
      return row && accountOf(row);
    },
    async byId(id) {
      const row = await prisma.account.findUnique({ where: { id } });
      return row && accountOf(row);
    },
    async list({ cursor, limit, now }) {
      const rows = await prisma.account.findMany({
        orderBy: { email: "asc" },
        take: limit,
        ...(cursor === null ? {} : { cursor: { id: cursor }, skip: 1 }),
        include: {
          _count: {
            select: {
              identities: true,
              signIns: { where: { endedAt: null, expiresAt: { gt: now } } },
            },
          },
          signIns: { orderBy: { lastSeenAt: "desc" }, take: 1 },
        },
      });
      return rows.map(({ _count, signIns: [last], ...row }) => ({
        ...accountOf(row),
        identities: _count.identities,
        openSessions: _count.signIns,
        lastSeenAt: last?.lastSeenAt ?? null,
      }));
    },
    async setPassword(id, passwordHash, at) {
      await prisma.$transaction((tx) => endAll(tx, id, at, { passwordHash }));
    },
    setRole: (id, role, at) =>
      prisma.$transaction((tx) =>
        unlessLastAdmin(tx, id, role !== "admin", async () => {
          const { count } = await tx.account.updateMany({
            where: { id },
            data: { role: ROLES[role] },
          });
          if (count === 0) return "not-found";
          return { revokedKeys: role === "attester" ? 0 : await takeKeys(tx, id, at) };
        }),
      ),
    setOrganisation: (id, organisation, at) =>
      prisma.$transaction(async (tx) => {
        const [row] = await tx.$queryRaw<{ organisation: string | null }[]>`
          SELECT "organisation" FROM "Account" WHERE "id" = ${id} FOR UPDATE`;
        if (row === undefined) return "not-found";
        if (row.organisation === organisation) return { revokedKeys: 0 };
        await tx.account.update({ where: { id }, data: { organisation } });
        return { revokedKeys: await takeKeys(tx, id, at) };
      }),
    disable: (id, at) =>
      prisma.$transaction((tx) =>
        unlessLastAdmin(tx, id, true, async () => {
          await tx.account.updateMany({
            where: { id, disabledAt: null },
            data: { disabledAt: at },
          });
          if (!(await endAll(tx, id, at))) return "not-found";
          return { revokedKeys: await takeKeys(tx, id, at) };
        }),
      ),
    async enable(id) {
      const { count } = await prisma.account.updateMany({
        where: { id },
        data: { disabledAt: null },
      });
      return count === 1;
    },
    endSessions: (id, at) => prisma.$transaction((tx) => endAll(tx, id, at)),
    count: (role) => prisma.account.count({ where: { role: ROLES[role] } }),
  };
}

/** Ends what is open, and by the version what is being opened just now. False: no such account. */
async function endAll(
  tx: Prisma.TransactionClient,
  id: UserId,
  at: Date,
  also: { passwordHash?: string } = {},
): Promise<boolean> {
  const { count } = await tx.account.updateMany({
    where: { id },
    data: { ...also, sessionVersion: { increment: 1 } },
  });
  await tx.signIn.updateMany({ where: { accountId: id, endedAt: null }, data: { endedAt: at } });
  return count === 1;
}

/**
 * Takes every key of an account back, behind the change that costs it them: whoever enrols one holds the
 * account's row. The log is told by whoever asked, or by the next sweep.
 */
async function takeKeys(tx: Prisma.TransactionClient, accountId: UserId, at: Date) {
  const { count } = await tx.attesterKey.updateMany({
    where: { accountId, revokedAt: null },
    data: { revokedAt: at, revokedReason: "retired" },
  });
  return count;
}

/** Changes an account while no other admin can go: of two who leave at once, the second sees that he is the last. */
async function unlessLastAdmin(
  tx: Prisma.TransactionClient,
  id: UserId,
  isLeaving: boolean,
  change: () => Promise<AccountChange>,
): Promise<AccountChange> {
  const admins = await tx.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "Account" WHERE "role" = 'ADMIN' AND "disabledAt" IS NULL
      ORDER BY "id" FOR UPDATE`;
  if (isLeaving && admins.length === 1 && admins[0]?.id === id) return "last-admin";
  return change();
}
