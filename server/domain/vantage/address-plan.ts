import { CountryCode } from "@/schemas/country";

/** One simulated provider and the loopback address that everything leaving its machine comes from. */
export type LoopbackSite = {
  readonly provider: string;
  readonly country: CountryCode;
  readonly address: string;
};

const site = (provider: string, country: string, address: string): LoopbackSite => ({
  provider,
  country: CountryCode.parse(country),
  address,
});

/**
 * Where the loopback Golem network's providers stand. The third number of an address is the
 * country's telephone code, so that an address read in a log says where it is meant to be.
 */
export const LOOPBACK_SITES: readonly LoopbackSite[] = [
  site("elbe-compute", "DE", "127.0.49.1"),
  site("isar-node-7", "DE", "127.0.49.2"),
  site("cascade-rack", "US", "127.0.1.1"),
  site("prairie-box-2", "US", "127.0.1.2"),
  site("mara-cloud", "KE", "127.0.254.1"),
  site("tana-river", "KE", "127.0.254.2"),
  site("ipanema-vm", "BR", "127.0.55.1"),
  site("cerrado-01", "BR", "127.0.55.2"),
  site("straits-host", "SG", "127.0.65.1"),
  site("merlion-edge", "SG", "127.0.65.2"),
];

/** The one address on which the two loopback databases disagree, and what the second one says of it. */
export const DISPUTED_SITE = {
  address: "127.0.254.2",
  secondOpinion: CountryCode.parse("ZA"),
} as const;
