import type { ProviderStore } from "@/server/adapters/db/provider-store";
import { BeaconError } from "@/server/domain/errors";

/** What an admin says of a provider. */
export type ProviderRuling = {
  readonly providerId: string;
  readonly rule: "allow" | "deny";
  /** Anyone may read it. */
  readonly reason: string;
  /** The account that says so. */
  readonly byAccount: string;
};

export type RuleProviderDeps = {
  readonly providers: Pick<ProviderStore, "setRule">;
  readonly now: () => Date;
};

/**
 * Has a provider never rented, or makes it one of those that alone are; in place of what was said of it
 * before. It need not have been met.
 *
 * @throws BeaconError PROVIDER_NOT_FOUND
 */
export async function ruleProvider(
  { providers, now }: RuleProviderDeps,
  { providerId, ...ruling }: ProviderRuling,
): Promise<void> {
  await providers.setRule({ ...ruling, providerId: nodeIdOf(providerId), at: now() });
}

/**
 * Takes back what was said of a provider. False: nothing was.
 *
 * @throws BeaconError PROVIDER_NOT_FOUND
 */
export async function dropProviderRule(
  { providers }: { readonly providers: Pick<ProviderStore, "dropRule"> },
  providerId: string,
): Promise<boolean> {
  return providers.dropRule(nodeIdOf(providerId));
}

/** A node id as yagna writes it. Wallets show the same address with capitals for a checksum (ERC-55). */
function nodeIdOf(text: string): string {
  if (!/^0x[0-9a-f]{40}$/i.test(text))
    throw new BeaconError(
      "PROVIDER_NOT_FOUND",
      "That is no provider's id: 0x and 40 hexadecimal digits.",
    );
  return text.toLowerCase();
}
