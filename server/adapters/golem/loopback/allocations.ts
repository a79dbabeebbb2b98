import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Amount } from "@/schemas/primitives";
import { unitsIn } from "@/server/adapters/golem/glm";
import type { MicroClock } from "@/server/adapters/golem/loopback/micro-clock";
import { created, ok, type Reply, refuse } from "@/server/adapters/golem/loopback/reply";
import type { Route } from "@/server/adapters/golem/loopback/router";
import { amountOf } from "@/server/domain/job/amount";

const PLATFORM = /^(erc20|dummy)-[a-z0-9]+-t?glm$/;

const NewAllocation = z.object({
  totalAmount: z.string().max(60),
  paymentPlatform: z.string().max(60),
  address: z.string().max(60).optional(),
  timeout: z.iso.datetime().optional(),
});
const Amendment = z.object({
  totalAmount: z.string().max(60).optional(),
  timeout: z.iso.datetime().optional(),
});

type Allocation = {
  readonly id: string;
  readonly platform: string;
  readonly address: string;
  readonly createdAt: string;
  updatedAt: string;
  total: bigint;
  spent: bigint;
  timeout: string | null;
  isReleased: boolean;
};

/** Why a payment was not made, in yagna's words and with its status; null when it was. */
export type Unpaid = { readonly status: number; readonly message: string } | null;

export type AllocationsOptions = {
  readonly clock: MicroClock;
  readonly now: () => Date;
  readonly requestorId: string;
  readonly fundsGlm: Amount;
};

/** The requestor's account and what of it is set aside. An allocation is a hard cap: nothing is paid beyond it. */
export class Allocations {
  readonly #options: AllocationsOptions;
  readonly #all = new Map<string, Allocation>();
  #funds: bigint;

  constructor(options: AllocationsOptions) {
    this.#options = options;
    this.#funds = unitsIn(options.fundsGlm) ?? 0n;
  }

  /** Takes `units` from the allocation, or says why not. */
  pay(id: string, units: bigint): Unpaid {
    const allocation = this.#all.get(id);
    if (allocation === undefined) return { status: 400, message: `Allocation ${id} not found` };
    if (!this.#isLive(allocation))
      return { status: 410, message: `Allocation ${id} has been already released` };
    const remaining = allocation.total - allocation.spent;
    if (units > remaining) {
      const message = `Not enough funds. Allocated: ${amountOf(remaining)} Needed: ${amountOf(units)}`;
      return { status: 400, message };
    }
    allocation.spent += units;
    this.#funds -= units;
    return null;
  }

  routes(): readonly Route[] {
    const path = "/payment-api/v1/allocations";
    return [
      { method: "POST", path, handle: (call) => this.#create(call.read(NewAllocation)) },
      {
        method: "GET",
        path,
        handle: () => ok([...this.#all.values()].filter((a) => this.#isLive(a)).map(viewOf)),
      },
      {
        method: "GET",
        path: `${path}/:id`,
        handle: (call) => this.#withLive(call.param("id"), (allocation) => ok(viewOf(allocation))),
      },
      {
        method: "PUT",
        path: `${path}/:id`,
        handle: (call) =>
          this.#withLive(call.param("id"), (live) => this.#amend(live, call.read(Amendment))),
      },
      {
        method: "DELETE",
        path: `${path}/:id`,
        handle: (call) =>
          this.#withLive(call.param("id"), (allocation) => {
            allocation.isReleased = true;
            return ok(null);
          }),
      },
      {
        method: "GET",
        path: "/payment-api/v1/demandDecorations",
        handle: (call) => this.#decorate((call.query.get("allocationIds") ?? "").split(",")),
      },
    ];
  }

  #create(wanted: z.infer<typeof NewAllocation>): Reply {
    const total = unitsIn(wanted.totalAmount);
    if (total === null) return refuse(400, `Bad amount ${wanted.totalAmount}`);
    if (!PLATFORM.test(wanted.paymentPlatform))
      return problem("bad-request", "Payment platform string parse failed", {});
    const { clock, now, requestorId } = this.#options;
    if (wanted.timeout !== undefined && Date.parse(wanted.timeout) <= now().getTime())
      return problem("validation-error/timeout-passed", "Requested timeout is in the past", {});
    const reserved = this.#reserved();
    if (total > this.#funds - reserved)
      return problem("validation-error/insufficient-account-funds", "Insufficient funds", {
        requestedFunds: amountOf(total),
        availableFunds: amountOf(this.#funds),
        reservedFunds: amountOf(reserved),
      });
    const createdAt = clock();
    const allocation: Allocation = {
      id: randomUUID(),
      platform: wanted.paymentPlatform,
      address: wanted.address ?? requestorId,
      createdAt,
      updatedAt: createdAt,
      total,
      spent: 0n,
      timeout: wanted.timeout ?? null,
      isReleased: false,
    };
    this.#all.set(allocation.id, allocation);
    return created(viewOf(allocation));
  }

  #amend(allocation: Allocation, wanted: z.infer<typeof Amendment>): Reply {
    const total = unitsIn(wanted.totalAmount ?? amountOf(allocation.total));
    if (total === null || total < allocation.spent)
      return refuse(400, "New allocation would be smaller than the already spent amount");
    if (wanted.timeout !== undefined && Date.parse(wanted.timeout) <= this.#options.now().getTime())
      return problem("validation-error/timeout-passed", "Requested timeout is in the past", {});
    if (total - allocation.total > this.#funds - this.#reserved())
      return problem("validation-error/insufficient-account-funds", "Insufficient funds", {});
    allocation.total = total;
    allocation.timeout = wanted.timeout ?? allocation.timeout;
    allocation.updatedAt = this.#options.clock();
    return ok(viewOf(allocation));
  }

  #decorate(ids: readonly string[]): Reply {
    const platforms = new Set<string>();
    const properties = [{ key: "golem.com.payment.protocol.version", value: "3" }];
    for (const id of ids) {
      const allocation = this.#all.get(id);
      if (allocation === undefined) return refuse(404, `Allocation ${id} not found`);
      const key = `golem.com.payment.platform.${allocation.platform}.address`;
      platforms.add(`(${key}=*)`);
      properties.push({ key, value: allocation.address });
    }
    return ok({
      properties,
      constraints: [...platforms, "(golem.com.payment.protocol.version>1)"],
    });
  }

  #withLive(id: string, then: (allocation: Allocation) => Reply): Reply {
    const allocation = this.#all.get(id);
    if (allocation === undefined) return refuse(404, `Allocation ${id} not found`);
    if (!this.#isLive(allocation)) return refuse(410, `Allocation ${id} has been already released`);
    return then(allocation);
  }

  /** An allocation ends when it is released, or by itself at its time-out. */
  #isLive({ isReleased, timeout }: Allocation): boolean {
    const isOver = timeout !== null && Date.parse(timeout) <= this.#options.now().getTime();
    return !isReleased && !isOver;
  }

  #reserved(): bigint {
    return [...this.#all.values()]
      .filter((allocation) => this.#isLive(allocation))
      .reduce((sum, { total, spent }) => sum + total - spent, 0n);
  }
}

const viewOf = (allocation: Allocation): object => ({
  allocationId: allocation.id,
  address: allocation.address,
  paymentPlatform: allocation.platform,
  totalAmount: amountOf(allocation.total),
  spentAmount: amountOf(allocation.spent),
  remainingAmount: amountOf(allocation.total - allocation.spent),
  timestamp: allocation.createdAt,
  timeout: allocation.timeout,
  createdTs: allocation.createdAt,
  updatedTs: allocation.updatedAt,
  makeDeposit: false,
});

const problem = (kind: string, detail: string, figures: object): Reply => ({
  status: 400,
  body: { type: `/payment-api/v1/allocations/${kind}`, detail, ...figures },
  contentType: "application/problem+json",
});
