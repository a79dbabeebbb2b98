import type {
  Agreement,
  Allocation,
  ExeUnit,
  GolemNetwork,
  Network,
  OfferProposal,
  ResourceRental,
} from "@golem-sdk/golem-js";
import { fairTotal, type Prices } from "@/server/adapters/golem/fair-bill";
import { golemFailure, within } from "@/server/adapters/golem/golem-failure";

/** How long ending something that went wrong may take. */
const CLEAN_UP_MS = 5_000;

/** The VPN network of one rental. One each: providers do not see one another, and no address runs out. */
const VPN_RANGE = "10.0.0.0/16";

export type HireOptions = {
  readonly golem: GolemNetwork;
  readonly allocation: Allocation;
  readonly rentMs: number;
  readonly approvalMs: number;
  readonly deployMs: number;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** Called as soon as there is an agreement, before anything can be billed for it. */
  readonly onAgreement: (agreementId: string) => void;
};

export type Hired = {
  readonly agreement: Agreement;
  readonly rental: ResourceRental;
  readonly network: Network;
  readonly exeUnit: ExeUnit;
};

/**
 * From a draft to a running machine: agreement, VPN network, activity.
 *
 * @throws BeaconError GOLEM_AGREEMENT_FAILED, GOLEM_ACTIVITY_FAILED; then nothing is left rented.
 */
export async function hire(proposal: OfferProposal, options: HireOptions): Promise<Hired> {
  const { golem, signal, deployMs } = options;
  const agreement = await sign(proposal, options);
  options.onAgreement(agreement.id);
  let network: Network | null = null;
  let rental: ResourceRental | null = null;
  try {
    network = await within(golem.createNetwork({ ip: VPN_RANGE }), CLEAN_UP_MS, signal);
    rental = await startRental(proposal, agreement, network, options);
    const exeUnit = await within(rental.getExeUnit(deployMs), deployMs, signal);
    return { agreement, rental, network, exeUnit };
  } catch (cause) {
    await rental?.stopAndFinalize(CLEAN_UP_MS).catch(() => undefined);
    await endAgreement(golem, agreement);
    await dropNetwork(golem, network);
    throw golemFailure("GOLEM_ACTIVITY_FAILED", "no machine came up", cause);
  }
}

async function sign(proposal: OfferProposal, options: HireOptions): Promise<Agreement> {
  const { golem, signal, approvalMs } = options;
  const { marketApi } = golem.services;
  let agreement: Agreement | null = null;
  try {
    const validity = { expirationSec: Math.ceil(rentHours(options.rentMs) * 3_600) };
    agreement = await within(marketApi.createAgreement(proposal, validity), approvalMs, signal);
    const patience = { waitingForApprovalTimeoutSec: Math.ceil(approvalMs / 1_000) };
    const confirmed = marketApi.confirmAgreement(agreement, patience, signal);
    return await within(confirmed, approvalMs, signal);
  } catch (cause) {
    if (agreement !== null) await withdraw(golem, agreement);
    throw golemFailure("GOLEM_AGREEMENT_FAILED", "the provider signed no agreement", cause);
  }
}

async function startRental(
  proposal: OfferProposal,
  agreement: Agreement,
  network: Network,
  { golem, allocation, now }: HireOptions,
): Promise<ResourceRental> {
  const node = golem.network.createNetworkNode(network, agreement.provider.id);
  const networkNode = await within(node, CLEAN_UP_MS);
  const startedAt = now().getTime();
  const prices = pricesOf(proposal);
  const isFair = (amount: string) =>
    Number(amount) <= fairTotal(prices, now().getTime() - startedAt);
  return golem.rental.createResourceRental(agreement, allocation, {
    payment: {
      debitNoteFilter: ({ totalAmountDue }) => isFair(totalAmountDue),
      invoiceFilter: ({ amount }) => isFair(amount),
    },
    // Retries of lost result polls back off up to 15 s each: three are enough, our own deadline rules.
    activity: { activityExeBatchResultPollIntervalSeconds: 5, activityExeBatchResultMaxRetries: 3 },
    networkNode,
  });
}

/** Takes back an agreement that was not approved in time; one that was approved meanwhile is ended. */
async function withdraw(golem: GolemNetwork, agreement: Agreement): Promise<void> {
  const { market } = golem.services.yagna;
  await within(market.cancelAgreement(agreement.id), CLEAN_UP_MS).catch(() =>
    endAgreement(golem, agreement),
  );
}

/** Ends an agreement as well as can be; a provider that is gone never hears of it. */
export async function endAgreement(golem: GolemNetwork, agreement: Agreement): Promise<boolean> {
  try {
    const state = await within(
      golem.services.marketApi.getAgreementState(agreement.id),
      CLEAN_UP_MS,
    );
    if (state === "Terminated") return true;
    await within(golem.market.terminateAgreement(agreement, "Finished"), CLEAN_UP_MS);
    return true;
  } catch {
    return false;
  }
}

/** Removes a rental's VPN network. */
export async function dropNetwork(golem: GolemNetwork, network: Network | null): Promise<void> {
  if (network !== null)
    await within(golem.destroyNetwork(network), CLEAN_UP_MS).catch(() => undefined);
}

/** What an offer charges. */
export const pricesOf = (proposal: OfferProposal): Prices => ({
  ...proposal.pricing,
  threads: proposal.getDto().cpuThreads ?? 1,
});

/**
 * Hours to order, in quarters: golem-js turns them back into seconds and insists on a whole number,
 * which a quarter always gives, and providers refuse agreements of less than five minutes.
 */
export const rentHours = (rentMs: number): number => Math.max(1, Math.ceil(rentMs / 900_000)) / 4;
