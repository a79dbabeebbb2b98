import type { Prisma, PrismaClient } from "@/generated/prisma/client";
import type { Role } from "@/schemas/account";
import type { InvitationId } from "@/schemas/primitives";
import { type Account, accountRow, ROLE_NAMES, ROLES } from "@/server/adapters/db/account-store";

/** An invitation, without the secret of its link. */
export type Invitation = {
  readonly id: InvitationId;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly organisation: string | null;
  /** The account that made it, or `operator`. */
  readonly invitedBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly acceptedAt: Date | null;
  readonly withdrawnAt: Date | null;
};

/** An invitation, and whether who made it still may: it is worth what they are. */
export type FoundInvitation = Invitation & { readonly isBacked: boolean };

/** What came of accepting one. `refused`: it is not open; `exists`: its address has an account by now. */
export type Acceptance = "accepted" | "refused" | "exists";

export type InvitationStore = {
  /** @param tokenHash SHA-256 of the link's secret. */
  create(
    invitation: Omit<Invitation, "acceptedAt" | "withdrawnAt">,
    tokenHash: Uint8Array,
  ): Promise<void>;
  byTokenHash(tokenHash: Uint8Array): Promise<FoundInvitation | null>;
  /** Newest first, after the one that `cursor` names. */
  list(page: { cursor: InvitationId | null; limit: number }): Promise<Invitation[]>;
  /**
   * Makes the account, once, in the same transaction that closes the invitation, while who made it can
   * neither be disabled nor lose the role: unless they are an admin then, it is refused.
   */
  accept(
    id: InvitationId,
    account: Omit<Account, "sessionVersion" | "disabledAt">,
    at: Date,
  ): Promise<Acceptance>;
  /** False: there is none that is open. */
  withdraw(id: InvitationId, at: Date): Promise<boolean>;
};

type Row = NonNullable<Awaited<ReturnType<PrismaClient["invitation"]["findUnique"]>>>;
const invitationOf = ({ tokenHash: _, accountId: __, ...row }: Row): Invitation => ({
  ...row,
  id: row.id as InvitationId,
  role: ROLE_NAMES[row.role],
});

/** What rolls a transaction back whose account could not be made. */
class AddressTaken extends Error {}

/** Invitations in PostgreSQL. */
export const createInvitationStore = (prisma: PrismaClient): InvitationStore => ({
  async create(invitation, tokenHash) {
    await prisma.invitation.create({
      data: {
        ...invitation,
        email: invitation.email.toLowerCase(),
        role: ROLES[invitation.role],
        tokenHash: Uint8Array.from(tokenHash),
      },
    });
  },
  async byTokenHash(tokenHash) {
    const row = await prisma.invitation.findUnique({
      where: { tokenHash: Uint8Array.from(tokenHash) },
    });
    return row && { ...invitationOf(row), isBacked: await isBacked(prisma, row) };
  },
  async list({ cursor, limit }) {
    const rows = await prisma.invitation.findMany({
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: limit,
      ...(cursor === null ? {} : { cursor: { id: cursor }, skip: 1 }),
    });
    return rows.map(invitationOf);
  },
  async accept(id, account, at) {
    try {
      return await prisma.$transaction(async (tx) => {
        const row = await tx.invitation.findUnique({ where: { id } });
        if (row === null || !(await isBacked(tx, row))) return "refused";
        const { count } = await tx.invitation.updateMany({
          where: { id, acceptedAt: null, withdrawnAt: null, expiresAt: { gt: at } },
          data: { acceptedAt: at, accountId: account.id },
        });
        if (count === 0) return "refused";
        const made = await tx.account.createMany({
          data: [accountRow(account)],
          skipDuplicates: true,
        });
        if (made.count === 0) throw new AddressTaken();
        return "accepted";
      });
    } catch (error) {
      if (error instanceof AddressTaken) return "exists";
      throw error;
    }
  },
  async withdraw(id, at) {
    const { count } = await prisma.invitation.updateMany({
      where: { id, acceptedAt: null, withdrawnAt: null },
      data: { withdrawnAt: at },
    });
    return count === 1;
  },
});

/** Whether the operator made it, or an admin who may sign in; in a transaction, they stay so until it ends. */
async function isBacked(
  prisma: Pick<Prisma.TransactionClient, "$queryRaw">,
  { invitedBy }: Pick<Row, "invitedBy">,
): Promise<boolean> {
  if (invitedBy === "operator") return true;
  const rows = await prisma.$queryRaw<unknown[]>`
    SELECT 1 FROM "Account" WHERE "id" = ${invitedBy} AND "role" = 'ADMIN'
      AND "disabledAt" IS NULL FOR SHARE`;
  return rows.length === 1;
}
