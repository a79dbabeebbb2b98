import type { NetworkKind } from "@/schemas/evidence";

/**
 * Autonomous systems whose name does not say what they are: large ones that serve, nearly alone, one
 * purpose. Who holds a number is in the registries (`https://rdap.org/autnum/<number>`); a test compares
 * the names here with those of the AS database. What the holder sells under that number is what its own
 * site says it is.
 *
 * Numbers that serve several purposes are left out (AS15169 Google, AS13335 Cloudflare, incumbents that
 * sell lines, mobile and hosting under one number): nothing is said of them.
 */
export const KNOWN_NETWORKS: readonly (readonly [
  asn: number,
  kind: NetworkKind,
  /** How the database of 2026-06-17 writes its holder. */
  holder: string,
])[] = [
  // Rented servers and clouds.
  [16509, "hosting", "Amazon.com, Inc."], // AWS
  [14618, "hosting", "Amazon.com, Inc."], // AWS, us-east-1
  [396982, "hosting", "Google LLC"], // Google Cloud
  [8075, "hosting", "Microsoft Corporation"], // Azure
  [31898, "hosting", "Oracle Corporation"], // Oracle Cloud
  [45102, "hosting", "Alibaba (US) Technology Co., Ltd."], // Alibaba Cloud
  [132203, "hosting", "Shenzhen Tencent Computer Systems Company Limited"], // Tencent Cloud
  [24940, "hosting", "Hetzner Online GmbH"],
  [213230, "hosting", "Hetzner Online GmbH"], // Hetzner Cloud, United States and Singapore
  [16276, "hosting", "OVH SAS"],
  [14061, "hosting", "DigitalOcean, LLC"],
  [63949, "hosting", "Akamai Technologies, Inc."], // Akamai Cloud, formerly Linode
  [20473, "hosting", "The Constant Company, LLC"], // Vultr
  [51167, "hosting", "Contabo GmbH"],
  [12876, "hosting", "Scaleway SAS"],
  [60781, "hosting", "LeaseWeb Netherlands B.V."],
  [28753, "hosting", "Leaseweb Deutschland GmbH"],
  [197540, "hosting", "netcup GmbH"],
  [9009, "hosting", "M247 Europe SRL"],
  [212238, "hosting", "Datacamp Limited"],
  [60068, "hosting", "Datacamp Limited"],
  // Commercial VPN services with numbers of their own.
  [209103, "vpn", "Proton AG"], // Proton VPN
  [207137, "vpn", "PacketHub S.A."], // NordVPN
  [136787, "vpn", "PacketHub S.A."], // NordVPN
  [147049, "vpn", "PacketHub S.A."], // NordVPN
  // Numbers for mobile networks alone.
  [21928, "mobile", "T-Mobile USA, Inc."],
  [6167, "mobile", "Verizon Business"], // Verizon Wireless, registered as CELLCO
  [22394, "mobile", "Verizon Business"], // Verizon Wireless, registered as CELLCO
  [20057, "mobile", "AT&T Enterprises, LLC"], // registered as ATT-MOBILITY
];

/** Words of a holder's name that say what its network is for. Whole words only, in the languages of frequent names. */
const WORDS: readonly (readonly [NetworkKind, RegExp])[] = [
  ["hosting", words("(web)?hosting|data ?cent(er|re)s?|cloud|vps|colocation|dedicated servers?")],
  ["vpn", words("vpn|virtual private network")],
  ["mobile", words("mobile|mobil|móvil|movil|móviles|moviles|cellular")],
  [
    "access",
    words("broadband|dsl|ftth|banda larga|cable (tv|television|communications)|cablevision"),
  ],
  [
    "education",
    words(
      "universit(y|ies|é|e|à|a|ät|aet|eit|et|at|as|atea)|universidade?|universidades|univerzita|uniwersytet|college|schools?|hochschule|polytechnic",
    ),
  ],
  [
    "government",
    words(
      "government|governo|gobierno|ministry|minist[eé]rio|minist[eè]re|ministerium|municipality|parliament",
    ),
  ],
];

function words(alternatives: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives})(?![\\p{L}\\p{N}])`, "iu");
}

/**
 * What kind of network an autonomous system is, as far as a short list of numbers or the plain words
 * of its name say; null when they do not say, or when the name speaks of two kinds. Most are null.
 *
 * It is a hint. A company called "cloud" may sell lines, and a household may rent out a tunnel.
 */
export function networkKindOf(network: {
  readonly asn: number;
  readonly name: string | null;
}): NetworkKind | null {
  const known = KNOWN_NETWORKS.find(([asn]) => asn === network.asn);
  if (known !== undefined) return known[1];
  const said = WORDS.filter(([, pattern]) => pattern.test(network.name ?? ""));
  const [only] = said;
  return said.length === 1 && only !== undefined ? only[0] : null;
}

/**
 * Whether a network is one through which machines and people of elsewhere come out: its country says
 * where the exit is, and little of who is behind it.
 */
export const isRelayingKind = (kind: NetworkKind | null): boolean =>
  kind === "hosting" || kind === "vpn";
