import type { CountryCode } from "@/schemas/country";

/** One independent opinion on where an address is. */
export type AddressDatabase = {
  readonly name: string;
  /** When it was made, as an ISO date or as its maker writes it; null: it does not say. */
  readonly built: string | null;
  /** Null: this database does not know the address, or it is none. May be called without its object. */
  countryOf(address: string): CountryCode | null;
};
