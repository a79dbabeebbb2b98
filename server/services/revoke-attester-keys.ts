import type { RevocationEntry } from "@/schemas/log-entry";
import type { KeyId } from "@/schemas/primitives";
import type { AttesterKeyStore, KeyRevocation } from "@/server/adapters/db/attester-key-store";
import type { Signer } from "@/server/adapters/keys/key-store";
import { BeaconError } from "@/server/domain/errors";
import { fileEntry } from "@/server/domain/log/filing";
import { revocationEntry } from "@/server/domain/log/revocation";

export type RevokeAttesterKeysDeps = {
  readonly attesterKeys: Pick<AttesterKeyStore, "byId" | "revoke" | "unrevoked">;
  readonly logKey: Signer;
  readonly origin: string;
  readonly now: () => Date;
};

/**
 * Takes one of an account's own keys back. Safe to repeat.
 *
 * @returns false when it was taken back before.
 * @throws BeaconError KEY_NOT_FOUND for a key that this account has not enrolled.
 */
export async function revokeOwnKey(
  deps: RevokeAttesterKeysDeps,
  accountId: string,
  { key, reason }: { readonly key: KeyId; readonly reason: RevocationEntry["reason"] },
): Promise<boolean> {
  const own = await deps.attesterKeys.byId(key);
  if (own?.accountId !== accountId)
    throw new BeaconError("KEY_NOT_FOUND", `You have enrolled no key ${key}.`);
  return revoke(deps, key, { reason, at: deps.now() });
}

/**
 * Tells the log of keys that were taken back and that it has not heard of: it had not registered them, or
 * their account lost them. Each with the time and the reason of when it was taken back.
 *
 * @returns how many keys that were.
 */
export async function fileLateRevocations(deps: RevokeAttesterKeysDeps): Promise<number> {
  const late = await deps.attesterKeys.unrevoked();
  for (const { key, ...why } of late) await revoke(deps, key, why);
  return late.length;
}

const revoke = (
  { attesterKeys, origin, logKey }: RevokeAttesterKeysDeps,
  key: KeyId,
  why: KeyRevocation,
): Promise<boolean> =>
  attesterKeys.revoke(key, why, (registration, { at, reason }) =>
    fileEntry(revocationEntry({ key, reason, replacedBy: null, at }, registration), origin, {
      keyId: origin,
      sign: logKey.sign,
    }),
  );
