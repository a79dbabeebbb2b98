import type { ModelPrice, ServiceSettings } from "@/schemas/service";
import type { ServiceStore } from "@/server/adapters/db/service-store";
import type { Sealer } from "@/server/adapters/keys/vault";
import { base32 } from "@/server/domain/bytes";

export type EnsureSimulatedServicesDeps = {
  readonly services: Pick<ServiceStore, "byId" | "put" | "setKey">;
  readonly sealer: Sealer;
  /** What the simulated vendor can be asked for. */
  readonly models: readonly string[];
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
};

/** The simulated vendor's price list: for the loopback network only, so that budgets are exercised there. */
const PRICE: ModelPrice = {
  input_usd_per_mtok: "1",
  output_usd_per_mtok: "4",
  source: "the simulated vendor's own price list",
  date: "2026-11-22",
};

/** One simulated vendor that is spoken to in three dialects. */
const DIALECTS = [
  { id: "simulated-openai", name: "OpenAI’s dialect (simulated)", dialect: "openai", path: "/v1" },
  {
    id: "simulated-anthropic",
    name: "Anthropic’s dialect (simulated)",
    dialect: "anthropic",
    path: "/v1",
  },
  {
    id: "simulated-google",
    name: "Google’s dialect (simulated)",
    dialect: "google",
    path: "/v1beta",
  },
] as const;

/**
 * Lays down the services of the simulated vendor at `origin`, each with a key of its own making, so that
 * keys are handled there as for a real vendor. What an admin has set of one that is there already stays,
 * but its address follows `origin`.
 *
 * @throws BeaconError KEY_FILE_INVALID
 */
export async function ensureSimulatedServices(
  deps: EnsureSimulatedServicesDeps,
  { origin }: { readonly origin: string },
): Promise<void> {
  for (const { id, name, dialect, path } of DIALECTS) {
    const known = await deps.services.byId(id);
    const base_url = `${origin}${path}`;
    const settings: ServiceSettings = {
      id,
      name,
      dialect,
      base_url,
      door: "exit",
      models: deps.models.map((model) => ({ name: model, price: PRICE })),
      requests_per_minute: known?.requests_per_minute ?? 60_000,
      concurrency: known?.concurrency ?? 200,
    };
    const { isNew, isKeyForgotten } = await deps.services.put(settings, deps.now());
    if (!isNew && !isKeyForgotten && known?.keySetAt !== null) continue;
    const key = `simulated-${base32(deps.random16())}`;
    await deps.services.setKey(settings, deps.sealer.seal(settings, key), deps.now());
  }
}
