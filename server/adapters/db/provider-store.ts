import type { PrismaClient } from "@/generated/prisma/client";
import type { CountryCode } from "@/schemas/country";
import type { JobId } from "@/schemas/primitives";
import { storableText } from "@/server/adapters/db/storable";

/** One contact with a provider, as it is kept. */
export type ProviderContact = {
  readonly providerId: string;
  readonly name: string;
  readonly country: CountryCode;
  readonly jobId: JobId | null;
  readonly event: string;
  readonly detail: string;
  /** The autonomous system of its exit; null: it was not seen. */
  readonly asn: number | null;
  readonly at: Date;
};

/** What an admin says of a provider. */
export type ProviderRule = {
  readonly providerId: string;
  readonly rule: "allow" | "deny";
  readonly reason: string;
  readonly byAccount: string;
  readonly at: Date;
};

export type ProviderStore = {
  record(contact: ProviderContact): Promise<void>;
  /** Contacts since `since`, oldest first; of very many, the newest. */
  contacts(since: Date): Promise<readonly ProviderContact[]>;
  rules(): Promise<readonly ProviderRule[]>;
  setRule(rule: ProviderRule): Promise<void>;
  /** False: there was none. */
  dropRule(providerId: string): Promise<boolean>;
};

/** So many contacts say enough of any provider. */
const MOST_CONTACTS = 50_000;

/** What is known of providers, in PostgreSQL. */
export function createProviderStore(prisma: PrismaClient): ProviderStore {
  return {
    async record(contact) {
      await prisma.providerEvent.create({
        data: {
          ...contact,
          name: storableText(contact.name) ?? "",
          detail: (storableText(contact.detail) ?? "").slice(0, 500),
        },
      });
    },
    async contacts(since) {
      const rows = await prisma.providerEvent.findMany({
        where: { at: { gte: since } },
        orderBy: { id: "desc" },
        take: MOST_CONTACTS,
      });
      return rows.reverse().map(({ id: _, ...row }) => ({
        ...row,
        country: row.country as CountryCode,
        jobId: row.jobId as JobId | null,
      }));
    },
    async rules() {
      const rows = await prisma.providerRule.findMany({ orderBy: { at: "desc" } });
      return rows.map((row) => ({ ...row, rule: row.rule === "allow" ? "allow" : "deny" }));
    },
    async setRule(rule) {
      const { providerId, ...rest } = rule;
      await prisma.providerRule.upsert({ where: { providerId }, create: rule, update: rest });
    },
    async dropRule(providerId) {
      const { count } = await prisma.providerRule.deleteMany({ where: { providerId } });
      return count === 1;
    },
  };
}
