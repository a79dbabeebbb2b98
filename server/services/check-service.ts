import type { ServiceStore } from "@/server/adapters/db/service-store";
import { BeaconError, type ErrorCode } from "@/server/domain/errors";
import { baseUrlProblem, keyProblem } from "@/server/domain/service/base-url";

export type CheckServiceDeps = {
  readonly services: Pick<ServiceStore, "byId">;
  readonly simulated: boolean;
  readonly now: () => Date;
};

/** What keeps a service from being asked, under the code that a job would meet. */
export type ServiceObstacle = { readonly code: ErrorCode; readonly message: string };

/**
 * What a job that asks this service would stumble over, as far as its settings tell. Nothing is sent to
 * the service: the portal cannot open its key.
 *
 * @throws BeaconError SERVICE_NOT_FOUND
 */
export async function checkService(
  deps: CheckServiceDeps,
  id: string,
): Promise<readonly ServiceObstacle[]> {
  const service = await deps.services.byId(id);
  if (service === null)
    throw new BeaconError("SERVICE_NOT_FOUND", `There is no service ${id} here.`);
  const { pausedUntil, pauseReason, keySetAt, dialect } = service;
  const address = baseUrlProblem(service, deps.simulated);
  const obstacles: (ServiceObstacle | false)[] = [
    address !== null && { code: "SERVICE_INVALID", message: address },
    // Those who only speak the dialect of another, such as Ollama or vLLM, often want none.
    keySetAt === null &&
      dialect !== "openai-compatible" && {
        code: "SERVICE_KEY_MISSING",
        message: keyProblem(service.base_url) ?? "No key is stored, and this vendor wants one.",
      },
    pausedUntil !== null &&
      pausedUntil > deps.now() && {
        code: "SERVICE_PAUSED",
        message: `Nothing is asked before ${pausedUntil.toISOString()}: ${pauseReason ?? "no reason was kept"}`,
      },
  ];
  return obstacles.filter((obstacle) => obstacle !== false);
}
