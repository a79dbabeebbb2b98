import type { CountryCode } from "@/schemas/country";
import type { Amount } from "@/schemas/primitives";
import { nodeIdOf } from "@/server/adapters/golem/loopback/identifiers";
import {
  DEFAULT_WHITELIST,
  LOOPBACK_WHITELIST,
  type OutboundRule,
} from "@/server/adapters/golem/loopback/outbound-rule";
import { LOOPBACK_SITES } from "@/server/domain/vantage/address-plan";

/** One provider of the loopback network. Country and address are the truth that no offer publishes. */
export type LoopbackProvider = {
  readonly id: string;
  readonly name: string;
  readonly country: CountryCode;
  /** The source address of all that leaves its machine. */
  readonly address: string;
  /** The autonomous system that announces the address. */
  readonly asn: number;
  readonly asName: string;
  readonly outbound: OutboundRule;
  readonly prices: {
    readonly startGlm: Amount;
    readonly cpuHourGlm: Amount;
    readonly envHourGlm: Amount;
  };
  readonly threads: number;
  readonly memGib: number;
  readonly storageGib: number;
};

type Size = Pick<LoopbackProvider, "prices" | "threads" | "memGib" | "storageGib">;

const sized = (
  [startGlm, cpuHourGlm, envHourGlm]: readonly [Amount, Amount, Amount],
  threads: number,
  memGib: number,
  storageGib: number,
): Size => ({ prices: { startGlm, cpuHourGlm, envHourGlm }, threads, memGib, storageGib });

/** Prices and sizes that differ as they do on the public network, in the order of the sites. */
const SIZES: readonly Size[] = [
  sized(["0.001", "0.02", "0.004"], 8, 16, 80),
  sized(["0", "0.025", "0.005"], 4, 8, 40),
  sized(["0.002", "0.03", "0.003"], 16, 64, 200),
  sized(["0", "0.018", "0.006"], 4, 8, 60),
  sized(["0.0005", "0.012", "0.002"], 2, 4, 20),
  sized(["0", "0.015", "0.0025"], 4, 8, 30),
  sized(["0.001", "0.016", "0.003"], 4, 16, 50),
  sized(["0", "0.02", "0.0035"], 8, 16, 100),
  sized(["0.0015", "0.028", "0.0045"], 8, 32, 120),
  sized(["0", "0.022", "0.005"], 4, 8, 40),
];

/** Providers whose owners never added the simulated services to what a machine may reach. */
const CLOSED = new Set(["rift-station", "kansai-blade"]);

/** The twenty providers, two in each of ten countries. Sizes repeat after the tenth. */
export const LOOPBACK_PROVIDERS: readonly LoopbackProvider[] = LOOPBACK_SITES.flatMap((site, i) => {
  const size = SIZES[i % SIZES.length];
  if (size === undefined) return [];
  const { provider: name, ...where } = site;
  const hosts = CLOSED.has(name) ? DEFAULT_WHITELIST : LOOPBACK_WHITELIST;
  return [
    { id: nodeIdOf(name), name, ...where, outbound: { everyone: "whitelist", hosts }, ...size },
  ];
});
