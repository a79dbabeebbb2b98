import type { ServiceStore } from "@/server/adapters/db/service-store";
import type { Sealer } from "@/server/adapters/keys/vault";
import { BeaconError } from "@/server/domain/errors";
import { keyProblem } from "@/server/domain/service/base-url";

export type SetServiceKeyDeps = {
  readonly services: Pick<ServiceStore, "byId" | "setKey" | "forgetKey">;
  readonly sealer: Sealer;
  readonly now: () => Date;
};

/**
 * Seals a service's key for the address that it has, and stores it in the place of the one before; null
 * forgets the one that is stored.
 *
 * @throws BeaconError SERVICE_NOT_FOUND; SERVICE_INVALID when the key would travel the internet in the
 *   clear, or the service was moved meanwhile; KEY_FILE_INVALID
 */
export async function setServiceKey(
  { services, sealer, now }: SetServiceKeyDeps,
  { id, key }: { readonly id: string; readonly key: string | null },
): Promise<void> {
  const unknown = () => new BeaconError("SERVICE_NOT_FOUND", `There is no service ${id} here.`);
  if (key === null) {
    if (!(await services.forgetKey(id, now()))) throw unknown();
    return;
  }
  const service = await services.byId(id);
  if (service === null) throw unknown();
  const problem = keyProblem(service.base_url);
  if (problem !== null)
    throw new BeaconError("SERVICE_INVALID", problem, { details: { path: "base_url" } });
  if (!(await services.setKey(service, sealer.seal(service, key), now())))
    throw new BeaconError(
      "SERVICE_INVALID",
      `${id} was moved or removed while its key was stored. See where it is now, and enter the key again.`,
    );
}
