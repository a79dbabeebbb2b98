import { unitsIn } from "@/server/adapters/golem/glm";
import { reasonOf, statusOf, within } from "@/server/adapters/golem/golem-failure";
import type { BillNews, RenterBook } from "@/server/adapters/golem/vantage";
import type { Yagna } from "@/server/adapters/golem/yagna-events";
import { type BillAccount, judgeBill } from "@/server/domain/golem/judge-bill";

/** How long an answer may take: yagna waits 5 s itself until the provider has confirmed it. */
const PATIENCE_MS = 8_000;

/** How often an answer is tried when yagna does not take it, and the pause in between. */
const ATTEMPTS = 3;
const RETRY_MS = 500;

/** The longest amount that is kept as it was written. */
const MAX_AMOUNT = 100;

/** Statuses of a bill that was accepted, be it paid or not. */
const ACCEPTED: readonly string[] = ["ACCEPTED", "SETTLED"];

/** A bill as yagna shows it. */
export type ReceivedBill = {
  readonly document: "invoice" | "debit-note";
  readonly id: string;
  readonly agreementId: string;
  /** Null for an invoice. */
  readonly activityId: string | null;
  /** As the provider wrote it. */
  readonly amount: string;
  readonly status: string;
};

export type BillAnswer = {
  /** `unanswered`: yagna took no answer; it may be tried again. */
  readonly decision: "accepted" | "rejected" | "unanswered";
  readonly reason: string;
  /** True when the bill itself was found unfair; false when yagna or the allocation stood in the way. */
  readonly isByRule: boolean;
  /** What else went wrong; null: nothing. */
  readonly problem: string | null;
};

export type AnswerBillDeps = {
  readonly yagna: Yagna;
  readonly book: Pick<RenterBook, "bill">;
  readonly now: () => Date;
};

/** Whether yagna shows a bill as accepted. */
export const isAccepted = ({ status }: Pick<ReceivedBill, "status">): boolean =>
  ACCEPTED.includes(status);

/**
 * Judges one bill, tells yagna, and writes the decision down with its reason. A debit note cannot be
 * rejected (yagna answers 501): one that is refused is not accepted, and its provider ends the agreement
 * when its patience is over. A fair bill that the allocation does not cover is rejected.
 */
export async function answerBill(
  deps: AnswerBillDeps,
  bill: ReceivedBill,
  account: BillAccount | null,
  allocationId: string,
): Promise<BillAnswer> {
  const facts = { ...bill, units: unitsIn(bill.amount) };
  const verdict = judgeBill(facts, account, deps.now());
  if (!verdict.accept)
    return { ...(await decide(deps, bill, "rejected", verdict.reason)), isByRule: true };
  const failure = await accept(deps.yagna, bill, allocationId);
  if (failure === null) return decide(deps, bill, "accepted", verdict.reason);
  const reason = `yagna did not accept it: ${reasonOf(failure)}`;
  // 400: the allocation holds too little; 410: it is no more. Asking again would not help.
  if ([400, 410].includes(statusOf(failure) ?? 0)) return decide(deps, bill, "rejected", reason);
  return { decision: "unanswered", reason, isByRule: false, problem: null };
}

async function decide(
  { yagna, book, now }: AnswerBillDeps,
  bill: ReceivedBill,
  decision: BillNews["decision"],
  reason: string,
): Promise<BillAnswer> {
  const problems: string[] = [];
  if (decision === "rejected" && bill.document === "invoice") {
    const told = await settled(() => reject(yagna, bill.id, reason));
    if (told !== null) problems.push(`the provider was not told: ${reasonOf(told)}`);
  }
  const { document, id: documentId, agreementId } = bill;
  const amountGlm = bill.amount.slice(0, MAX_AMOUNT);
  const news = { document, documentId, agreementId, amountGlm, decision, reason, at: now() };
  await book.bill(news).catch((error: unknown) => {
    problems.push(`the decision was not written down: ${reasonOf(error)}`);
  });
  const problem = problems.length === 0 ? null : problems.join("; ");
  return { decision, reason, isByRule: false, problem };
}

/** Null when yagna shows the bill as accepted at last. */
async function accept(
  { payment }: Yagna,
  { document, id, amount }: ReceivedBill,
  allocationId: string,
): Promise<unknown> {
  // yagna takes the very figure that was billed and no other.
  const acceptance = { totalAmountAccepted: amount, allocationId };
  if (document === "debit-note")
    return settled(
      () => payment.acceptDebitNote(id, acceptance),
      async () => isAccepted(await payment.getDebitNote(id)),
    );
  return settled(
    () => payment.acceptInvoice(id, acceptance),
    async () => isAccepted(await payment.getInvoice(id)),
  );
}

const reject = ({ payment }: Yagna, invoiceId: string, reason: string): Promise<unknown> =>
  payment.rejectInvoice(invoiceId, {
    rejectionReason: "INCORRECT_AMOUNT",
    totalAmountAccepted: "0",
    message: reason,
  });

/** Null once `act` was done; what it failed with at last when it never was. */
async function settled(
  act: () => Promise<unknown>,
  isDone: () => Promise<boolean> = async () => false,
): Promise<unknown> {
  for (let attempt = 1; ; attempt++)
    try {
      await within(act(), PATIENCE_MS);
      return null;
    } catch (error) {
      const status = statusOf(error);
      const isFinal = status !== null && status < 500;
      // An answer that was lost on its way back may have been taken.
      if (await within(isDone(), PATIENCE_MS).catch(() => false)) return null;
      if (isFinal || attempt === ATTEMPTS) return error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
}
