/** An autonomous system: a network under one administration, by its number (RFC 6793: 32 bits). */
export type Network = {
  readonly asn: number;
  /** The organization's name as the database writes it; null: it gives none. */
  readonly name: string | null;
};

/** An opinion on which network announces an address. */
export type NetworkDatabase = {
  readonly name: string;
  /** When it was made, as an ISO date or as its maker writes it; null: it does not say. */
  readonly built: string | null;
  /** Null: this database does not know the address, or it is none. May be called without its object. */
  networkOf(address: string): Network | null;
};
