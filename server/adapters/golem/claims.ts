import { z } from "zod";
import type { CountryCode } from "@/schemas/country";
import type { AddressDatabase } from "@/server/adapters/geo/address-database";

/** How long what the relay said of a node is believed. Home connections change their address daily at most. */
const FRESH_MS = 300_000;

/** How long the relay may take. */
const RELAY_MS = 3_000;

/** The relay's answer to `GET /nodes/<hex>`: node ids, each with the addresses that its packets came from. */
const NodeList = z.record(
  z.string().max(60),
  z.array(z.object({ peer: z.string().max(60) })).max(50),
);

/** Where a provider is said to be, before anything was measured. */
export type Claim = { readonly country: CountryCode; readonly source: string };

export type ClaimsOptions = {
  /** Base of the relay's node list, without a slash at its end. */
  readonly relayUrl: string;
  /** The first that knows an address decides the claim. */
  readonly databases: readonly AddressDatabase[];
  readonly now: () => Date;
};

type Remembered = { readonly claim: Promise<Claim | null>; readonly untilMs: number };

/**
 * Which country a provider is in, as far as the network lets one guess: an offer names none, so the
 * relay's list gives its public address, and an address database that address's country.
 */
export class Claims {
  readonly #options: ClaimsOptions;
  readonly #known = new Map<string, Remembered>();

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** Null: the relay does not know the node, does not answer, or no database knows its address. */
  of(nodeId: string): Promise<Claim | null> {
    const nowMs = this.#options.now().getTime();
    const known = this.#known.get(nodeId);
    if (known !== undefined && known.untilMs > nowMs) return known.claim;
    const claim = this.#ask(nodeId).catch(() => {
      this.#known.delete(nodeId);
      return null;
    });
    this.#known.set(nodeId, { claim, untilMs: nowMs + FRESH_MS });
    return claim;
  }

  async #ask(nodeId: string): Promise<Claim | null> {
    const { relayUrl, databases } = this.#options;
    const answer = await fetch(`${relayUrl}/nodes/${nodeId.slice(2)}`, {
      signal: AbortSignal.timeout(RELAY_MS),
    });
    const nodes = NodeList.parse(await answer.json());
    const address = nodes[nodeId]?.[0]?.peer.replace(/:\d+$/, "");
    if (address === undefined) return null;
    for (const { name, countryOf } of databases) {
      const country = countryOf(address);
      if (country !== null) return { country, source: `relay address ${address}, ${name}` };
    }
    return null;
  }
}
