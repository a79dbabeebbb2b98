import type { Door } from "@/schemas/job-spec";

/** Where the vendors' own services are. Whoever speaks their dialect elsewhere says where. */
export const VENDOR_BASE_URLS = {
  openai: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com/v1",
  google: "https://generativelanguage.googleapis.com/v1beta",
} as const;

/** IPv4 networks that are not on the public internet, with their prefix lengths (IANA's special-purpose registry). */
const SPECIAL_IPV4 = [
  [[0, 0, 0, 0], 8],
  [[10, 0, 0, 0], 8],
  [[100, 64, 0, 0], 10],
  [[127, 0, 0, 0], 8],
  [[169, 254, 0, 0], 16],
  [[172, 16, 0, 0], 12],
  [[192, 0, 0, 0], 24],
  [[192, 0, 2, 0], 24],
  [[192, 168, 0, 0], 16],
  [[198, 18, 0, 0], 15],
  [[198, 51, 100, 0], 24],
  [[203, 0, 113, 0], 24],
  [[224, 0, 0, 0], 3],
] as const;

/** Names that are kept for local use (RFC 6761, 6762, 8375, 9476, and ICANN's `internal`). */
const LOCAL_NAME =
  /(^|\.)(localhost|local|internal|intranet|lan|home|corp|private|home\.arpa|alt|test|invalid|onion)$/;

const numberOf = (octets: readonly number[]): number =>
  octets.reduce((sum, octet) => sum * 256 + octet, 0);

function isSpecialIpv4(host: string): boolean {
  const address = numberOf(host.split(".").map(Number));
  return SPECIAL_IPV4.some(([network, length]) => {
    const size = 2 ** (32 - length);
    return Math.floor(address / size) === Math.floor(numberOf(network) / size);
  });
}

/** Public IPv6 addresses are those of 2000::/3, but for documentation, 6to4, and what 2001::/23 holds. */
function isSpecialIpv6(host: string): boolean {
  const [first = "", second = ""] = host.slice(1, -1).split(":");
  const high = Number.parseInt(first === "" ? "0" : first, 16);
  if (high < 0x2000 || high > 0x3fff || high === 0x2002) return true;
  const low = Number.parseInt(second === "" ? "0" : second, 16);
  return high === 0x2001 && (low < 0x0200 || low === 0x0db8);
}

/** Whether a URL's host is on a loopback, private or otherwise special network, or has no public name. */
export function isPrivateHost({ hostname }: Pick<URL, "hostname">): boolean {
  if (hostname.startsWith("[")) return isSpecialIpv6(hostname);
  // The URL standard writes every spelling of an IPv4 address as four decimal numbers.
  if (/^\d+(\.\d+){3}$/.test(hostname)) return isSpecialIpv4(hostname);
  const name = hostname.replace(/\.$/, "");
  return !name.includes(".") || LOCAL_NAME.test(name);
}

/** Prefixes of IPv6 networks whose packets end on this machine or a network of its own: loopback, local (RFC 4193), link-local. */
const NEAR_IPV6 = /^\[(::1\]$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/;
/** IPv4 networks whose packets stay on this machine or a private network. */
const NEAR_IPV4 =
  /^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;

/**
 * Whether what is sent to a URL's host stays on this machine or a private network, as far as the host's
 * form tells. Narrower than `isPrivateHost`: IPv6 that stands for an IPv4 address may lead to the internet.
 */
function isNearby(url: URL): boolean {
  if (url.hostname.startsWith("[")) return NEAR_IPV6.test(url.hostname);
  if (/^\d+(\.\d+){3}$/.test(url.hostname)) return NEAR_IPV4.test(url.hostname);
  return isPrivateHost(url);
}

/**
 * Why no key may be entered for a service at a base URL, in a sentence; null: one may. Without TLS a key
 * can be read wherever the request passes, so it may not leave the private network.
 */
export function keyProblem(baseUrl: string): string | null {
  if (!URL.canParse(baseUrl)) return "The base URL is no URL.";
  const url = new URL(baseUrl);
  return url.protocol === "https:" || isNearby(url)
    ? null
    : `No key is taken for ${url.host}: without https, everyone on the way could read it.`;
}

/**
 * What is wrong with a service's base URL, in a sentence; null: nothing.
 *
 * | door | scheme      | host                                                          |
 * |------|-------------|---------------------------------------------------------------|
 * | exit | https       | public, because providers dial it; any on a simulated network |
 * | home | http, https | any                                                           |
 */
export function baseUrlProblem(
  { base_url: text, door }: { readonly base_url: string; readonly door: Exclude<Door, "model"> },
  isNetworkSimulated: boolean,
): string | null {
  if (!URL.canParse(text)) return "The base URL is no URL.";
  const url = new URL(text);
  const schemes = door === "exit" ? ["https:"] : ["http:", "https:"];
  if (!schemes.includes(url.protocol))
    return door === "exit"
      ? "A service that is asked through providers must be reached over https: they carry its bytes."
      : "The base URL must begin with http:// or https://.";
  if (url.username !== "" || url.password !== "")
    return "The base URL may carry no name and password: it stands in public job specs.";
  if (url.search !== "" || url.hash !== "" || /[?#\s]/.test(text))
    return "The base URL may have no query, no fragment and no space.";
  if (text.endsWith("/")) return "The base URL may not end with a slash.";
  if (door === "exit" && !isNetworkSimulated && isPrivateHost(url))
    return `Providers cannot reach ${url.hostname}: it is no public name or address.`;
  return null;
}
