import type { Role } from "@/schemas/account";
import type { UserId } from "@/schemas/primitives";
import type { AccountStore } from "@/server/adapters/db/account-store";
import { BeaconError } from "@/server/domain/errors";
import { userIdFrom } from "@/server/domain/identity";

export type CreateAccountDeps = {
  readonly accounts: Pick<AccountStore, "create">;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
};

/** Makes an account that may sign in, without a password with OpenID Connect alone. @throws BeaconError ACCOUNT_EXISTS */
export async function createAccount(
  deps: CreateAccountDeps,
  wanted: {
    readonly email: string;
    readonly name: string;
    readonly role: Role;
    readonly password: string | null;
  },
): Promise<{ id: UserId }> {
  const id = userIdFrom(deps.random16());
  const { email, name, role, password } = wanted;
  const passwordHash = password === null ? null : await deps.hashPassword(password);
  const account = { id, email, name, role, organisation: null, passwordHash };
  if (!(await deps.accounts.create({ ...account, createdAt: deps.now() })))
    throw new BeaconError("ACCOUNT_EXISTS", `There is an account for ${email} already.`);
  return { id };
}
