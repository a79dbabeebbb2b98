import { masterKey, type VaultPlace } from "@/server/adapters/keys/vault-key";
import { type SealedKey, sealWith } from "@/server/adapters/keys/vault-seal";

/** Encrypts keys of services, and can do nothing else. */
export type Sealer = {
  /** @throws BeaconError KEY_FILE_INVALID */
  seal(serviceId: string, key: string): SealedKey;
};

/**
 * Seals with the master key in `place`, which is read for each call and forgotten after it. The process
 * that takes keys from an admin loads this and not the opener.
 */
export function createSealer(place: VaultPlace): Sealer {
  return {
    seal(serviceId, key) {
      const master = masterKey(place);
      try {
        return sealWith(master, serviceId, key);
      } finally {
        master.forget();
      }
    },
  };
}
