import type { PrismaClient } from "@/generated/prisma/client";
import type { DraftBody, DraftId } from "@/schemas/draft";
import { storableText } from "@/server/adapters/db/storable";

/** A draft as it lies in the database. What its body holds, whoever reads it parses. */
export type StoredDraft = {
  readonly id: DraftId;
  readonly title: string;
  readonly body: unknown;
  readonly version: number;
  readonly updatedAt: Date;
};

/** A draft and whose it is: nobody else's account finds it. */
type Owned = { readonly id: DraftId; readonly accountId: string };

type Content = { readonly title: string; readonly body: DraftBody; readonly at: Date };

export type DraftStore = {
  /** An account's drafts, the one that was changed last first. */
  list(accountId: string, limit: number): Promise<readonly StoredDraft[]>;
  byId(draft: Owned): Promise<StoredDraft | null>;
  count(accountId: string): Promise<number>;
  /** Lays a draft down as version 1. "exists": it is there already. "no-account": nobody has this account. */
  create(draft: Owned & Content): Promise<"created" | "exists" | "no-account">;
  /** Replaces `version` by the next one. False: it is not at that version, or not there. */
  replace(draft: Owned & Content & { readonly version: number }): Promise<boolean>;
  /** False: there is none. */
  remove(draft: Owned): Promise<boolean>;
};

/** JSON as PostgreSQL can keep it: no string of it holds a NUL or half a character. */
const storableJson = (body: DraftBody): DraftBody =>
  JSON.parse(JSON.stringify(body), (_, value) =>
    typeof value === "string" ? storableText(value) : value,
  );

const SHOWN = { id: true, title: true, body: true, version: true, updatedAt: true } as const;

/** Drafts of jobs in PostgreSQL. */
export function createDraftStore(prisma: PrismaClient): DraftStore {
  type Row = Omit<StoredDraft, "id" | "body"> & { readonly id: string; readonly body: unknown };
  const stored = (row: Row): StoredDraft => ({ ...row, id: row.id as DraftId });
  return {
    async list(accountId, limit) {
      const rows = await prisma.draft.findMany({
        where: { accountId },
        select: SHOWN,
        orderBy: [{ updatedAt: "desc" }, { id: "asc" }],
        take: limit,
      });
      return rows.map(stored);
    },

    async byId({ id, accountId }) {
      const row = await prisma.draft.findFirst({ where: { id, accountId }, select: SHOWN });
      return row === null ? null : stored(row);
    },

    count: (accountId) => prisma.draft.count({ where: { accountId } }),

    async create({ id, accountId, title, body, at }) {
      const created = await prisma.$executeRaw`
        INSERT INTO drafts (id, "accountId", title, body, version, "createdAt", "updatedAt")
        SELECT ${id}, a.id, ${storableText(title)}, ${JSON.stringify(storableJson(body))}::jsonb, 1, ${at}, ${at}
        FROM "Account" a WHERE a.id = ${accountId} ON CONFLICT (id) DO NOTHING`;
      if (created === 1) return "created";
      const accounts = await prisma.account.count({ where: { id: accountId } });
      return accounts === 0 ? "no-account" : "exists";
    },

    async replace({ id, accountId, version, title, body, at }) {
      const { count } = await prisma.draft.updateMany({
        where: { id, accountId, version },
        data: {
          title: storableText(title),
          body: storableJson(body),
          version: version + 1,
          updatedAt: at,
        },
      });
      return count === 1;
    },

    async remove({ id, accountId }) {
      const { count } = await prisma.draft.deleteMany({ where: { id, accountId } });
      return count === 1;
    },
  };
}
