import type { ServiceStore } from "@/server/adapters/db/service-store";
import { BeaconError } from "@/server/domain/errors";

export type PauseServiceDeps = {
  readonly services: Pick<ServiceStore, "pause" | "resume">;
  readonly now: () => Date;
};

/**
 * Has all workers leave a service alone for so many minutes; with 0, ask it again.
 *
 * @throws BeaconError SERVICE_NOT_FOUND
 */
export async function pauseService(
  { services, now }: PauseServiceDeps,
  { id, minutes }: { readonly id: string; readonly minutes: number },
): Promise<void> {
  const until = new Date(now().getTime() + minutes * 60_000);
  const isThere = await (minutes === 0
    ? services.resume(id)
    : services.pause(id, until, "An admin paused it."));
  if (!isThere) throw new BeaconError("SERVICE_NOT_FOUND", `There is no service ${id} here.`);
}
