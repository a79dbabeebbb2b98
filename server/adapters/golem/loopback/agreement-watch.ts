import type { Activities, Activity } from "@/server/adapters/golem/loopback/activities";
import type { Agreement, Agreements } from "@/server/adapters/golem/loopback/agreements";
import type { Bills } from "@/server/adapters/golem/loopback/bills";

/** The longest wait that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** In how many seconds a debit note must be accepted, as it was negotiated. */
const ACCEPT_TIMEOUT = "golem.com.payment.debit-notes.accept-timeout?";

export type AgreementWatchOptions = {
  readonly agreements: Agreements;
  readonly activities: Activities;
  readonly bills: Bills;
  readonly now: () => Date;
  readonly debitNoteMs: number;
  readonly idleMs: number;
  /** Null: what was negotiated. */
  readonly debitNoteAcceptMs: number | null;
};

/**
 * What real providers do with their agreements by the clock: they send debit notes, and they end an
 * agreement that has no activity, whose debit notes are not accepted in time, or whose time is over.
 */
export class AgreementWatch {
  readonly #options: AgreementWatchOptions;
  readonly #timers = new Map<object, NodeJS.Timeout>();
  readonly #once = new Set<NodeJS.Timeout>();

  constructor(options: AgreementWatchOptions) {
    this.#options = options;
  }

  onApproved(agreement: Agreement): void {
    const leftMs = Date.parse(agreement.validTo) - this.#options.now().getTime();
    this.#after(leftMs, () => this.#terminate(agreement, "Expired"));
    this.#watchIdleness(agreement);
  }

  onActivityCreated(activity: Activity): void {
    const { bills, activities, debitNoteMs } = this.#options;
    bills.flood(activity, activities);
    const timer = setInterval(() => this.#sendDebitNote(activity), debitNoteMs).unref();
    this.#timers.set(activity, timer);
  }

  onActivityEnded(activity: Activity): void {
    clearInterval(this.#timers.get(activity));
    this.#timers.delete(activity);
    this.#watchIdleness(activity.agreement);
  }

  stop(): void {
    for (const timer of [...this.#timers.values(), ...this.#once]) clearTimeout(timer);
  }

  #watchIdleness(agreement: Agreement): void {
    this.#after(this.#options.idleMs, () => {
      const all = this.#options.activities.ofAgreement(agreement);
      const isIdle = all.every(({ state }) => state === "Terminated");
      if (isIdle) this.#terminate(agreement, "NoActivity");
    });
  }

  #sendDebitNote(activity: Activity): void {
    const { bills, activities, debitNoteAcceptMs } = this.#options;
    const { agreement } = activity;
    const id = bills.issueDebitNote(activity, activities);
    if (id === null) return;
    const negotiatedMs = 1_000 * Number(agreement.draft.properties[ACCEPT_TIMEOUT] ?? 240);
    this.#after(debitNoteAcceptMs ?? negotiatedMs, () => {
      if (!bills.isAccepted(id)) this.#terminate(agreement, "DebitNotesDeadline");
    });
  }

  #terminate(agreement: Agreement, reason: string): void {
    this.#options.agreements.terminateByProvider((other) => other === agreement, reason);
  }

  #after(waitMs: number, act: () => void): void {
    const timer = setTimeout(
      () => {
        this.#once.delete(timer);
        act();
      },
      Math.min(Math.max(0, waitMs), MAX_TIMER_MS),
    ).unref();
    this.#once.add(timer);
  }
}
