import {
  masterKeyById,
  nextMasterKey,
  promoteNextKey,
  retiredKeyFiles,
  type VaultPlace,
} from "@/server/adapters/keys/vault-key";
import { createOpener } from "@/server/adapters/keys/vault-opener";
import { type SealedKey, sealWith } from "@/server/adapters/keys/vault-seal";
import type { ServiceAddress } from "@/server/domain/service/address";

/** Moves a vault from one master key to the next, step by step. Each step may be taken again. */
export type VaultRotation = {
  /** The file of the master key that seals. */
  readonly path: string;
  /** Makes the next master key, or takes up the one that a rotation before made. @returns its id. */
  prepare(): string;
  /** The same key under the master key called `masterKeyId`. @throws BeaconError VAULT_KEY_WRONG, KEY_FILE_INVALID */
  reseal(masterKeyId: string, address: ServiceAddress, sealed: SealedKey): SealedKey;
  /**
   * From now on the master key that was prepared under this id seals; when it does already, nothing is done.
   *
   * @throws BeaconError KEY_FILE_INVALID when it is not prepared any more: another rotation came between.
   */
  promote(masterKeyId: string): void;
  /** Files of master keys that seal no more. */
  retired(): readonly string[];
};

/** The rotation of the master key in `place`. */
export function createVaultRotation({ path }: Pick<VaultPlace, "path">): VaultRotation {
  const opener = createOpener({ path });
  return {
    path,
    prepare() {
      const next = nextMasterKey(path);
      next.forget();
      return next.id;
    },
    reseal(masterKeyId, address, sealed) {
      const key = opener.open(address, sealed);
      const master = masterKeyById(path, masterKeyId);
      if (master === null) throw new Error(`${masterKeyId} was prepared and is gone`);
      try {
        return sealWith(master, address, key);
      } finally {
        master.forget();
      }
    },
    promote: (masterKeyId) => promoteNextKey(path, masterKeyId),
    retired: () => retiredKeyFiles(path),
  };
}
