import type { Amount } from "@/schemas/primitives";
import { unitsIn } from "@/server/adapters/golem/glm";
import { bodyOf, golemFailure, statusOf, within } from "@/server/adapters/golem/golem-failure";
import type { AllocationView } from "@/server/adapters/golem/vantage";
import type { Yagna } from "@/server/adapters/golem/yagna-events";
import type { BeaconError } from "@/server/domain/errors";
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
 * Allocations, made, amended and released by us. golem-js makes one for each rental, keeps it reserved
 * until it disconnects, cannot amend any, and takes budgets as floating-point numbers; yagna's client takes
 * decimal strings.
 *
 * One that yagna made while its answer was lost is never looked for: nothing in an allocation says who made
 * it, and another program may use the same yagna. It ends by itself at its time.
 */
export class AllocationDesk {
  readonly #yagna: Yagna;
  readonly #platform: string;

  constructor(yagna: Yagna, platform: string) {
    this.#yagna = yagna;
    this.#platform = platform;
  }

  /** @throws BeaconError GOLEM_BUDGET_SPENT when the account cannot cover it, GOLEM_UNAVAILABLE */
  async create(amountGlm: Amount, expiresAt: Date, now: Date): Promise<AllocationView> {
    const { payment, identity } = this.#yagna;
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
      throw notGranted(`no allocation of ${amountGlm} GLM`, error);
    }
  }

  /**
   * Changes what an allocation holds in all, and when it ends. What was spent of it stays spent, and it
   * cannot hold less than that.
   *
   * @throws BeaconError as `create`
   */
  async amend(id: string, amountGlm: Amount, expiresAt: Date): Promise<AllocationView> {
    try {
      const change = { totalAmount: amountGlm, timeout: expiresAt.toISOString() };
      return viewOf(await within(this.#yagna.payment.amendAllocation(id, change), PATIENCE_MS));
    } catch (error) {
      throw notGranted(`allocation ${id} was not changed to ${amountGlm} GLM`, error);
    }
  }

  /** Null when it was released, has expired, or is not known. @throws BeaconError GOLEM_UNAVAILABLE */
  async view(id: string): Promise<AllocationView | null> {
    try {
      return viewOf(await within(this.#yagna.payment.getAllocation(id), PATIENCE_MS));
    } catch (error) {
      if (GONE.includes(statusOf(error))) return null;
      throw golemFailure("GOLEM_UNAVAILABLE", "yagna shows no allocation", error);
    }
  }

  /** Safe to repeat. @throws BeaconError GOLEM_UNAVAILABLE */
  async release(id: string): Promise<void> {
    try {
      await within(this.#yagna.payment.releaseAllocation(id), PATIENCE_MS);
    } catch (error) {
      if (!GONE.includes(statusOf(error)))
        throw golemFailure("GOLEM_UNAVAILABLE", "the allocation was not released", error);
    }
  }
}

/**
 * A refusal for want of money is told from all others (an account that is not registered, a time that
 * has passed): only more funds help against the first. yagna names it `insufficient-account-funds`.
 */
function notGranted(message: string, error: unknown): BeaconError {
  const isPoor = statusOf(error) === 400 && /insufficient|not enough funds/i.test(bodyOf(error));
  return golemFailure(isPoor ? "GOLEM_BUDGET_SPENT" : "GOLEM_UNAVAILABLE", message, error);
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
