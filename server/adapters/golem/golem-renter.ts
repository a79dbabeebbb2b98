import { setMaxListeners } from "node:events";
import { GolemNetwork } from "@golem-sdk/golem-js";
import { config as rxjs } from "rxjs";
import type { Amount } from "@/schemas/primitives";
import { followAgreementEnds } from "@/server/adapters/golem/agreement-ends";
import { AllocationCover, unknownAllocation } from "@/server/adapters/golem/allocation-cover";
import { AllocationDesk } from "@/server/adapters/golem/allocation-desk";
import { BillClerk } from "@/server/adapters/golem/bill-clerk";
import { Claims } from "@/server/adapters/golem/claims";
import { buildDemand } from "@/server/adapters/golem/demand";
import { type DraftOffer, DraftOffers } from "@/server/adapters/golem/draft-offers";
import { END_MS } from "@/server/adapters/golem/end-agreement";
import { golemFailure, within } from "@/server/adapters/golem/golem-failure";
import { createGolemVantage } from "@/server/adapters/golem/golem-vantage";
import { watchHealth } from "@/server/adapters/golem/health-watch";
import { hire } from "@/server/adapters/golem/hire";
import { modelReady } from "@/server/adapters/golem/model-ready";
import { type ContactNews, OfferAdmission } from "@/server/adapters/golem/offer-admission";
import { ReaperMemory, reap } from "@/server/adapters/golem/reaper";
import { RentalUses, type TakenUse } from "@/server/adapters/golem/rental-uses";
import { watchRentals } from "@/server/adapters/golem/rental-watch";
import type { GolemRenterOptions } from "@/server/adapters/golem/renter-options";
import type {
  AllocationView,
  KnownAgreement,
  Orphans,
  RentOrder,
  Vantage,
  VantageRenter,
} from "@/server/adapters/golem/vantage";
import { BeaconError, type ErrorCode, isBeaconError } from "@/server/domain/errors";
import type { ComputationManifest } from "@/server/domain/golem/manifest";
import { paymentPlatform } from "@/server/domain/golem/payment-platform";
import { rankOffers } from "@/server/domain/golem/rank-offers";

/** How long yagna may take to let us in, or to answer one question; and how long leaving may take. */
const CONNECT_MS = 10_000;
const DISCONNECT_MS = 3_000;

/** Once a draft is there, how long to wait for others, so that there is a choice. */
const GATHER_MS = 200;

/** What another provider may do better. */
const PROVIDERS_FAULT: readonly ErrorCode[] = ["GOLEM_AGREEMENT_FAILED", "GOLEM_ACTIVITY_FAILED"];

/** Once a provider has failed us, how long to wait for one that has not answered yet. */
const NEXT_OFFER_MS = 2_000;

/**
 * Rents providers with unmodified golem-js 3.6.0.
 *
 * Belongs in a process of its own that may be killed at any time. This also sets rxjs's process-wide
 * handler for errors that golem-js leaves unhandled.
 *
 * @throws BeaconError GOLEM_UNAVAILABLE when yagna does not answer or refuses the key, CONFIG_INVALID
 * for a payment platform that is none.
 */
export async function createGolemRenter(options: GolemRenterOptions): Promise<VantageRenter> {
  const { yagna, payment } = options;
  const platform = paymentPlatform(payment);
  // One error in a stream of golem-js's that nobody listens to would end the process otherwise.
  rxjs.onUnhandledError = () => undefined;
  const golem = new GolemNetwork({ api: { key: yagna.appKey, url: yagna.url }, payment });
  try {
    await within(golem.connect(), CONNECT_MS);
    // golem-js polls for events without a pause when yagna is away; ours are polled for here.
    await within(golem.services.yagna.disconnect(), DISCONNECT_MS);
  } catch (error) {
    throw golemFailure("GOLEM_UNAVAILABLE", `no yagna at ${yagna.url}`, error);
  }
  return new GolemRenter(golem, platform, options);
}

class GolemRenter implements VantageRenter {
  readonly simulated: boolean;
  readonly #golem: GolemNetwork;
  readonly #options: GolemRenterOptions;
  readonly #desk: AllocationDesk;
  readonly #claims: Claims;
  readonly #clerk: BillClerk;
  readonly #ends: ReturnType<typeof followAgreementEnds>;
  readonly #uses = new RentalUses();
  readonly #reaped = new ReaperMemory();
  readonly #cover: AllocationCover;
  readonly #stops: readonly (() => void)[];

  constructor(golem: GolemNetwork, platform: string, options: GolemRenterOptions) {
    const { yagna } = golem.services;
    const { book, now, patience } = options;
    this.simulated = options.simulated;
    this.#golem = golem;
    this.#options = options;
    this.#desk = new AllocationDesk(yagna, platform);
    this.#claims = new Claims(options);
    this.#clerk = new BillClerk({ yagna, book, now });
    this.#ends = followAgreementEnds(yagna);
    const [uses, clerk, desk] = [this.#uses, this.#clerk, this.#desk];
    this.#cover = new AllocationCover({ uses, clerk, desk });
    this.#stops = [
      watchHealth({
        yagnaUrl: options.yagna.url,
        patienceMs: patience.yagnaMs,
        now,
        onLook: options.onLook,
        onGone: options.onUnavailable,
      }),
      watchRentals({ uses, cover: this.#cover, book, everyMs: patience.holdMs }),
    ];
  }

  createAllocation(amountGlm: Amount, expiresAt: Date): Promise<AllocationView> {
    return this.#desk.create(amountGlm, expiresAt, this.#options.now());
  }

  allocation(id: string): Promise<AllocationView | null> {
    return this.#desk.view(id);
  }

  amendAllocation(id: string, amountGlm: Amount, expiresAt: Date): Promise<AllocationView> {
    return this.#desk.amend(id, amountGlm, expiresAt);
  }

  releaseAllocation(id: string): Promise<void> {
    return this.#desk.release(id);
  }

  async rent(order: RentOrder): Promise<Vantage> {
    setMaxListeners(0, order.signal);
    const view = await this.#desk.view(order.allocationId);
    if (view === null) throw unknownAllocation(order.allocationId);
    if (view.remaining === "0")
      throw new BeaconError(
        "GOLEM_BUDGET_SPENT",
        `nothing is left of allocation ${order.allocationId}`,
      );
    const admission = new OfferAdmission({
      order,
      claims: this.#claims,
      maxPrices: this.#options.maxPrices,
      remainingGlm: Number(view.remaining),
      onOverpriced: ({ id, name }, detail) =>
        this.#tell(order, { providerId: id, providerName: name, event: "overpriced", detail }),
    });
    const { specification, manifest } = await buildDemand(this.#golem, order, this.#options);
    const offers = await DraftOffers.open({
      golem: this.#golem,
      specification,
      admit: (proposal) => admission.admit(proposal),
      rank: (drafts) => this.#rank(drafts, order),
      onContact: (news) => this.#tell(order, news),
    });
    try {
      return await this.#rentFrom(offers, order, manifest, admission);
    } finally {
      offers.close();
    }
  }

  reap(known: ReadonlyMap<string, KnownAgreement>, held: ReadonlySet<string>): Promise<Orphans> {
    const { book, now } = this.#options;
    const memory = this.#reaped;
    return reap({ yagna: this.#golem.services.yagna, book, now, memory }, known, held);
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#clerk.close();
    this.#ends.close();
    await within(this.#golem.disconnect(), DISCONNECT_MS).catch(() => undefined);
  }

  #rank(drafts: readonly DraftOffer[], order: RentOrder): readonly DraftOffer[] {
    const { verified, usedAsns } = order.standing;
    const inUse = this.#uses.asns(order);
    return rankOffers(
      drafts.map((draft) => ({ ...draft, uses: this.#uses.of(draft.providerId) })),
      { verified, usedAsns: new Set([...usedAsns, ...inUse]), rentMs: order.rentMs },
    );
  }

  /** Tries one provider after the other until one is hired or none is left. */
  async #rentFrom(
    offers: DraftOffers,
    order: RentOrder,
    manifest: ComputationManifest | null,
    admission: OfferAdmission,
  ): Promise<Vantage> {
    const { offerMs } = this.#options.patience;
    let failure: BeaconError | null = null;
    for (;;) {
      const waitMs = failure === null ? offerMs : Math.min(NEXT_OFFER_MS, offerMs);
      const offer = await offers.next(waitMs, GATHER_MS, order.signal);
      if (offer === null || order.signal.aborted)
        throw failure ?? noneLeft(order, offers, admission);
      const use = await this.#cover.take(order, offer);
      if (use === null) {
        failure ??= spokenFor(order);
        continue;
      }
      try {
        return await this.#hire(offer, order, manifest, use);
      } catch (error) {
        failure = golemFailure("GOLEM_ACTIVITY_FAILED", "the provider was not hired", error);
        // Only what a provider failed at is a reason to try another one.
        if (!PROVIDERS_FAULT.includes(failure.code)) throw failure;
      }
    }
  }

  async #hire(
    offer: DraftOffer,
    order: RentOrder,
    manifest: ComputationManifest | null,
    use: TakenUse,
  ): Promise<Vantage> {
    const { patience, yagna, book, now, start, echoes, ...rest } = this.#options;
    const image = order.image ?? rest.image;
    const { providerId, providerName } = offer;
    const signal = AbortSignal.any([order.signal, use.usedUp]);
    const tell = (event: ContactNews["event"], detail: string) =>
      this.#tell(order, { providerId, providerName, event, detail });
    try {
      const hired = await hire(offer, {
        golem: this.#golem,
        clerk: this.#clerk,
        book,
        order: { ...order, signal },
        approvalMs: patience.approvalMs,
        deployMs: patience.deployMs,
        start: start(image, [...order.origins, ...echoes]),
        now,
        onAgreement: use.signed,
        onBillRefused: (reason) => tell("bill-rejected", reason),
      });
      tell("rented", `agreement ${hired.agreement.id}`);
      const vantage = createGolemVantage(hired, {
        golem: this.#golem,
        clerk: this.#clerk,
        book,
        ends: this.#ends,
        appKey: yagna.appKey,
        country: order.country,
        claims: offer.claims,
        providerName,
        image,
        manifestSha256: manifest?.sha256 ?? null,
        origins: order.origins,
        trust: rest.trust,
        simulated: rest.simulated,
        lossCheckMs: patience.lossCheckMs,
        usedUp: use.usedUp,
        now,
        onSettled: use.giveBack,
      });
      if (order.needsModel)
        await modelReady(vantage.modelDoor, patience.deployMs, signal).catch(
          async (error: unknown) => {
            await vantage.settle(END_MS);
            throw error;
          },
        );
      return vantage;
    } catch (error) {
      use.giveBack();
      // An allocation that ran out and what the caller took back are no marks against the provider.
      if (use.usedUp.aborted) throw spokenFor(order);
      if (isBeaconError(error) && !order.signal.aborted) {
        if (error.code === "GOLEM_AGREEMENT_FAILED") tell("agreement-failed", error.message);
        if (error.code === "GOLEM_ACTIVITY_FAILED") tell("activity-failed", error.message);
      }
      throw error;
    }
  }

  /** Writes down how a contact went. It is no condition of anything, so what is lost is one word of a standing. */
  #tell({ country, jobId }: RentOrder, news: ContactNews): void {
    const { book, now } = this.#options;
    void book.provider({ ...news, country, jobId, at: now() }).catch(() => undefined);
  }
}

/** Money that rentals of the same job need may come back: they are not billed yet. */
const spokenFor = ({ country }: RentOrder): BeaconError =>
  new BeaconError(
    "GOLEM_NO_OFFER",
    `what is left of the allocation is needed for rentals that run: none more in ${country}`,
  );

/** Why nobody was there to be asked. */
function noneLeft(
  { country }: RentOrder,
  { outboundRefusals }: DraftOffers,
  { isBudgetTheReason }: OfferAdmission,
): BeaconError {
  if (isBudgetTheReason)
    return new BeaconError("GOLEM_BUDGET_SPENT", `the allocation pays for no offer in ${country}`);
  if (outboundRefusals > 0)
    return new BeaconError(
      "GOLEM_OUTBOUND_REFUSED",
      `no provider in ${country} lets a machine out to these services; ${outboundRefusals} said so`,
    );
  return new BeaconError("GOLEM_NO_OFFER", `no offer in ${country}`);
}
