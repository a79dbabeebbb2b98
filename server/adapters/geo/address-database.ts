import type { CountryCode } from "@/schemas/country";

/** One independent opinion on where an address is. */
export type AddressDatabase = {
  readonly name: string;
  /** Null: this database does not know the address. */
  countryOf(address: string): CountryCode | null;
};
