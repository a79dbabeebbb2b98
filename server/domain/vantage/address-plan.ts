import { CountryCode } from "@/schemas/country";

/** One simulated provider and the loopback address that everything leaving its machine comes from. */
export type LoopbackSite = {
  readonly provider: string;
  readonly country: CountryCode;
  readonly address: string;
  /** The autonomous system that announces the address: a number for private use (RFC 6996). */
  readonly asn: number;
  readonly asName: string;
};

/** The first number that RFC 6996 leaves to private use. */
const FIRST_PRIVATE_ASN = 64_512;

/**
 * Where the loopback Golem network's providers stand: two in each country. The third number of an
 * address is the country's telephone code, so that an address read in a log says where it is meant
 * to be. Each has an autonomous system of its own; the names hint at different kinds of networks.
 */
export const LOOPBACK_SITES: readonly LoopbackSite[] = (
  [
    ["elbe-compute", "DE", "127.0.49.1", "Elbe Hosting GmbH"],
    ["isar-node-7", "DE", "127.0.49.2", "Isar Telecom Broadband"],
    ["cascade-rack", "US", "127.0.1.1", "Cascade Data Centers"],
    ["prairie-box-2", "US", "127.0.1.2", "Prairie Cable Broadband"],
    ["mara-cloud", "KE", "127.0.254.1", "Mara Cloud Hosting"],
    ["tana-river", "KE", "127.0.254.2", "Tana Mobile"],
    ["ipanema-vm", "BR", "127.0.55.1", "Ipanema Hosting"],
    ["cerrado-01", "BR", "127.0.55.2", "Cerrado Fibra Telecom"],
    ["straits-host", "SG", "127.0.65.1", "Straits Hosting"],
    ["merlion-edge", "SG", "127.0.65.2", "Merlion Broadband"],
    ["pennine-works", "GB", "127.0.44.1", "Pennine Server Hosting"],
    ["severn-lab", "GB", "127.0.44.2", "Severn University"],
    ["deccan-grid", "IN", "127.0.91.1", "Deccan Data Centers"],
    ["malabar-one", "IN", "127.0.91.2", "Malabar Mobile"],
    ["musashi-node", "JP", "127.0.81.1", "Musashi Hosting"],
    ["kansai-blade", "JP", "127.0.81.2", "Kansai Telecom Broadband"],
    ["vistula-stack", "PL", "127.0.48.1", "Vistula Hosting"],
    ["tatra-box", "PL", "127.0.48.2", "Tatra Cable"],
    ["table-bay", "ZA", "127.0.27.1", "Table Bay Hosting"],
    ["rift-station", "ZA", "127.0.27.2", "Rift Wireless Broadband"],
  ] as const
).map(([provider, country, address, network], place) => ({
  provider,
  country: CountryCode.parse(country),
  address,
  asn: FIRST_PRIVATE_ASN + place,
  asName: `${network} (simulated)`,
}));

/** The one address on which the two loopback databases disagree, and what the second one says of it. */
export const DISPUTED_SITE = {
  address: "127.0.254.2",
  secondOpinion: CountryCode.parse("ZA"),
} as const;
