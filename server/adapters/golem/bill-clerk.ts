import { z } from "zod";
import { answerBill, type ReceivedBill } from "@/server/adapters/golem/answer-bill";
import { unitsIn } from "@/server/adapters/golem/glm";
import { within } from "@/server/adapters/golem/golem-failure";
import type { RenterBook, Settlement } from "@/server/adapters/golem/vantage";
import { followEvents, type Yagna } from "@/server/adapters/golem/yagna-events";
import { type BillAccount, isFlood } from "@/server/domain/golem/judge-bill";
import { fairTotal, type Prices } from "@/server/domain/golem/prices";
import { amountOf } from "@/server/domain/job/amount";

/** How long yagna may take to show one bill, and how often it is asked. */
const PATIENCE_MS = 5_000;
const ATTEMPTS = 3;

/** How long an answer that is under way may take when a settlement is due. */
const DRAIN_MS = 2_000;

/** One poll for bills: how long yagna waits for some, and how many it hands out at most. */
const POLL_SECONDS = 5;
const POLL_EVENTS = 100;

const InvoiceDto = z.object({
  invoiceId: z.string().max(100),
  agreementId: z.string().max(200),
  amount: z.string(),
  status: z.string(),
});
const DebitNoteDto = z.object({
  debitNoteId: z.string().max(100),
  agreementId: z.string().max(200),
  activityId: z.string().max(200),
  totalAmountDue: z.string(),
  status: z.string(),
});

/** An invoice as yagna shows it. Throws on what is none. */
export function readInvoice(dto: unknown): ReceivedBill {
  const { invoiceId, agreementId, amount, status } = InvoiceDto.parse(dto);
  return { document: "invoice", id: invoiceId, agreementId, activityId: null, amount, status };
}

/** A debit note as yagna shows it. Throws on what is none. */
export function readDebitNote(dto: unknown): ReceivedBill {
  const { debitNoteId: id, totalAmountDue: amount, ...rest } = DebitNoteDto.parse(dto);
  return { document: "debit-note", id, amount, ...rest };
}

export type OpenPage = {
  readonly agreementId: string;
  readonly allocationId: string;
  readonly prices: Prices;
  readonly startedAt: Date;
  /** Called with the reason of each bill that is refused. */
  readonly onRefused: (reason: string) => void;
};

/** What is known of an agreement's bills. */
type Page = OpenPage & {
  account: BillAccount;
  /** Bills are answered one after the other: each judgement rests on the last. */
  queue: Promise<void>;
  /** The newest debit note that waits. An older one that it overtakes is not answered: totals are cumulative. */
  waiting: ReceivedBill | null;
  isFlooded: boolean;
  /** What it comes to, once its invoice was answered. */
  settlement: Settlement | null;
  /** Resolves with that. */
  readonly outcome: Promise<void>;
  readonly onSettled: () => void;
};

/** Nothing is known of what a rental comes to. */
export const unsettled = (problem: string): Settlement => ({
  costGlm: null,
  problem,
  isInvoiceMissing: false,
});

export type BillClerkOptions = {
  readonly yagna: Yagna;
  readonly book: Pick<RenterBook, "bill">;
  readonly now: () => Date;
};

/**
 * Answers the bills of the agreements that this process holds, by rule, and says what became of each
 * agreement's last one.
 *
 * Of a flood of debit notes, few are judged, one of them is written down, and none holds up another
 * agreement's bills for longer than yagna takes to show it.
 */
export class BillClerk {
  readonly #options: BillClerkOptions;
  readonly #pages = new Map<string, Page>();
  readonly #stops: readonly (() => void)[];

  constructor(options: BillClerkOptions) {
    this.#options = options;
    const { payment, appSessionId } = options.yagna;
    this.#stops = [
      followEvents({
        pollSeconds: POLL_SECONDS,
        read: (after) => payment.getInvoiceEvents(POLL_SECONDS, after, POLL_EVENTS, appSessionId),
        take: async ({ invoiceId }) => {
          const dto = await this.#show(() => payment.getInvoice(invoiceId));
          this.#takeInvoice(readInvoice(dto));
        },
      }),
      followEvents({
        pollSeconds: POLL_SECONDS,
        read: (after) => payment.getDebitNoteEvents(POLL_SECONDS, after, POLL_EVENTS, appSessionId),
        take: async ({ debitNoteId }) => {
          const dto = await this.#show(() => payment.getDebitNote(debitNoteId));
          this.#takeDebitNote(readDebitNote(dto));
        },
      }),
    ];
  }

  /** Opens the page of an agreement; must be called before anything can be billed for it. */
  open(page: OpenPage): void {
    let onSettled: Page["onSettled"] = () => {};
    const outcome = new Promise<void>((resolve) => {
      onSettled = resolve;
    });
    const account: BillAccount = {
      prices: page.prices,
      startedAt: page.startedAt,
      endedAt: null,
      activityId: null,
      acceptedUnits: 0n,
      isFinal: false,
      notes: 0,
    };
    const queue = Promise.resolve();
    const state = { account, queue, waiting: null, isFlooded: false, outcome, onSettled };
    this.#pages.set(page.agreementId, { ...page, ...state, settlement: null });
  }

  /** Says which activity an agreement's debit notes are for. */
  started(agreementId: string, activityId: string): void {
    this.#change(agreementId, { activityId });
  }

  /** Says when an agreement ended: time after it cannot be billed. */
  ended(agreementId: string, endedAt: Date): void {
    this.#change(agreementId, { endedAt });
  }

  /** The most that an agreement has come to by now without an accepted bill, in GLM; 0 for one not known here. */
  unbilledGlm(agreementId: string): number {
    const account = this.#pages.get(agreementId)?.account;
    if (account === undefined || account.isFinal) return 0;
    const { prices, startedAt, endedAt, acceptedUnits } = account;
    const elapsedMs = (endedAt ?? this.#options.now()).getTime() - startedAt.getTime();
    return Math.max(0, fairTotal(prices, elapsedMs) - Number(amountOf(acceptedUnits)));
  }

  /**
   * What an agreement comes to: once its invoice was answered, or after `waitMs` what was accepted of its
   * debit notes. Forgets the agreement; bills that come later are left to the reaper.
   *
   * @param gone null, or why no invoice is waited for.
   */
  async settle(agreementId: string, waitMs: number, gone: string | null): Promise<Settlement> {
    const page = this.#pages.get(agreementId);
    if (page === undefined) return unsettled("its bills are not known here");
    const noInvoice = gone ?? `no invoice within ${Math.round(waitMs)} ms`;
    if (gone === null) await within(page.outcome, waitMs).catch(() => undefined);
    this.#pages.delete(agreementId);
    // What is being answered right now still counts.
    const isDrained = await within(page.queue, DRAIN_MS).then(
      () => true,
      () => false,
    );
    const problem = isDrained ? noInvoice : `${noInvoice}; an answer to a bill is still under way`;
    return page.settlement ?? this.#without(page, problem, gone === null && isDrained);
  }

  /** Answers no more bills. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.#pages.clear();
  }

  /** What was accepted without an invoice. */
  #without(
    { account: { acceptedUnits } }: Page,
    problem: string,
    isInvoiceMissing: boolean,
  ): Settlement {
    const costGlm = acceptedUnits === 0n ? null : amountOf(acceptedUnits);
    return { costGlm, problem, isInvoiceMissing };
  }

  #change(agreementId: string, change: Partial<BillAccount>): void {
    const page = this.#pages.get(agreementId);
    if (page !== undefined) page.account = { ...page.account, ...change };
  }

  /** yagna may fail once; a bill that it does not show at all is left to the reaper. */
  async #show(ask: () => Promise<unknown>): Promise<unknown> {
    for (let attempt = 1; ; attempt++)
      try {
        return await within(ask(), PATIENCE_MS);
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
      }
  }

  #takeInvoice(bill: ReceivedBill): void {
    const page = this.#pages.get(bill.agreementId);
    if (page !== undefined) this.#enqueue(page, () => this.#answerInvoice(page, bill));
  }

  #takeDebitNote(bill: ReceivedBill): void {
    const page = this.#pages.get(bill.agreementId);
    if (page === undefined || page.isFlooded) return;
    const { notes, startedAt } = page.account;
    const elapsedMs = this.#options.now().getTime() - startedAt.getTime();
    // The one that is too many is judged, so that its refusal is written down; those behind it are not read.
    page.isFlooded = isFlood(notes, elapsedMs);
    const isQueued = page.waiting !== null;
    page.waiting = bill;
    page.account = { ...page.account, notes: notes + (page.isFlooded ? 0 : 1) };
    if (!isQueued) this.#enqueue(page, () => this.#answerDebitNote(page));
  }

  #enqueue(page: Page, work: () => Promise<void>): void {
    page.queue = page.queue.then(work).catch(() => undefined);
  }

  async #answerDebitNote(page: Page): Promise<void> {
    const bill = page.waiting;
    page.waiting = null;
    if (bill === null) return;
    const { account, allocationId } = page;
    const answer = await answerBill(this.#options, bill, account, allocationId);
    if (answer.decision === "accepted")
      page.account = { ...page.account, acceptedUnits: unitsIn(bill.amount) ?? 0n };
    if (answer.decision === "rejected") page.onRefused(answer.reason);
  }

  async #answerInvoice(page: Page, bill: ReceivedBill): Promise<void> {
    const { account, allocationId } = page;
    const answer = await answerBill(this.#options, bill, account, allocationId);
    if (answer.decision === "rejected") page.onRefused(answer.reason);
    if (answer.decision === "accepted") {
      const acceptedUnits = unitsIn(bill.amount) ?? 0n;
      page.account = { ...page.account, acceptedUnits, isFinal: true };
      page.settlement ??= {
        costGlm: amountOf(acceptedUnits),
        problem: answer.problem,
        isInvoiceMissing: false,
      };
    } else {
      const problem = `invoice over ${bill.amount} ${answer.decision}: ${answer.reason}`;
      page.settlement ??= this.#without(page, problem, false);
    }
    page.onSettled();
  }
}
