import type { ServiceStore } from "@/server/adapters/db/service-store";
import type { VaultRotation } from "@/server/adapters/keys/vault-rotation";

export type RotateVaultDeps = {
  readonly services: Pick<ServiceStore, "resealAll">;
  readonly vault: VaultRotation;
};

export type VaultRotated = {
  /** The master key that seals from now on. */
  readonly masterKeyId: string;
  readonly resealed: number;
  /** Files of master keys that open nothing in this database any more. */
  readonly retired: readonly string[];
};

/**
 * Seals every key of a service under a new master key, which then takes the old one's place.
 *
 * May die anywhere and be run again: until all rows are sealed anew, both master keys are there, and each
 * row names its own; a run that finds a master key prepared goes on with it. The last step seals what was
 * entered while the keys changed places. One rotation at a time: whoever calls it holds a lock beside the key file.
 *
 * @throws BeaconError VAULT_KEY_WRONG when a key does not open: then nothing was changed; KEY_FILE_INVALID
 */
export async function rotateVault({ services, vault }: RotateVaultDeps): Promise<VaultRotated> {
  const masterKeyId = vault.prepare();
  const reseal: Parameters<ServiceStore["resealAll"]>[1] = (address, sealed) =>
    vault.reseal(masterKeyId, address, sealed);
  const before = await services.resealAll(masterKeyId, reseal);
  vault.promote(masterKeyId);
  const late = await services.resealAll(masterKeyId, reseal);
  return { masterKeyId, resealed: before + late, retired: vault.retired() };
}
