import type { PrismaClient } from "@/generated/prisma/client";
import type { SignInMethod } from "@/schemas/account";
import type { SignInId, UserId } from "@/schemas/primitives";
import { type Account, accountOf } from "@/server/adapters/db/account-store";
import { storableText } from "@/server/adapters/db/storable";

/** One browser that signed in. */
export type SignIn = {
  readonly id: SignInId;
  readonly accountId: UserId;
  readonly method: SignInMethod;
  /** What the browser calls itself. */
  readonly userAgent: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
};

export type SignInStore = {
  open(signIn: Omit<SignIn, "lastSeenAt" | "endedAt">): Promise<void>;
  /** With whose it is. */
  byId(id: string): Promise<{ readonly signIn: SignIn; readonly account: Account } | null>;
  /** Writes down when it was last seen, unless it was seen after `unlessAfter`. */
  seen(id: SignInId, at: Date, unlessAfter: Date): Promise<void>;
  /** Of one account, newest first. */
  ofAccount(accountId: string, limit: number): Promise<SignIn[]>;
  /** Ends one of an account's. False: there is none that is open. */
  end(accountId: string, id: SignInId, at: Date): Promise<boolean>;
  /** Forgets those that expired before. */
  forget(before: Date): Promise<void>;
};

/** As much as anybody needs to know a browser again. */
const USER_AGENT_CHARACTERS = 200;

type Row = NonNullable<Awaited<ReturnType<PrismaClient["signIn"]["findUnique"]>>>;
const signInOf = (row: Row): SignIn => ({
  ...row,
  id: row.id as SignInId,
  accountId: row.accountId as UserId,
  method: row.method as SignInMethod,
});

/** Who signed in from where, in PostgreSQL. */
export const createSignInStore = (prisma: PrismaClient): SignInStore => ({
  async open(signIn) {
    const userAgent = storableText(signIn.userAgent).slice(0, USER_AGENT_CHARACTERS);
    await prisma.signIn.create({
      data: { ...signIn, userAgent, lastSeenAt: signIn.createdAt },
    });
  },
  async byId(id) {
    const row = await prisma.signIn.findUnique({ where: { id }, include: { account: true } });
    if (row === null) return null;
    const { account, ...signIn } = row;
    return { signIn: signInOf(signIn), account: accountOf(account) };
  },
  async seen(id, at, unlessAfter) {
    await prisma.signIn.updateMany({
      where: { id, lastSeenAt: { lte: unlessAfter } },
      data: { lastSeenAt: at },
    });
  },
  async ofAccount(accountId, limit) {
    const rows = await prisma.signIn.findMany({
      where: { accountId },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: limit,
    });
    return rows.map(signInOf);
  },
  async end(accountId, id, at) {
    const { count } = await prisma.signIn.updateMany({
      where: { id, accountId, endedAt: null },
      data: { endedAt: at },
    });
    return count === 1;
  },
  async forget(before) {
    await prisma.signIn.deleteMany({ where: { expiresAt: { lt: before } } });
  },
});
