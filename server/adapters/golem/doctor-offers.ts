import type { ScannedOffer } from "@golem-sdk/golem-js";
import type { CountryCode } from "@/schemas/country";
import { Claims } from "@/server/adapters/golem/claims";
import { whyOf } from "@/server/adapters/golem/doctor-reason";
import type { DoctorSubject } from "@/server/adapters/golem/doctor-subject";
import { scanOffers } from "@/server/adapters/golem/offer-scan";
import { type Finding, fine, lacking, skipped, weak } from "@/server/domain/golem/doctor-finding";
import { paymentPlatform } from "@/server/domain/golem/payment-platform";
import { overpriced } from "@/server/domain/golem/prices";

/** How many providers are placed at a time, and how many at all: the relay is not ours. */
const PLACED_AT_A_TIME = 8;
const MAX_PLACED = 200;

/** What the market holds for the demands that Beacon makes. */
export type OfferCensus = {
  /** Providers that can open an exit at all, each once. */
  readonly providers: number;
  /** Those of them whose prices are within the caps. */
  readonly affordable: number;
  /** Affordable ones whose country was asked for, and by the countries that at least one source names. */
  readonly placed: number;
  readonly countries: Readonly<Record<string, number>>;
};

/** What came of a scan. */
export type OffersLook = { readonly finding: Finding; readonly census: OfferCensus | null };

/**
 * Watches the market for `scanMs` and counts the providers that a job could rent: that offer a machine
 * in a VPN with an exit, ask no more than the caps, and stand in a country that somebody names. Whether
 * they let a service's domain out no offer tells.
 */
export async function lookAtOffers(
  subject: DoctorSubject,
  scanMs: number,
  signal: AbortSignal,
): Promise<OffersLook> {
  const { payment, relayUrl, maxPrices, databases, networks, now } = subject;
  if (payment === null)
    return { finding: skipped("offers", "BEACON_PAYMENT is not set"), census: null };
  let offers: ReadonlyMap<string, ScannedOffer>;
  try {
    offers = await scanOffers(subject, paymentPlatform(payment), scanMs, signal);
  } catch (error) {
    const sentence = `The market could not be looked at: ${whyOf(error)}.`;
    return { finding: lacking("offers", "GOLEM_UNAVAILABLE", sentence), census: null };
  }
  const affordable = [...offers.values()].filter((offer) => isAffordable(offer, maxPrices));
  const claims = relayUrl === null ? null : new Claims({ relayUrl, databases, networks, now });
  const placed = claims === null ? [] : affordable.slice(0, MAX_PLACED);
  const countries = claims === null ? {} : await countriesOf(placed, claims);
  const census = {
    providers: offers.size,
    affordable: affordable.length,
    placed: placed.length,
    countries,
  };
  return { finding: judge(census, scanMs, payment.network), census };
}

/** An offer whose prices cannot be read is none. */
function isAffordable(offer: ScannedOffer, caps: DoctorSubject["maxPrices"]): boolean {
  try {
    const { cpuThreads } = offer;
    const threads = Number.isFinite(cpuThreads) && cpuThreads > 0 ? cpuThreads : 1;
    return overpriced({ ...offer.pricing, threads }, caps) === null;
  } catch {
    return false;
  }
}

/** How many providers at least one source places in each country, the countries with the most first. */
async function countriesOf(
  offers: readonly ScannedOffer[],
  claims: Claims,
): Promise<Readonly<Record<string, number>>> {
  const counts = new Map<CountryCode, number>();
  const waiting = [...offers];
  const hand = async () => {
    for (let offer = waiting.shift(); offer !== undefined; offer = waiting.shift()) {
      const where = await claims.of(offer.provider.id, offer.properties);
      const named = new Set(where.claims.flatMap(({ country }) => country ?? []));
      for (const country of named) counts.set(country, (counts.get(country) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: PLACED_AT_A_TIME }, hand));
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}

function judge(
  { providers, affordable, placed, countries }: OfferCensus,
  scanMs: number,
  network: string,
): Finding {
  const time = `${scanMs / 1_000} s`;
  if (providers === 0)
    return lacking(
      "offers",
      "OFFERS_NONE",
      `In ${time} nobody on ${network} offered a machine with VPN and exit: scan longer with --scan-seconds, or run providers of your own.`,
    );
  if (affordable === 0)
    return lacking(
      "offers",
      "OFFERS_OVERPRICED",
      `${providers} providers offered what is needed in ${time}, all above the BEACON_MAX_* prices.`,
    );
  const found = `${providers} providers in ${time}, ${affordable} of them within the prices`;
  const named = Object.entries(countries).map(([country, count]) => `${country} ${count}`);
  if (named.length === 0)
    return weak(
      "offers",
      "OFFERS_PLACELESS",
      `${found}; no source names the country of any, so none can be rented by country.`,
    );
  const some = placed < affordable ? ` (${placed} were looked up)` : "";
  return fine("offers", `${found}; countries claimed${some}: ${named.join(", ")}.`);
}
