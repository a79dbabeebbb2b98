import {
  masterKeyById,
  nextMasterKey,
  promoteNextKey,
  retiredKeyFiles,
  type VaultPlace,
} from "@/server/adapters/keys/vault-key";
import { createOpener } from "@/server/adapters/keys/vault-opener";
import { type SealedKey, sealWith } from "@/server/adapters/keys/vault-seal";

/** Moves a vault from one master key to the next, step by step. Each step may be taken again. */
export type VaultRotation = {
  /** Makes the next master key, or takes up the one that a rotation before made. @returns its id. */
  prepare(): string;
  /** The same key under the master key called `masterKeyId`. @throws BeaconError VAULT_KEY_WRONG, KEY_FILE_INVALID */
  reseal(masterKeyId: string, serviceId: string, sealed: SealedKey): SealedKey;
  /** From now on the next master key seals. @returns the old one's file; null when there was none. */
  promote(): string | null;
  /** Files of master keys that seal no more. */
  retired(): readonly string[];
};

/** The rotation of the master key in `place`. */
export function createVaultRotation({ path }: Pick<VaultPlace, "path">): VaultRotation {
  const opener = createOpener({ path });
  return {
    prepare() {
      const next = nextMasterKey(path);
      next.forget();
      return next.id;
    },
    reseal(masterKeyId, serviceId, sealed) {
      const key = opener.open(serviceId, sealed);
      const master = masterKeyById(path, masterKeyId);
      if (master === null) throw new Error(`${masterKeyId} was prepared and is gone`);
      try {
        return sealWith(master, serviceId, key);
      } finally {
        master.forget();
      }
    },
    promote: () => promoteNextKey(path),
    retired: () => retiredKeyFiles(path),
  };
}
