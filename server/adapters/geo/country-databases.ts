import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Reader, type Response } from "mmdb-lib";
import { z } from "zod";
import { CountryCode } from "@/schemas/country";
import type { AddressDatabase } from "@/server/adapters/geo/address-database";
import { formatIpAddress, isOnInternet, parseIpAddress } from "@/server/domain/vantage/ip-address";

/** What both databases hold of an address. A code that is no country's (ZZ, EU) is no opinion. */
const CountryRecord = z.object({ country_code: CountryCode }).nullable().catch(null);

/** Name, and the file inside its npm package. */
const DATABASES = [
  ["geo-whois-asn-country", "geo-whois-asn-country.mmdb"],
  ["iptoasn-country", "iptoasn-country.mmdb"],
] as const;

/**
 * Two opinions on the countries of real addresses, out of npm packages. `geo-whois-asn-country` goes
 * by what networks publish of themselves (geofeeds) and by the registries' whois, `iptoasn-country` by
 * who announces an address in BGP. Both are put together by one project (sapics/ip-location-db), so a
 * fault of its making may be in both; `built` says how old they are.
 *
 * Each file (7.8 and 5.2 MB) is read at its first question and then stays in memory, outside the heap.
 */
export const openCountryDatabases = (): readonly AddressDatabase[] =>
  DATABASES.map(([name, file]) => openDatabase(name, `@ip-location-db/${name}-mmdb`, file));

function openDatabase(name: string, packageName: string, file: string): AddressDatabase {
  let opened: Reader<Response> | undefined;
  const reader = () => {
    opened ??= new Reader<Response>(
      readFileSync(createRequire(import.meta.url).resolve(`${packageName}/${file}`)),
    );
    return opened;
  };
  return {
    name,
    get built() {
      return reader().metadata.buildEpoch.toISOString().slice(0, 10);
    },
    countryOf(text) {
      const address = parseIpAddress(text);
      if (address === null || !isOnInternet(address)) return null;
      return CountryRecord.parse(reader().get(formatIpAddress(address)))?.country_code ?? null;
    },
  };
}
