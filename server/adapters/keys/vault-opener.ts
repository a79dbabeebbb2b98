import { createDecipheriv } from "node:crypto";
import { masterKeyById, type VaultPlace } from "@/server/adapters/keys/vault-key";
import {
  boundTo,
  CIPHER,
  NONCE_BYTES,
  type SealedKey,
  TAG_BYTES,
} from "@/server/adapters/keys/vault-seal";
import { BeaconError } from "@/server/domain/errors";
import type { ServiceAddress } from "@/server/domain/service/address";

/** Decrypts keys of services. Only the process that talks to services has one. */
export type Opener = {
  /**
   * @throws BeaconError VAULT_KEY_WRONG when no master key here sealed it, or it is not what was sealed
   *   for this service at this address; KEY_FILE_INVALID
   */
  open(address: ServiceAddress, sealed: SealedKey): string;
};

/** Opens with the master key that each sealed key names; it is read for each call and forgotten after it. */
export function createOpener({ path }: Pick<VaultPlace, "path">): Opener {
  return {
    open(address, { bytes, masterKeyId }) {
      const { id } = address;
      const master = masterKeyById(path, masterKeyId);
      if (master === null)
        throw new BeaconError(
          "VAULT_KEY_WRONG",
          `The key of ${id} was sealed by ${masterKeyId}, which is not here; put its file back, or enter the key again.`,
          { details: { service: id, masterKeyId } },
        );
      try {
        const { length } = bytes;
        if (length < NONCE_BYTES + TAG_BYTES) throw new Error("too short");
        const nonce = bytes.subarray(0, NONCE_BYTES);
        const decipher = createDecipheriv(CIPHER, master.bytes, nonce, {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(boundTo(address, masterKeyId));
        decipher.setAuthTag(bytes.subarray(length - TAG_BYTES));
        const opened = [
          decipher.update(bytes.subarray(NONCE_BYTES, length - TAG_BYTES)),
          decipher.final(),
        ];
        const key = Buffer.concat(opened);
        try {
          return key.toString("utf8");
        } finally {
          for (const part of [...opened, key]) part.fill(0);
        }
      } catch (cause) {
        throw new BeaconError(
          "VAULT_KEY_WRONG",
          `The key of ${id} does not open: it is damaged, or was sealed for another service or address. Enter it again.`,
          { cause, details: { service: id, masterKeyId } },
        );
      } finally {
        master.forget();
      }
    },
  };
}
