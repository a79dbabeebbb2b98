import type { ServiceView } from "@/schemas/service";
import type { ServiceStore, StoredService } from "@/server/adapters/db/service-store";
import { isPrivateHost } from "@/server/domain/service/base-url";
import { instantOf } from "@/server/domain/time";

export type ListServicesDeps = {
  readonly services: Pick<ServiceStore, "list">;
  readonly now: () => Date;
};

/** The services that jobs here can ask, as anyone may see them. By id. */
export async function listServices({
  services,
  now,
}: ListServicesDeps): Promise<readonly ServiceView[]> {
  const at = now();
  return (await services.list()).map((service) => viewOf(service, at));
}

function viewOf(
  { keySetAt, pausedUntil, pauseReason, ...settings }: StoredService,
  now: Date,
): ServiceView {
  const isPaused = pausedUntil !== null && pausedUntil > now;
  return {
    ...settings,
    is_simulated: settings.door === "exit" && isPrivateHost(new URL(settings.base_url)),
    has_key: keySetAt !== null,
    key_since: keySetAt === null ? null : instantOf(keySetAt),
    paused_until: isPaused ? instantOf(pausedUntil) : null,
    pause_reason: isPaused ? pauseReason : null,
  };
}
