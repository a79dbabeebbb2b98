import type { AccountView, SignInMethod } from "@/schemas/account";
import type { UserId } from "@/schemas/primitives";
import type { Page } from "@/schemas/snapshot";
import type { AccountStore, ListedAccount } from "@/server/adapters/db/account-store";
import { instantOf } from "@/server/domain/time";

export type ShowAccountsDeps = {
  readonly accounts: Pick<AccountStore, "list">;
  readonly now: () => Date;
};

/** Accounts in the order of their addresses. The cursor is the last one that was shown. */
export async function showAccounts(
  deps: ShowAccountsDeps,
  { cursor, limit }: { readonly cursor: UserId | null; readonly limit: number },
): Promise<Page<AccountView>> {
  const rows = await deps.accounts.list({ cursor, limit: limit + 1, now: deps.now() });
  const items = rows.slice(0, limit).map(accountView);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

const accountView = (account: ListedAccount): AccountView => ({
  id: account.id,
  email: account.email,
  name: account.name,
  role: account.role,
  organisation: account.organisation,
  signsInWith: waysIn(account),
  createdAt: instantOf(account.createdAt),
  disabledAt: account.disabledAt && instantOf(account.disabledAt),
  openSessions: account.openSessions,
  lastSeenAt: account.lastSeenAt && instantOf(account.lastSeenAt),
});

const waysIn = ({ passwordHash, identities }: ListedAccount): readonly SignInMethod[] => [
  ...(passwordHash === null ? [] : (["password"] as const)),
  ...(identities === 0 ? [] : (["oidc"] as const)),
];
