import type { RevocationEntry } from "@/schemas/log-entry";
import type { KeyId } from "@/schemas/primitives";
import type { AttesterKeyStore, KeyRevocation } from "@/server/adapters/db/attester-key-store";
import type { LogStore } from "@/server/adapters/db/log-store";
import type { Signer } from "@/server/adapters/keys/key-store";
import { BeaconError } from "@/server/domain/errors";
import { fileEntry } from "@/server/domain/log/filing";
import { keyRegistryOf } from "@/server/domain/log/key-registry";
import { readEntry } from "@/server/domain/log/read-entry";
import { revocationEntry } from "@/server/domain/log/revocation";

export type RevokeKeyDeps = {
  readonly log: Pick<LogStore, "ofKind" | "pending" | "file">;
  readonly attesterKeys: Pick<AttesterKeyStore, "byId" | "revoke">;
  readonly logKey: Signer;
  /** The key that signs entries here now. */
  readonly runner: Pick<Signer, "keyId">;
  readonly origin: string;
  readonly now: () => Date;
};

/** How far among waiting entries a revocation is looked for. */
const LOOKED_AT = 1_000;

/**
 * Takes a registered key back, from the place on that the revocation gets in the log: what the key
 * signed before stays valid. Signed by the log's own key. Safe to repeat: a key is revoked once. No other
 * key takes an attester's place.
 *
 * @returns false when the key was revoked already, or its revocation waits for the log.
 * @throws BeaconError KEY_NOT_FOUND for a key that the log has not registered, KEY_IN_USE for the one
 *   that signs entries here now.
 */
export async function revokeKey(
  deps: RevokeKeyDeps,
  wanted: { readonly key: KeyId; readonly reason: RevocationEntry["reason"] },
): Promise<boolean> {
  const { key, reason } = wanted;
  const why = { reason, at: deps.now() };
  const filed = (replacedBy: KeyId | null) => (registration: number, why: KeyRevocation) =>
    fileEntry(revocationEntry({ key, replacedBy, ...why }, registration), deps.origin, {
      keyId: deps.origin,
      sign: deps.logKey.sign,
    });
  // In one transaction with its row, so that nothing more that it signed is filed.
  if ((await deps.attesterKeys.byId(key)) !== null)
    return deps.attesterKeys.revoke(key, why, filed(null));
  if (key === deps.runner.keyId)
    throw new BeaconError(
      "KEY_IN_USE",
      "This key signs the entries of this installation; put another in its place first.",
    );
  const registry = keyRegistryOf([
    ...(await deps.log.ofKind("beacon.key/v1", null)),
    ...(await deps.log.ofKind("beacon.revocation/v1", null)),
  ]);
  const known = registry.find((one) => one.key === key);
  if (known === undefined)
    throw new BeaconError("KEY_NOT_FOUND", `The log has registered no key ${key}.`);
  if (known.revocation !== null || (await isWaiting(deps, key))) return false;
  const { index, entry } = known.registration;
  const replacedBy = entry.role === "attester" ? null : deps.runner.keyId;
  await deps.log.file([filed(replacedBy)(index, why)]);
  return true;
}

async function isWaiting(deps: Pick<RevokeKeyDeps, "log">, key: KeyId): Promise<boolean> {
  const waiting = await deps.log.pending(LOOKED_AT);
  return waiting.some(({ kind, bytes }) => {
    const entry = kind === "beacon.revocation/v1" ? readEntry(bytes) : null;
    return entry?.type === "beacon.revocation/v1" && entry.key === key;
  });
}
