import { randomUUID } from "node:crypto";
import { z } from "zod";
import { unitsIn } from "@/server/adapters/golem/glm";
import type { Activities, Activity } from "@/server/adapters/golem/loopback/activities";
import type { Agreement } from "@/server/adapters/golem/loopback/agreements";
import type { Allocations } from "@/server/adapters/golem/loopback/allocations";
import { EventLog } from "@/server/adapters/golem/loopback/event-log";
import type { MicroClock } from "@/server/adapters/golem/loopback/micro-clock";
import { ok, type Reply, refuse } from "@/server/adapters/golem/loopback/reply";
import type { Call, Route } from "@/server/adapters/golem/loopback/router";
import { microsOf } from "@/server/adapters/golem/micros";
import { amountOf } from "@/server/domain/job/amount";

/** How long after an invoice its payment is due. */
const PAYMENT_TERM_MS = 86_400_000;

/** What a provider that overprices asks for, as a multiple of what is due. */
const OVERPRICE = 100n;

/** So many debit notes at once come from a provider that floods. */
const FLOOD_NOTES = 200;

const Acceptance = z.object({
  totalAmountAccepted: z.string().max(60),
  allocationId: z.string().max(100),
});

/** A debit note or an invoice. `view` is what yagna shows of it beside its status. */
type Bill = {
  readonly agreement: Agreement;
  readonly dueUnits: bigint;
  readonly timestamp: string;
  readonly view: object;
  status: "RECEIVED" | "ACCEPTED" | "REJECTED";
};

export type BillsOptions = {
  readonly clock: MicroClock;
  readonly now: () => Date;
  readonly requestorId: string;
  readonly allocations: Allocations;
};

/** What providers bill and what the requestor accepts. An accepted amount is paid from the allocation it names. */
export class Bills {
  readonly #options: BillsOptions;
  readonly #debitNotes = new Map<string, Bill>();
  readonly #invoices = new Map<string, Bill>();
  /** Agreements whose provider has flooded them with debit notes: it does so once. */
  readonly #flooded = new Set<string>();
  readonly #debitNoteEvents: EventLog;
  readonly #invoiceEvents: EventLog;
  /** Accepted so far, by agreement: amounts on bills are totals, only the rise is paid. */
  readonly #accepted = new Map<string, bigint>();

  constructor(options: BillsOptions) {
    this.#options = options;
    this.#debitNoteEvents = new EventLog(options.clock);
    this.#invoiceEvents = new EventLog(options.clock);
  }

  /** Tells the requestor what is due so far. Returns the debit note's id; null: none was sent. */
  issueDebitNote(activity: Activity, activities: Activities): string | null {
    const { agreement, id: activityId } = activity;
    if (agreement.conduct.isGone) return null;
    const debitNoteId = randomUUID();
    const dueUnits = asked(agreement, activities.dueFor(activity));
    const { durationMs, cpuMs } = activities.usageOf(activity);
    const totalAmountDue = amountOf(dueUnits);
    const usageCounterVector = [durationMs / 1_000, cpuMs / 1_000];
    const view = { debitNoteId, activityId, totalAmountDue, usageCounterVector };
    this.#debitNotes.set(debitNoteId, this.#bill(agreement, dueUnits, view));
    const eventType = "DebitNoteReceivedEvent";
    this.#debitNoteEvents.append(agreement.session, { eventType, debitNoteId });
    return debitNoteId;
  }

  /** Whether the requestor has accepted a debit note. */
  isAccepted(debitNoteId: string): boolean {
    return this.#debitNotes.get(debitNoteId)?.status === "ACCEPTED";
  }

  /** From a provider that floods: far more debit notes than anybody needs. */
  flood(activity: Activity, activities: Activities): void {
    const { conduct, id } = activity.agreement;
    if (!conduct.shows("floods") || this.#flooded.has(id)) return;
    this.#flooded.add(id);
    for (let notes = 0; notes < FLOOD_NOTES; notes += 1) this.issueDebitNote(activity, activities);
  }

  /** The provider's last bill, once its agreement has ended. */
  issueInvoice(agreement: Agreement, activities: Activities): void {
    const { conduct } = agreement;
    if (conduct.isGone || conduct.shows("never-invoices")) return;
    const invoiceId = randomUUID();
    const used = activities.ofAgreement(agreement);
    const due = used.reduce((sum, activity) => sum + activities.dueFor(activity), 0n);
    const dueUnits = asked(agreement, due);
    const view = {
      invoiceId,
      activityIds: used.map(({ id }) => id),
      amount: amountOf(dueUnits),
      paymentDueDate: new Date(this.#options.now().getTime() + PAYMENT_TERM_MS).toISOString(),
    };
    this.#invoices.set(invoiceId, this.#bill(agreement, dueUnits, view));
    const eventType = "InvoiceReceivedEvent";
    this.#invoiceEvents.append(agreement.session, { eventType, invoiceId });
  }

  routes(): readonly Route[] {
    const path = "/payment-api/v1";
    return [
      ...this.#routesOf(`${path}/debitNotes`, this.#debitNotes),
      ...this.#routesOf(`${path}/invoices`, this.#invoices),
      {
        method: "GET",
        path: `${path}/debitNoteEvents`,
        handle: (call) => this.#debitNoteEvents.poll(call),
      },
      {
        method: "GET",
        path: `${path}/invoiceEvents`,
        handle: (call) => this.#invoiceEvents.poll(call),
      },
      {
        method: "GET",
        path: `${path}/invoices`,
        handle: ({ query }) => ok(listed(this.#invoices, query)),
      },
      {
        method: "GET",
        path: `${path}/debitNotes`,
        handle: ({ query }) => ok(listed(this.#debitNotes, query)),
      },
      {
        method: "POST",
        path: `${path}/invoices/:id/reject`,
        handle: (call) => this.#reject(call.param("id")),
      },
      {
        method: "POST",
        path: `${path}/debitNotes/:id/reject`,
        handle: () => refuse(501, "Not implemented"),
      },
    ];
  }

  #routesOf(path: string, bills: ReadonlyMap<string, Bill>): readonly Route[] {
    const on = (handle: (bill: Bill, call: Call) => Reply) => (call: Call) => {
      const bill = bills.get(call.param("id"));
      return bill === undefined ? refuse(404, "No such document.") : handle(bill, call);
    };
    return [
      { method: "GET", path: `${path}/:id`, handle: on((bill) => ok(viewOf(bill))) },
      {
        method: "POST",
        path: `${path}/:id/accept`,
        handle: on((bill, call) => this.#accept(bill, call)),
      },
    ];
  }

  #accept(bill: Bill, call: Call): Reply {
    const { totalAmountAccepted, allocationId } = call.read(Acceptance);
    if (unitsIn(totalAmountAccepted) !== bill.dueUnits)
      return refuse(400, "Invalid amount accepted");
    if (bill.status === "ACCEPTED") return ok(null);
    const already = this.#accepted.get(bill.agreement.id) ?? 0n;
    if (bill.dueUnits > already) {
      const unpaid = this.#options.allocations.pay(allocationId, bill.dueUnits - already);
      if (unpaid !== null) return refuse(unpaid.status, unpaid.message);
      this.#accepted.set(bill.agreement.id, bill.dueUnits);
    }
    bill.status = "ACCEPTED";
    return ok(null);
  }

  #reject(id: string): Reply {
    const invoice = this.#invoices.get(id);
    if (invoice === undefined) return refuse(404, "No such document.");
    if (invoice.status === "ACCEPTED") return refuse(400, "Invoice is already accepted.");
    invoice.status = "REJECTED";
    return ok(null);
  }

  #bill(agreement: Agreement, dueUnits: bigint, own: object): Bill {
    const { provider } = agreement.host;
    const timestamp = this.#options.clock();
    const view = {
      ...own,
      issuerId: provider.id,
      recipientId: this.#options.requestorId,
      payeeAddr: provider.id,
      payerAddr: this.#options.requestorId,
      paymentPlatform: agreement.counter.properties["golem.com.payment.chosen-platform"],
      timestamp,
      agreementId: agreement.id,
    };
    return { agreement, dueUnits, timestamp, view, status: "RECEIVED" };
  }
}

/** What a provider asks for when so much is due. */
const asked = ({ conduct }: Agreement, due: bigint): bigint =>
  conduct.shows("overprices") ? due * OVERPRICE : due;

/** As `getInvoices` and `getDebitNotes`: strictly newer than `afterTimestamp`, at most `maxItems`, oldest first. */
function listed(bills: ReadonlyMap<string, Bill>, query: URLSearchParams): readonly object[] {
  const after = microsOf(query.get("afterTimestamp") ?? "1970-01-01T00:00:00Z");
  const most = query.has("maxItems") ? Number(query.get("maxItems")) : undefined;
  return [...bills.values()]
    .filter(({ timestamp }) => microsOf(timestamp) > after)
    .slice(0, most)
    .map(viewOf);
}

const viewOf = ({ view, status }: Bill): object => ({ ...view, status });
