import type { Manifest } from "@/server/adapters/golem/loopback/manifest";

/** What a provider's owner lets machines reach without anybody's signature: yagna's rule "everyone". */
export type OutboundRule = {
  readonly everyone: "whitelist" | "all" | "none";
  /** Host names that the whitelist lets through, each exactly. */
  readonly hosts: readonly string[];
};

/** Hosts of the whitelist that a provider is installed with, as far as they matter here: none is a model service. */
export const DEFAULT_WHITELIST: readonly string[] = [
  "github.com",
  "api.github.com",
  "crates.io",
  "dl-cdn.alpinelinux.org",
  "ipfs.io",
];

/** The same with the loopback network's own services added, as an owner adds a domain by hand. */
export const LOOPBACK_WHITELIST: readonly string[] = [
  ...DEFAULT_WHITELIST,
  "127.0.0.1",
  "localhost",
];

/**
 * Why a provider turns a manifest down, in the words of yagna's provider; null when it takes it.
 * A manifest that asks for nothing on the internet is always taken. Signatures and partner
 * certificates are not simulated: no provider here knows any.
 */
export function outboundObjection(manifest: Manifest, rule: OutboundRule): string | null {
  const { out } = manifest;
  if (out === null || rule.everyone === "all") return null;
  const everyone = everyoneObjection(out, rule);
  if (everyone === null) return null;
  return [
    `Outbound rejected because: Everyone: ${everyone}`,
    "Audited-Payload: rule requires manifest signature",
    "Partner: rule requires partner certificate",
  ].join(" ; ");
}

function everyoneObjection(
  out: NonNullable<Manifest["out"]>,
  { everyone, hosts }: OutboundRule,
): string | null {
  if (everyone === "none") return "rule is disabled";
  if (out === "unrestricted") return "Didn't match the Whitelist: unrestricted access is asked for";
  const strange = out.filter(({ host }) => !hosts.includes(host));
  if (strange.length === 0) return null;
  return `Didn't match the Whitelist: ${strange.map(({ host }) => host).join(", ")}`;
}
