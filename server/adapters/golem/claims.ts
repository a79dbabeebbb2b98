import { z } from "zod";
import { CountryCode } from "@/schemas/country";
import type { CountryClaim } from "@/schemas/evidence";
import { Instant } from "@/schemas/primitives";
import type { AddressDatabase } from "@/server/adapters/geo/address-database";
import type { NetworkDatabase } from "@/server/adapters/geo/network-database";

/** How long what the relay said of a node is believed. Home connections change their address daily at most. */
const FRESH_MS = 300_000;

/** How long the relay may take. */
const RELAY_MS = 3_000;

/** The most that is read of the relay's answer: a node's addresses take some hundred bytes. */
const MAX_RELAY_BYTES = 65_536;

/** The property in which an offer may name its country. Standardized, sent by hardly any provider, checked by nobody. */
const SELF_CLAIM = "golem.node.geo.country_code";

/** The relay's answer to `GET /nodes/<hex>`: node ids, each with the addresses that its packets came from. */
const NodeList = z.record(
  z.string().max(60),
  z.array(z.object({ peer: z.string().max(60) })).max(50),
);

/** What is said of where a provider is, before anything was measured. */
export type Whereabouts = {
  /** One for every source that was asked, also those that do not know. */
  readonly claims: readonly CountryClaim[];
  /** The autonomous system of its relay address; null: not known. */
  readonly asn: number | null;
};

export type ClaimsOptions = {
  /** Base of the relay's node list, without a slash at its end. */
  readonly relayUrl: string;
  /** All of them are asked. */
  readonly databases: readonly AddressDatabase[];
  readonly networks: Pick<NetworkDatabase, "networkOf">;
  readonly now: () => Date;
};

type Remembered = { readonly address: Promise<RelayWord>; readonly untilMs: number };

/** What the relay says of a node: its address, or why there is none. */
export type RelayWord = { readonly address: string } | { readonly unknown: string };

/**
 * Which country a provider is in, as far as the network lets one guess: an offer names none or one that
 * nobody checked, so the relay's list gives its public address, and address databases that address's country.
 */
export class Claims {
  readonly #options: ClaimsOptions;
  readonly #known = new Map<string, Remembered>();

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** Never rejects: a source that does not answer is a source that does not know. */
  async of(nodeId: string, offer: Readonly<Record<string, unknown>>): Promise<Whereabouts> {
    const { databases, networks, now } = this.#options;
    const at = Instant.parse(now().toISOString());
    const word = await this.#relayWord(nodeId);
    const own: CountryClaim[] =
      offer[SELF_CLAIM] === undefined
        ? []
        : [
            {
              country: CountryCode.safeParse(offer[SELF_CLAIM]).data ?? null,
              source: "the offer's own word",
              at,
            },
          ];
    if ("unknown" in word)
      return { claims: [{ country: null, source: word.unknown, at }, ...own], asn: null };
    const looked = databases.map(({ name, countryOf }) => ({
      country: countryOf(word.address),
      source: `relay address ${word.address}, ${name}`.slice(0, 200),
      at,
    }));
    return {
      claims: [...looked, ...own],
      asn: networks.networkOf(word.address)?.asn ?? null,
    };
  }

  #relayWord(nodeId: string): Promise<RelayWord> {
    const nowMs = this.#options.now().getTime();
    const known = this.#known.get(nodeId);
    if (known !== undefined && known.untilMs > nowMs) return known.address;
    const address = askRelay(this.#options.relayUrl, nodeId).catch(() => {
      this.#known.delete(nodeId);
      return { unknown: "the relay did not answer" };
    });
    this.#known.set(nodeId, { address, untilMs: nowMs + FRESH_MS });
    return address;
  }
}

/**
 * What the relay says of one node. Rejects when it does not answer, or with something else than a list, a
 * longer one than is read, or a redirect: it is plain HTTP, and whoever is on the way may write it.
 */
export async function askRelay(relayUrl: string, nodeId: string): Promise<RelayWord> {
  const answer = await fetch(`${relayUrl}/nodes/${nodeId.slice(2)}`, {
    signal: AbortSignal.timeout(RELAY_MS),
    redirect: "error",
  });
  const nodes = NodeList.parse(JSON.parse(await textOf(answer)));
  const address = nodes[nodeId]?.[0]?.peer.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return address === undefined ? { unknown: "the relay does not know the node" } : { address };
}

async function textOf(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let sizeBytes = 0;
  // Whoever leaves this loop gives the rest of the stream up.
  for await (const part of answer.body ?? []) {
    sizeBytes += part.length;
    if (sizeBytes > MAX_RELAY_BYTES)
      throw new Error(`the relay answers with more than ${MAX_RELAY_BYTES} bytes`);
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}
