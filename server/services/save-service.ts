import type { ServiceSettings } from "@/schemas/service";
import type { ServiceStore } from "@/server/adapters/db/service-store";
import { BeaconError } from "@/server/domain/errors";
import { baseUrlProblem } from "@/server/domain/service/base-url";

export type SaveServiceDeps = {
  readonly services: Pick<ServiceStore, "put">;
  /** Whether providers are simulated ones, which reach this machine's own network. */
  readonly simulated: boolean;
  readonly now: () => Date;
};

/**
 * Stores what an admin says of a service. Its key stays, unless its requests would take another door,
 * dialect or base URL than the key was entered for: then it is forgotten.
 *
 * @throws BeaconError SERVICE_INVALID when its base URL cannot be asked through its door.
 */
export async function saveService(
  deps: SaveServiceDeps,
  settings: ServiceSettings,
): Promise<{ readonly isNew: boolean; readonly isKeyForgotten: boolean }> {
  const problem = baseUrlProblem(settings, deps.simulated);
  if (problem !== null)
    throw new BeaconError("SERVICE_INVALID", problem, { details: { path: "base_url" } });
  return deps.services.put(settings, deps.now());
}
