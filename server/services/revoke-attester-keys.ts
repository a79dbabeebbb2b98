import type { RevocationEntry } from "@/schemas/log-entry";
import type { KeyId } from "@/schemas/primitives";
import type { AttesterKeyStore } from "@/server/adapters/db/attester-key-store";
import type { Signer } from "@/server/adapters/keys/key-store";
import { BeaconError } from "@/server/domain/errors";
import { fileEntry } from "@/server/domain/log/filing";
import { revocationEntry } from "@/server/domain/log/revocation";

export type RevokeAttesterKeysDeps = {
  readonly attesterKeys: Pick<AttesterKeyStore, "byId" | "ofAccount" | "revoke" | "unrevoked">;
  readonly logKey: Signer;
  readonly origin: string;
  readonly now: () => Date;
};

/**
 * Takes back every key that an account signs reports with: who is no attester any more, or speaks for
 * somebody else. Safe to repeat.
 *
 * @returns how many there were.
 */
export async function revokeKeysOfAccount(
  deps: RevokeAttesterKeysDeps,
  accountId: string,
): Promise<number> {
  let revoked = 0;
  for (const { key } of await deps.attesterKeys.ofAccount(accountId))
    if (await revoke(deps, key, "retired", deps.now())) revoked += 1;
  return revoked;
}

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
  return revoke(deps, key, reason, deps.now());
}

/**
 * Files the revocations of keys that were taken back before the log had registered them.
 *
 * @returns how many keys that were.
 */
export async function fileLateRevocations(deps: RevokeAttesterKeysDeps): Promise<number> {
  const late = await deps.attesterKeys.unrevoked();
  for (const { key, revokedAt } of late)
    await revoke(deps, key, "retired", revokedAt ?? deps.now());
  return late.length;
}

const revoke = (
  { attesterKeys, origin, logKey }: RevokeAttesterKeysDeps,
  key: KeyId,
  reason: RevocationEntry["reason"],
  at: Date,
): Promise<boolean> =>
  attesterKeys.revoke(key, at, (registration) =>
    fileEntry(revocationEntry({ key, reason, replacedBy: null, at }, registration), origin, {
      keyId: origin,
      sign: logKey.sign,
    }),
  );
