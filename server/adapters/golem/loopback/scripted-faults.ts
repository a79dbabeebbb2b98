import { createHash } from "node:crypto";
import { z } from "zod";
import { JobId } from "@/schemas/primitives";
import { type FaultMoment, type ProviderFault, Simulation } from "@/schemas/simulation";
import type { Properties } from "@/server/adapters/golem/loopback/constraints";
import type { LoopbackProvider } from "@/server/adapters/golem/loopback/providers";

/** One thing that a provider does wrong, and from which moment of a job on. */
export type ScriptedFault = { readonly fault: ProviderFault; readonly moment: FaultMoment };

/** The demand property that carries a job's simulation, as JSON text. Real providers ignore it. */
const SIMULATION_PROPERTY = "golem.!exp.beacon.simulation";

const JobSimulation = z.strictObject({ job: JobId, ...Simulation.shape });
/** What a job asks the loopback network to do wrong. */
export type JobSimulation = z.infer<typeof JobSimulation>;

/**
 * Reads the simulation of a demand; null when it has none.
 *
 * @throws ZodError, SyntaxError when it has one that cannot be read.
 */
export function simulationOf(properties: Properties): JobSimulation | null {
  const text = properties[SIMULATION_PROPERTY];
  if (text === undefined) return null;
  return JobSimulation.parse(JSON.parse(z.string().max(100_000).parse(text)));
}

/** The faults that a job's simulation gives to one of the network's providers. */
export const scriptedFor = (
  simulation: JobSimulation,
  provider: LoopbackProvider,
  providers: readonly LoopbackProvider[],
): readonly ScriptedFault[] =>
  simulation.providers.filter((entry) => chosen(entry, providers).includes(provider));

/**
 * Whom a line of a simulation is about: of each country its share, rounded up. The same line always
 * chooses the same providers, whatever the job; other faults and moments choose others.
 */
function chosen(
  { fault, moment, countries, share }: Simulation["providers"][number],
  providers: readonly LoopbackProvider[],
): readonly LoopbackProvider[] {
  const rankOf = ({ name }: LoopbackProvider) =>
    createHash("sha256").update(`${fault} ${moment} ${name}`).digest("hex");
  return [...new Set(providers.map(({ country }) => country))]
    .filter((country) => countries.length === 0 || countries.includes(country))
    .flatMap((country) => {
      const there = providers.filter((provider) => provider.country === country);
      const ranked = there.sort((a, b) => (rankOf(a) < rankOf(b) ? -1 : 1));
      return ranked.slice(0, Math.ceil(share * ranked.length));
    });
}
