import type { SignInMethod } from "@/schemas/account";
import type { SignInId, UserId } from "@/schemas/primitives";
import type { SignInStore } from "@/server/adapters/db/sign-in-store";
import { signInIdFrom } from "@/server/domain/identity";

export type OpenSessionDeps = {
  readonly signIns: Pick<SignInStore, "open">;
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
};

/** A day's work; nobody stays signed in longer, however busy. */
export const SESSION_MS = 12 * 3_600_000;

/** Writes down that somebody signed in. The id stands in the cookie, which is good only while this is open. */
export async function openSession(
  deps: OpenSessionDeps,
  who: {
    readonly accountId: UserId;
    readonly method: SignInMethod;
    readonly userAgent: string;
  },
): Promise<SignInId> {
  const id = signInIdFrom(deps.random16());
  const createdAt = deps.now();
  const expiresAt = new Date(createdAt.getTime() + SESSION_MS);
  await deps.signIns.open({ id, ...who, createdAt, expiresAt });
  return id;
}
