import type { GolemNetwork, Invoice } from "@golem-sdk/golem-js";
import { unitsIn } from "@/server/adapters/golem/glm";
import type { Settlement } from "@/server/adapters/golem/vantage";
import { amountOf } from "@/server/domain/job/amount";

type Page = { readonly outcome: Promise<Settlement>; close(settlement: Settlement): void };

/**
 * What became of each agreement's invoice. golem-js considers a rental finished when the invoice has
 * come, not when it was accepted; its payment events tell the end.
 */
export class InvoiceBook {
  readonly #pages = new Map<string, Page>();

  constructor({ payment }: GolemNetwork) {
    payment.events.on("invoiceAccepted", ({ invoice }) =>
      this.#close(invoice, { costGlm: exactAmount(invoice.amount), problem: null }),
    );
    payment.events.on("invoiceRejected", ({ invoice }) =>
      this.#close(invoice, { costGlm: null, problem: `invoice over ${invoice.amount} rejected` }),
    );
    payment.events.on("errorAcceptingInvoice", ({ invoice, error }) =>
      this.#close(invoice, { costGlm: null, problem: `invoice not accepted: ${error.message}` }),
    );
  }

  /** Opens the page of an agreement; must be called before its invoice can come. */
  open(agreementId: string): void {
    let close: Page["close"] = () => {};
    const outcome = new Promise<Settlement>((resolve) => {
      close = resolve;
    });
    this.#pages.set(agreementId, { outcome, close });
  }

  /** Resolves when the agreement's invoice was accepted, rejected, or could not be accepted. */
  outcome(agreementId: string): Promise<Settlement> {
    return this.#pages.get(agreementId)?.outcome ?? Promise.reject(new Error("no such page"));
  }

  /** Forgets an agreement. */
  drop(agreementId: string): void {
    this.#pages.delete(agreementId);
  }

  #close(invoice: Invoice, settlement: Settlement): void {
    this.#pages.get(invoice.agreementId)?.close(settlement);
  }
}

/** The amount in its one spelling; null when a provider wrote no plain decimal. */
function exactAmount(amount: string): Settlement["costGlm"] {
  const units = unitsIn(amount);
  return units === null ? null : amountOf(units);
}
