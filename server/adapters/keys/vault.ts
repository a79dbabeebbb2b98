import { masterKey, type VaultPlace } from "@/server/adapters/keys/vault-key";
import { type SealedKey, sealWith } from "@/server/adapters/keys/vault-seal";
import type { ServiceAddress } from "@/server/domain/service/address";

/** Encrypts keys of services, and can do nothing else. */
export type Sealer = {
  /** A key that opens for this address only. @throws BeaconError KEY_FILE_INVALID */
  seal(address: ServiceAddress, key: string): SealedKey;
};

/**
 * Seals with the master key in `place`, which is read for each call and forgotten after it. The process
 * that takes keys from an admin loads this and not the opener.
 */
export function createSealer(place: VaultPlace): Sealer {
  return {
    seal(address, key) {
      const master = masterKey(place);
      try {
        return sealWith(master, address, key);
      } finally {
        master.forget();
      }
    },
  };
}
