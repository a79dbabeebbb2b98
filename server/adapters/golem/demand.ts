import { DemandSpecification, type GolemNetwork } from "@golem-sdk/golem-js";
import { golemFailure, within } from "@/server/adapters/golem/golem-failure";
import type { GolemRenterOptions } from "@/server/adapters/golem/renter-options";
import type { RentOrder } from "@/server/adapters/golem/vantage";
import { buildManifest, type ComputationManifest } from "@/server/domain/golem/manifest";
import { agreementSeconds } from "@/server/domain/golem/rental-length";
import { manifestCommandOf } from "@/server/domain/image/start-commands";

/** How long yagna may take for one answer. */
const PATIENCE_MS = 10_000;

/** The demand property that carries a job's scripted faults to the loopback network. Nobody else heeds it. */
const SIMULATION_PROPERTY = "golem.!exp.beacon.simulation";

/** What golem-js writes as the end of the work; it takes hours, so the exact time is set here. */
const EXPIRATION_PROPERTY = "golem.srv.comp.expiration";

/** What a machine must be able to do: be in a VPN, and be let out to what a manifest names. */
export const CAPABILITIES = ["vpn", "inet", "manifest-support"];

export type BuiltDemand = {
  readonly specification: DemandSpecification;
  readonly manifest: ComputationManifest | null;
};

/**
 * The demand for one vantage. Its manifest opens the order's services and the echo services, and nothing
 * else; where there is neither, there is no manifest, and the machine reaches nothing.
 *
 * @throws BeaconError GOLEM_UNAVAILABLE
 */
export async function buildDemand(
  golem: GolemNetwork,
  order: RentOrder,
  options: Pick<
    GolemRenterOptions,
    "image" | "echoes" | "start" | "maxPrices" | "patience" | "now"
  >,
): Promise<BuiltDemand> {
  const manifest = manifestFor(order, options);
  const image = order.image ?? options.image;
  const { maxPrices } = options;
  try {
    const allocation = await within(
      golem.payment.getAllocation(order.allocationId),
      PATIENCE_MS,
      order.signal,
    );
    const workload = {
      imageUrl: image.url,
      imageHash: image.sha3_224,
      capabilities: manifest === null ? CAPABILITIES.slice(0, 1) : CAPABILITIES,
      ...(manifest === null ? {} : { manifest: manifest.payload }),
    };
    const pricing = {
      model: "linear" as const,
      maxStartPrice: maxPrices.startGlm,
      maxCpuPerHourPrice: maxPrices.cpuHourGlm,
      maxEnvPerHourPrice: maxPrices.envHourGlm,
    };
    const details = golem.market.buildDemandDetails(
      { workload },
      { rentHours: 1, pricing },
      allocation,
    );
    const { prototype, paymentPlatform } = await within(details, PATIENCE_MS, order.signal);
    const expiration = expirationOf(order, options).getTime();
    const own = [{ key: EXPIRATION_PROPERTY, value: expiration }, ...simulationOf(order)];
    const taken = new Set(own.map(({ key }) => key));
    const properties = [...prototype.properties.filter(({ key }) => !taken.has(key)), ...own];
    const specification = new DemandSpecification({ ...prototype, properties }, paymentPlatform);
    return { specification, manifest };
  } catch (error) {
    throw golemFailure("GOLEM_UNAVAILABLE", "no demand was made", error);
  }
}

/** The end of the work: an offer that comes late must still leave all of the time that is needed. */
const expirationOf = (
  { rentMs }: RentOrder,
  { patience, now }: Pick<GolemRenterOptions, "patience" | "now">,
): Date => new Date(now().getTime() + patience.offerMs + 1_000 * agreementSeconds(rentMs));

function manifestFor(
  order: RentOrder,
  options: Pick<GolemRenterOptions, "image" | "echoes" | "start" | "patience" | "now">,
): ComputationManifest | null {
  const origins = [...order.origins, ...options.echoes];
  const image = order.image ?? options.image;
  if (origins.length === 0) return null;
  return buildManifest({
    image,
    origins,
    commands: options.start(image, origins).map(manifestCommandOf),
    createdAt: options.now(),
    expiresAt: expirationOf(order, options),
  });
}

const simulationOf = ({ jobId, simulation }: RentOrder) =>
  simulation === null
    ? []
    : [{ key: SIMULATION_PROPERTY, value: JSON.stringify({ job: jobId, ...simulation }) }];
