import { setMaxListeners } from "node:events";
import { type Allocation, GolemNetwork, type OfferProposal } from "@golem-sdk/golem-js";
import { config as rxjs } from "rxjs";
import type { AddressDatabase } from "@/server/adapters/geo/address-database";
import { AllocationDesk } from "@/server/adapters/golem/allocation-desk";
import { Claims } from "@/server/adapters/golem/claims";
import { type DraftOffer, DraftOffers } from "@/server/adapters/golem/draft-offers";
import { expectedTotal } from "@/server/adapters/golem/fair-bill";
import { golemFailure, within } from "@/server/adapters/golem/golem-failure";
import { createGolemVantage } from "@/server/adapters/golem/golem-vantage";
import { watchHealth } from "@/server/adapters/golem/health-watch";
import { hire, pricesOf, rentHours } from "@/server/adapters/golem/hire";
import { InvoiceBook } from "@/server/adapters/golem/invoice-book";
import { type MaxPrices, OfferAdmission } from "@/server/adapters/golem/offer-admission";
import type { RentOrder, Vantage, VantageRenter } from "@/server/adapters/golem/vantage";
import { BeaconError } from "@/server/domain/errors";

/** How long yagna may take to let us in, or to answer one question; and how long leaving may take. */
const CONNECT_MS = 10_000;
const DISCONNECT_MS = 3_000;

/** Once a draft is there, how long to wait for others, so that there is a choice. */
const GATHER_MS = 200;

/** Once a provider has failed us, how long to wait for one that has not answered yet. */
const NEXT_OFFER_MS = 2_000;

/** How the waits of a rental are bounded, in milliseconds. */
export type RenterPatience = {
  /** Until the first usable offer. Real offers are broadcast every few minutes. */
  readonly offerMs: number;
  /** For one provider to sign. Providers give up after 10 s themselves. */
  readonly approvalMs: number;
  /** For one machine to come up, its image's download included. */
  readonly deployMs: number;
  /** Between two looks at whether a provider is still there. */
  readonly lossCheckMs: number;
};

export type GolemRenterOptions = {
  readonly yagna: { readonly url: string; readonly appKey: string };
  /** The payment network: `hoodi` for the test network. golem-js 3.6.0's own default is a dead one. */
  readonly payment: { readonly driver: string; readonly network: string; readonly token: string };
  /** True when yagna is the loopback network. */
  readonly simulated: boolean;
  /** Base of the relay's node list. */
  readonly relayUrl: string;
  /** An echo service over plain HTTP that the exit doors let one reach. */
  readonly echoUrl: string;
  readonly databases: readonly AddressDatabase[];
  /** The machine's image and its SHA3-224 hash, 56 hex digits. Named by URL, so that no registry is asked. */
  readonly image: { readonly url: string; readonly hash: string };
  readonly maxPrices: MaxPrices;
  readonly patience: RenterPatience;
  readonly now: () => Date;
  /** golem-js can no longer be relied on; the process must end and be started again. Called at most once. */
  readonly onUnavailable: (reason: string) => void;
};

/**
 * Rents providers with unmodified golem-js 3.6.0.
 *
 * Belongs in a process of its own that may be killed at any time: golem-js can burn a core when yagna
 * is away, and a hostile provider can make it throw where nobody catches. This also sets rxjs's
 * process-wide handler for errors that golem-js leaves unhandled.
 *
 * @throws BeaconError GOLEM_UNAVAILABLE when yagna does not answer or refuses the key.
 */
export async function createGolemRenter(options: GolemRenterOptions): Promise<VantageRenter> {
  const { yagna, payment } = options;
  // One malformed offer or one HTTP 500 would end the process otherwise.
  rxjs.onUnhandledError = () => undefined;
  const golem = new GolemNetwork({ api: { key: yagna.appKey, url: yagna.url }, payment });
  try {
    await within(golem.connect(), CONNECT_MS);
  } catch (error) {
    throw golemFailure("GOLEM_UNAVAILABLE", `no yagna at ${yagna.url}`, error);
  }
  return new GolemRenter(golem, options);
}

class GolemRenter implements VantageRenter {
  readonly simulated: boolean;
  readonly #golem: GolemNetwork;
  readonly #options: GolemRenterOptions;
  readonly #desk: AllocationDesk;
  readonly #claims: Claims;
  readonly #invoices: InvoiceBook;
  /** How often each provider is in use by this renter right now. */
  readonly #uses = new Map<string, number>();
  readonly #stopWatching: () => void;

  constructor(golem: GolemNetwork, options: GolemRenterOptions) {
    const { driver, network, token } = options.payment;
    this.simulated = options.simulated;
    this.#golem = golem;
    this.#options = options;
    this.#desk = new AllocationDesk(golem, `${driver}-${network}-${token}`);
    this.#claims = new Claims(options);
    this.#invoices = new InvoiceBook(golem);
    let isTold = false;
    const tell = (reason: string) => {
      if (!isTold) options.onUnavailable(reason);
      isTold = true;
    };
    this.#stopWatching = watchHealth(options.yagna.url, tell);
    // When these streams fail they never recover, and no later invoice would be seen.
    const onBroken = () => tell("golem-js no longer hears of bills");
    golem.payment.observeInvoices().subscribe({ error: onBroken });
    golem.payment.observeDebitNotes().subscribe({ error: onBroken });
  }

  createAllocation(amountGlm: string, expiresAt: Date) {
    return this.#desk.create(amountGlm, expiresAt, this.#options.now());
  }

  allocation(id: string) {
    return this.#desk.view(id);
  }

  releaseAllocation(id: string) {
    return this.#desk.release(id);
  }

  async rent(order: RentOrder): Promise<Vantage> {
    setMaxListeners(0, order.signal);
    const allocation = await this.#allocationFor(order);
    const admission = new OfferAdmission({
      order,
      claims: this.#claims,
      maxPrices: this.#options.maxPrices,
      remainingGlm: Number(allocation.remainingAmount),
    });
    const offers = await this.#publish(order, allocation, admission);
    try {
      const vantage = await this.#rentFrom(offers, order, allocation);
      if (vantage !== null) return vantage;
    } finally {
      offers.close();
    }
    throw admission.hasUnaffordable
      ? new BeaconError(
          "GOLEM_BUDGET_SPENT",
          `the allocation pays for no offer in ${order.country}`,
        )
      : new BeaconError("GOLEM_NO_OFFER", `no offer in ${order.country}`);
  }

  async close(): Promise<void> {
    this.#stopWatching();
    await within(this.#golem.disconnect(), DISCONNECT_MS).catch(() => undefined);
  }

  async #allocationFor({ allocationId }: RentOrder): Promise<Allocation> {
    const view = await this.#desk.view(allocationId);
    // A network that forgot it has been started anew; that is no budget that was spent.
    if (view === null)
      throw new BeaconError("GOLEM_UNAVAILABLE", `the network knows no allocation ${allocationId}`);
    if (view.remaining === "0")
      throw new BeaconError("GOLEM_BUDGET_SPENT", `nothing is left of allocation ${allocationId}`);
    try {
      return await within(this.#golem.payment.getAllocation(allocationId), CONNECT_MS);
    } catch (error) {
      throw golemFailure("GOLEM_UNAVAILABLE", "yagna shows no allocation", error);
    }
  }

  /** Puts a demand on the market. Of several drafts, the least used provider comes first, then the cheapest. */
  async #publish(
    { rentMs }: RentOrder,
    allocation: Allocation,
    admission: OfferAdmission,
  ): Promise<DraftOffers> {
    const { image, maxPrices } = this.#options;
    const rank = (proposal: OfferProposal) => {
      const uses = this.#uses.get(proposal.provider.id) ?? 0;
      return [uses, expectedTotal(pricesOf(proposal), rentMs)] as const;
    };
    try {
      const workload = { imageUrl: image.url, imageHash: image.hash, capabilities: ["vpn"] };
      const specification = await this.#golem.market.buildDemandDetails(
        { workload },
        {
          rentHours: rentHours(rentMs),
          pricing: {
            model: "linear",
            maxStartPrice: maxPrices.startGlm,
            maxCpuPerHourPrice: maxPrices.cpuHourGlm,
            maxEnvPerHourPrice: maxPrices.envHourGlm,
          },
        },
        allocation,
      );
      const admit = (proposal: OfferProposal) => admission.admit(proposal);
      return new DraftOffers({ golem: this.#golem, specification, admit, rank });
    } catch (error) {
      throw golemFailure("GOLEM_UNAVAILABLE", "the demand was not published", error);
    }
  }

  /** Tries one provider after the other until one is hired or none is left. Null: none ever came. */
  async #rentFrom(
    offers: DraftOffers,
    order: RentOrder,
    allocation: Allocation,
  ): Promise<Vantage | null> {
    const { offerMs } = this.#options.patience;
    let failure: BeaconError | null = null;
    for (;;) {
      const waitMs = failure === null ? offerMs : Math.min(NEXT_OFFER_MS, offerMs);
      const offer = await offers.next(waitMs, GATHER_MS, order.signal);
      if (offer === null || order.signal.aborted) {
        if (failure === null) return null;
        throw failure;
      }
      try {
        return await this.#hire(offer, order, allocation);
      } catch (error) {
        failure = golemFailure("GOLEM_ACTIVITY_FAILED", "the provider was not hired", error);
      }
    }
  }

  async #hire({ proposal, claim }: DraftOffer, order: RentOrder, allocation: Allocation) {
    const { patience, yagna, echoUrl, simulated, now } = this.#options;
    const giveBack = this.#take(proposal.provider.id);
    let agreementId = "";
    try {
      const hired = await hire(proposal, {
        golem: this.#golem,
        allocation,
        rentMs: order.rentMs,
        approvalMs: patience.approvalMs,
        deployMs: patience.deployMs,
        now,
        signal: order.signal,
        onAgreement: (id) => {
          agreementId = id;
          this.#invoices.open(id);
        },
      });
      return createGolemVantage(hired, {
        golem: this.#golem,
        invoices: this.#invoices,
        appKey: yagna.appKey,
        echoUrl,
        country: order.country,
        claimSource: claim.source,
        simulated,
        lossCheckMs: patience.lossCheckMs,
        now,
        onSettled: giveBack,
      });
    } catch (error) {
      this.#invoices.drop(agreementId);
      giveBack();
      throw error;
    }
  }

  /** Counts a provider as in use, so that the next rental prefers another one. Returns what undoes it. */
  #take(providerId: string): () => void {
    const count = (difference: number) =>
      this.#uses.set(providerId, (this.#uses.get(providerId) ?? 0) + difference);
    count(1);
    return () => {
      count(-1);
    };
  }
}
