import type { GolemNetwork } from "@golem-sdk/golem-js";
import type { Amount } from "@/schemas/primitives";
import { unitsIn } from "@/server/adapters/golem/glm";
import { golemFailure, statusOf, within } from "@/server/adapters/golem/golem-failure";
import type { AllocationView } from "@/server/adapters/golem/vantage";
import { amountOf } from "@/server/domain/job/amount";

/** How long yagna may take for one answer. */
const PATIENCE_MS = 10_000;

/** Statuses with which yagna says that an allocation is not, or no longer, there. */
const GONE: readonly (number | null)[] = [404, 410];

/** yagna's own form of an allocation, as far as it is read here. */
type YagnaAllocation = {
  readonly allocationId: string;
  readonly totalAmount: string;
  readonly spentAmount: string;
  readonly remainingAmount: string;
};

/**
 * Allocations, made and released by us. golem-js makes one for each rental and keeps it reserved until
 * it disconnects, and it takes budgets as floating-point numbers; yagna's client takes decimal strings.
 */
export class AllocationDesk {
  readonly #golem: GolemNetwork;
  readonly #platform: string;

  constructor(golem: GolemNetwork, platform: string) {
    this.#golem = golem;
    this.#platform = platform;
  }

  /** @throws BeaconError GOLEM_BUDGET_SPENT when the account cannot cover it, GOLEM_UNAVAILABLE */
  async create(amountGlm: Amount, expiresAt: Date, now: Date): Promise<AllocationView> {
    const { payment, identity } = this.#golem.services.yagna;
    try {
      const me = await within(identity.getIdentity(), PATIENCE_MS);
      const made = payment.createAllocation({
        totalAmount: amountGlm,
        paymentPlatform: this.#platform,
        address: me.identity,
        timestamp: now.toISOString(),
        timeout: expiresAt.toISOString(),
        makeDeposit: false,
        remainingAmount: "",
        spentAmount: "",
        allocationId: "",
      });
      return viewOf(await within(made, PATIENCE_MS));
    } catch (error) {
      const code = statusOf(error) === 400 ? "GOLEM_BUDGET_SPENT" : "GOLEM_UNAVAILABLE";
      throw golemFailure(code, `no allocation of ${amountGlm} GLM`, error);
    }
  }

  /** Null when it was released, has expired, or is not known. @throws BeaconError GOLEM_UNAVAILABLE */
  async view(id: string): Promise<AllocationView | null> {
    try {
      return viewOf(
        await within(this.#golem.services.yagna.payment.getAllocation(id), PATIENCE_MS),
      );
    } catch (error) {
      if (GONE.includes(statusOf(error))) return null;
      throw golemFailure("GOLEM_UNAVAILABLE", "yagna shows no allocation", error);
    }
  }

  /** Safe to repeat. @throws BeaconError GOLEM_UNAVAILABLE */
  async release(id: string): Promise<void> {
    try {
      await within(this.#golem.services.yagna.payment.releaseAllocation(id), PATIENCE_MS);
    } catch (error) {
      if (!GONE.includes(statusOf(error)))
        throw golemFailure("GOLEM_UNAVAILABLE", "the allocation was not released", error);
    }
  }
}

/** Amounts in their one spelling; what yagna writes is always a plain decimal. */
const viewOf = (allocation: YagnaAllocation): AllocationView => ({
  id: allocation.allocationId,
  total: exact(allocation.totalAmount),
  spent: exact(allocation.spentAmount),
  remaining: exact(allocation.remainingAmount),
});

function exact(amount: string): Amount {
  const units = unitsIn(amount);
  if (units === null) throw new Error(`yagna wrote an amount that is none: ${amount}`);
  return amountOf(units);
}
