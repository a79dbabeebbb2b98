import type { CountryCode } from "@/schemas/country";
import type { AddressDatabase } from "@/server/adapters/geo/address-database";
import type { Network, NetworkDatabase } from "@/server/adapters/geo/network-database";
import { DISPUTED_SITE, LOOPBACK_SITES } from "@/server/domain/vantage/address-plan";

const first = new Map<string, CountryCode>(
  LOOPBACK_SITES.map(({ address, country }) => [address, country]),
);
const second = new Map(first).set(DISPUTED_SITE.address, DISPUTED_SITE.secondOpinion);

/** They were never made: the address plan is their source, and it has no date. */
const over = (name: string, countries: ReadonlyMap<string, CountryCode>): AddressDatabase => ({
  name,
  built: null,
  countryOf: (address) => countries.get(address) ?? null,
});

/**
 * Two opinions on the loopback network's addresses. They differ on exactly one provider's address,
 * so that disagreement, which is common among real databases, can be seen and tested.
 */
export const loopbackDatabases: readonly AddressDatabase[] = [
  over("loopback-a (simulated)", first),
  over("loopback-b (simulated)", second),
];

const networks = new Map<string, Network>(
  LOOPBACK_SITES.map(({ address, asn, asName }) => [address, { asn, name: asName }]),
);

/** Which simulated network announces a loopback provider's address. */
export const loopbackNetworks: NetworkDatabase = {
  name: "loopback-as (simulated)",
  built: null,
  networkOf: (address) => networks.get(address) ?? null,
};
