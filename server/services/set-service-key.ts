import type { ServiceStore } from "@/server/adapters/db/service-store";
import type { Sealer } from "@/server/adapters/keys/vault";
import { BeaconError } from "@/server/domain/errors";

export type SetServiceKeyDeps = {
  readonly services: Pick<ServiceStore, "setKey">;
  readonly sealer: Sealer;
  readonly now: () => Date;
};

/**
 * Seals a service's key and stores it in the place of the one before; null forgets the one that is stored.
 *
 * @throws BeaconError SERVICE_NOT_FOUND, KEY_FILE_INVALID
 */
export async function setServiceKey(
  deps: SetServiceKeyDeps,
  { id, key }: { readonly id: string; readonly key: string | null },
): Promise<void> {
  const sealed = key === null ? null : deps.sealer.seal(id, key);
  if (!(await deps.services.setKey(id, sealed, deps.now())))
    throw new BeaconError("SERVICE_NOT_FOUND", `There is no service ${id} here.`);
}
