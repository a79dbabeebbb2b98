import type { Agreement, ExeUnit, GolemNetwork, Network } from "@golem-sdk/golem-js";
import type { BillClerk } from "@/server/adapters/golem/bill-clerk";
import type { DraftOffer } from "@/server/adapters/golem/draft-offers";
import { END_MS, endAgreement } from "@/server/adapters/golem/end-agreement";
import { golemFailure, within } from "@/server/adapters/golem/golem-failure";
import type { RentalNews, RenterBook, RentOrder } from "@/server/adapters/golem/vantage";
import { BeaconError } from "@/server/domain/errors";
import { agreementSeconds } from "@/server/domain/golem/rental-length";
import type { StartCommand } from "@/server/domain/image/start-commands";

/** How long making or removing a VPN network may take. */
const NETWORK_MS = 5_000;

/** How long the bill of a provider that brought up no machine is waited for, while others are tried. */
const LATE_BILL_MS = 30_000;

/** The longest message of a provider's command that is kept. */
const MAX_MESSAGE = 300;

/** The VPN network of one rental. One each: providers do not see one another, and no address runs out. */
const VPN_RANGE = "10.0.0.0/16";

export type HireOptions = {
  readonly golem: GolemNetwork;
  readonly clerk: BillClerk;
  readonly book: RenterBook;
  readonly order: Pick<RentOrder, "jobId" | "country" | "allocationId" | "rentMs" | "signal">;
  readonly approvalMs: number;
  readonly deployMs: number;
  /** Run in the machine once it is up, one after the other; each must return by itself. */
  readonly start: readonly StartCommand[];
  readonly now: () => Date;
  /** Called with the agreement once it is written down, before its provider hears of it. */
  readonly onAgreement: (agreementId: string) => void;
  /** Called with the reason of each bill that is refused. */
  readonly onBillRefused: (reason: string) => void;
};

/** A machine that runs, and what it runs under. */
export type Hired = {
  readonly agreement: Agreement;
  readonly network: Network;
  readonly exeUnit: ExeUnit;
};

/**
 * From a draft to a running machine: agreement, VPN network, activity. golem-js's `oneOf` and its rentals
 * are not used: they wait without listening to a signal, and pay by rules of their own.
 *
 * @throws BeaconError GOLEM_AGREEMENT_FAILED, GOLEM_ACTIVITY_FAILED, GOLEM_UNAVAILABLE when the book does
 * not take it, or what the book throws; then
 * everything that could be ended is ended, and what could not stays in the book as held by nobody.
 */
export async function hire(offer: DraftOffer, options: HireOptions): Promise<Hired> {
  const { golem, clerk, now } = options;
  const { agreement, news } = await sign(offer, options);
  let network: Network | null = null;
  try {
    network = await within(
      golem.createNetwork({ ip: VPN_RANGE }),
      NETWORK_MS,
      options.order.signal,
    );
    const exeUnit = await startMachine(agreement, network, news, options);
    return { agreement, network, exeUnit };
  } catch (cause) {
    await end(agreement.id, "no machine came up", options);
    clerk.ended(agreement.id, now());
    // Its provider may bill the start all the same. The book is told; nobody waits for it.
    void clerk.settle(agreement.id, LATE_BILL_MS, null);
    await dropNetwork(golem, network);
    throw golemFailure("GOLEM_ACTIVITY_FAILED", "no machine came up", cause);
  }
}

type Signed = { readonly agreement: Agreement; readonly news: RentalNews };

async function sign(offer: DraftOffer, options: HireOptions): Promise<Signed> {
  const { golem, clerk, book, order, approvalMs, now, onBillRefused } = options;
  const { marketApi } = golem.services;
  const { signal, allocationId } = order;
  let agreementId: string | null = null;
  try {
    const validity = { expirationSec: agreementSeconds(order.rentMs) };
    const made = marketApi.createAgreement(offer.proposal, validity);
    const agreement = await within(made, approvalMs, signal);
    const news = newsOf(agreement, offer, order);
    // Written down before the provider hears of it: from here on it could be billed.
    await writeDown(book, news);
    agreementId = agreement.id;
    options.onAgreement(agreementId);
    const { prices } = offer;
    clerk.open({
      agreementId,
      allocationId,
      prices,
      startedAt: now(),
      onRefused: onBillRefused,
    });
    const patience = { waitingForApprovalTimeoutSec: Math.ceil(approvalMs / 1_000) };
    const confirmed = marketApi.confirmAgreement(agreement, patience, signal);
    const approved = await within(confirmed, approvalMs, signal);
    if (approved.getState() !== "Approved")
      throw new BeaconError("GOLEM_AGREEMENT_FAILED", `the agreement is ${approved.getState()}`);
    return { agreement: approved, news };
  } catch (cause) {
    if (agreementId !== null) {
      await end(agreementId, "not signed in time", options);
      void clerk.settle(agreementId, 0, "it was never signed");
    }
    throw golemFailure("GOLEM_AGREEMENT_FAILED", "the provider signed no agreement", cause);
  }
}

/** What cannot be written down may not be rented, and no provider is to blame for it. */
async function writeDown(book: RenterBook, news: RentalNews): Promise<void> {
  try {
    await book.rental(news);
  } catch (error) {
    throw golemFailure("GOLEM_UNAVAILABLE", "the rental could not be written down", error);
  }
}

const newsOf = (
  { id: agreementId }: Agreement,
  { providerId, providerName, asn }: DraftOffer,
  { jobId, country, allocationId }: HireOptions["order"],
): RentalNews => ({
  agreementId,
  jobId,
  allocationId,
  providerId,
  providerName,
  country,
  asn,
  activityId: null,
});

async function startMachine(
  agreement: Agreement,
  network: Network,
  news: RentalNews,
  options: HireOptions,
): Promise<ExeUnit> {
  const { golem, clerk, book, deployMs, order } = options;
  const { signal } = order;
  const node = golem.network.createNetworkNode(network, agreement.provider.id);
  const networkNode = await within(node, NETWORK_MS, signal);
  const activityId = await createActivity(agreement.id, options);
  clerk.started(agreement.id, activityId);
  await writeDown(book, { ...news, activityId });
  // golem-js polls on after we have given up unless its own signal ends it.
  const polling = new AbortController();
  try {
    const activity = await within(
      golem.services.activityApi.getActivity(activityId),
      deployMs,
      signal,
    );
    const raised = golem.activity.createExeUnit(activity, {
      networkNode,
      signalOrTimeout: polling.signal,
      // Retries of lost result polls back off up to 15 s each: three are enough, our own deadline rules.
      executionOptions: {
        activityExeBatchResultPollIntervalSeconds: 5,
        activityExeBatchResultMaxRetries: 3,
      },
    });
    const exeUnit = await within(raised, deployMs, signal);
    for (const command of options.start) await run(exeUnit, command, options);
    return exeUnit;
  } catch (cause) {
    polling.abort(cause);
    throw cause;
  }
}

/** golem-js gives yagna 5 s for this, which slow providers need longer than; the time is ours here. */
async function createActivity(agreementId: string, options: HireOptions): Promise<string> {
  const { golem, deployMs, order } = options;
  const { control } = golem.services.yagna.activity;
  const made = control.createActivity({ agreementId }, Math.ceil(deployMs / 1_000));
  const activity = await within(made, deployMs, order.signal);
  return typeof activity === "string" ? activity : activity.activityId;
}

/** A command that fails is an answer to golem-js, not an error. */
async function run(
  exeUnit: ExeUnit,
  { entryPoint, args }: StartCommand,
  { deployMs, order }: HireOptions,
): Promise<void> {
  const ran = exeUnit.run(entryPoint, [...args], { signalOrTimeout: deployMs, maxRetries: 2 });
  const { result, message } = await within(ran, deployMs, order.signal);
  const said = String(message ?? "").slice(0, MAX_MESSAGE);
  if (result !== "Ok")
    throw new BeaconError("GOLEM_ACTIVITY_FAILED", `${entryPoint} failed: ${said}`);
}

/** Ends a half-made rental; the book hears of it only when it is over for sure. */
async function end(agreementId: string, reason: string, options: HireOptions): Promise<void> {
  const problem = await endAgreement(options.golem.services.yagna, agreementId, reason, END_MS);
  // What the book does not hear now, the reaper tells it.
  if (problem === null) await options.book.rentalEnded(agreementId, reason).catch(() => undefined);
}

/** Removes a rental's VPN network. */
export async function dropNetwork(golem: GolemNetwork, network: Network | null): Promise<void> {
  if (network !== null)
    await within(golem.destroyNetwork(network), NETWORK_MS).catch(() => undefined);
}
