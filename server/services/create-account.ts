import type { UserId } from "@/schemas/primitives";
import type { AccountStore, Role } from "@/server/adapters/db/account-store";
import { BeaconError } from "@/server/domain/errors";
import { userIdFrom } from "@/server/domain/identity";

export type CreateAccountDeps = {
  readonly accounts: Pick<AccountStore, "create">;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
};

/** Makes an account that may sign in. @throws BeaconError ACCOUNT_EXISTS */
export async function createAccount(
  deps: CreateAccountDeps,
  wanted: {
    readonly email: string;
    readonly name: string;
    readonly role: Role;
    readonly password: string;
  },
): Promise<{ id: UserId }> {
  const id = userIdFrom(deps.random16());
  const { email, name, role, password } = wanted;
  const passwordHash = await deps.hashPassword(password);
  if (!(await deps.accounts.create({ id, email, name, role, passwordHash, createdAt: deps.now() })))
    throw new BeaconError("ACCOUNT_EXISTS", `There is an account for ${email} already.`);
  return { id };
}
