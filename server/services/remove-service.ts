import type { ServiceStore } from "@/server/adapters/db/service-store";
import { BeaconError } from "@/server/domain/errors";

/**
 * Forgets a service and its key. What was asked of it stays in the log.
 *
 * @throws BeaconError SERVICE_NOT_FOUND, SERVICE_IN_USE while a job that is not over asks it.
 */
export async function removeService(
  deps: { readonly services: Pick<ServiceStore, "remove"> },
  id: string,
): Promise<void> {
  const outcome = await deps.services.remove(id);
  if (outcome === "in-use")
    throw new BeaconError(
      "SERVICE_IN_USE",
      `A job that is not over asks ${id}; withdraw it, or wait for its end.`,
    );
  if (outcome === "unknown")
    throw new BeaconError("SERVICE_NOT_FOUND", `There is no service ${id} here.`);
}
