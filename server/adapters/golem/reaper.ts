import {
  answerBill,
  type BillAnswer,
  isAccepted,
  type ReceivedBill,
} from "@/server/adapters/golem/answer-bill";
import { readDebitNote, readInvoice } from "@/server/adapters/golem/bill-clerk";
import { endAgreement } from "@/server/adapters/golem/end-agreement";
import { reasonOf, statusOf, within } from "@/server/adapters/golem/golem-failure";
import { accountOf, unitsOf } from "@/server/adapters/golem/orphan-account";
import type { Orphans, RenterBook } from "@/server/adapters/golem/vantage";
import type { Yagna } from "@/server/adapters/golem/yagna-events";
import type { BillAccount } from "@/server/domain/golem/judge-bill";

/** How long yagna may take for one answer. */
const PATIENCE_MS = 10_000;

/** How many bills are asked for at once. yagna's own default is ten, and it does not sort them. */
const MAX_BILLS = 5_000;

/** How many debit notes of an agreement are judged at once: a flood may hold thousands of unfair ones. */
const MAX_NOTES = 5;

/** The states in which an agreement can still cost something, or will soon. */
const LIVE_STATES = ["Approved", "Pending", "Proposal"] as const;

export type ReaperDeps = {
  readonly yagna: Yagna;
  readonly book: Pick<RenterBook, "rentalEnded" | "bill">;
  readonly now: () => Date;
};

/**
 * Ends what an earlier process left behind, and answers the bills that it did not. yagna's events are
 * delivered to the session that made an agreement and to no later one, so everything is asked for by list.
 *
 * Agreements that are not `known` are another program's, and left alone; so are those that are `held`.
 * Safe to repeat; bills that were answered already are told to the book again, which keeps the first word.
 */
export async function reap(
  deps: ReaperDeps,
  known: ReadonlyMap<string, string>,
  held: ReadonlySet<string>,
): Promise<Orphans> {
  const orphans = [...known.keys()].filter((id) => !held.has(id));
  if (orphans.length === 0) return { ended: [], bills: 0, problems: [] };
  const problems: string[] = [];
  const ended = await endOrphans(deps, orphans, problems);
  const bills = await answerOrphans(deps, known, new Set(orphans), problems);
  return { ended, bills, problems };
}

async function endOrphans(
  deps: ReaperDeps,
  orphans: readonly string[],
  problems: string[],
): Promise<readonly string[]> {
  const live = await liveAgreements(deps.yagna, problems);
  if (live === null) return [];
  const ended: string[] = [];
  for (const id of orphans) {
    const problem = live.has(id)
      ? await endAgreement(deps.yagna, id, "left behind by an earlier process")
      : await goneFor(deps.yagna, id);
    if (problem !== null) problems.push(`${id}: ${problem}`);
    else {
      if (live.has(id)) ended.push(id);
      const reason = live.has(id) ? "left behind, ended by the reaper" : "found ended";
      await deps.book.rentalEnded(id, reason).catch((error: unknown) => {
        problems.push(`${id}: its end was not written down: ${reasonOf(error)}`);
      });
    }
  }
  return ended;
}

/** Null, and a problem, when yagna shows no list. */
async function liveAgreements(
  { market }: Yagna,
  problems: string[],
): Promise<ReadonlySet<string> | null> {
  const live = new Set<string>();
  try {
    for (const state of LIVE_STATES)
      for (const { id } of await within(market.listAgreements(undefined, state), PATIENCE_MS))
        live.add(id);
    return live;
  } catch (error) {
    problems.push(`yagna lists no agreements: ${reasonOf(error)}`);
    return null;
  }
}

/** Null when an agreement that is not listed as live is over for sure. */
async function goneFor({ market }: Yagna, id: string): Promise<string | null> {
  try {
    const { state } = await within(market.getAgreement(id), PATIENCE_MS);
    return LIVE_STATES.some((live) => live === state) ? `it is ${state} again` : null;
  } catch (error) {
    return statusOf(error) === 404 ? null : reasonOf(error);
  }
}

async function answerOrphans(
  deps: ReaperDeps,
  known: ReadonlyMap<string, string>,
  orphans: ReadonlySet<string>,
  problems: string[],
): Promise<number> {
  const bills = await listBills(deps.yagna, orphans, problems);
  let answered = 0;
  for (const [agreementId, own] of bills) {
    const allocationId = known.get(agreementId) ?? "";
    const tell = (problem: string) => problems.push(`${agreementId}: ${problem}`);
    try {
      const account = await accountOf(deps, agreementId, own);
      answered += await answerOwn(deps, due(own, account), account, allocationId, tell);
    } catch (error) {
      tell(`its terms cannot be read: ${reasonOf(error)}`);
    }
    await retell(deps, own, tell);
  }
  return answered;
}

/** Answers one agreement's bills. @returns how many were */
async function answerOwn(
  deps: ReaperDeps,
  bills: readonly ReceivedBill[],
  account: BillAccount,
  allocationId: string,
  tell: (problem: string) => void,
): Promise<number> {
  let answered = 0;
  for (const bill of bills) {
    const answer = await answerBill(deps, bill, account, allocationId);
    const problem = answer.decision === "unanswered" ? answer.reason : answer.problem;
    if (problem !== null) tell(`${bill.document} ${bill.id}: ${problem}`);
    if (isAnswered(bill, answer)) answered += 1;
    // It covers the lower ones: totals are cumulative.
    if (bill.document === "debit-note" && answer.decision === "accepted") break;
  }
  return answered;
}

/** A debit note that is refused stays open in yagna: it can only be accepted or left. */
const isAnswered = ({ document }: ReceivedBill, { decision }: BillAnswer): boolean =>
  decision === "accepted" || (decision === "rejected" && document === "invoice");

/**
 * What is to be answered of an agreement's bills: its invoices; without one, its debit notes above what
 * was accepted, the highest first, a few at most.
 */
function due(
  bills: readonly ReceivedBill[],
  { acceptedUnits }: BillAccount,
): readonly ReceivedBill[] {
  const open = bills.filter(({ status }) => status === "RECEIVED");
  if (bills.some(({ document }) => document === "invoice"))
    return open.filter(({ document }) => document === "invoice");
  const notes = open.filter((note) => unitsOf(note) > acceptedUnits);
  return notes.sort((a, b) => compareUnits(b, a)).slice(0, MAX_NOTES);
}

const compareUnits = (a: ReceivedBill, b: ReceivedBill): number => {
  const difference = unitsOf(a) - unitsOf(b);
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
};

/** Tells the book of bills that yagna shows as accepted: a crash may have come before it heard of them. */
async function retell(
  { book, now }: ReaperDeps,
  bills: readonly ReceivedBill[],
  tell: (problem: string) => void,
): Promise<void> {
  for (const { document, id: documentId, agreementId, amount } of bills.filter(isAccepted))
    await book
      .bill({
        document,
        documentId,
        agreementId,
        amountGlm: amount,
        decision: "accepted",
        reason: "yagna shows it as accepted",
        at: now(),
      })
      .catch((error: unknown) => {
        tell(`${document} ${documentId}: not written down: ${reasonOf(error)}`);
      });
}

/** The bills of the agreements in question, each agreement's own. */
async function listBills(
  { payment }: Yagna,
  agreements: ReadonlySet<string>,
  problems: string[],
): Promise<ReadonlyMap<string, readonly ReceivedBill[]>> {
  const found = new Map<string, ReceivedBill[]>();
  const collect = async (
    ask: () => Promise<readonly unknown[]>,
    read: (dto: unknown) => ReceivedBill,
  ) => {
    const listed = await within(ask(), PATIENCE_MS);
    if (listed.length >= MAX_BILLS) problems.push(`yagna holds more than ${MAX_BILLS} bills`);
    for (const dto of listed) {
      const bill = read(dto);
      if (agreements.has(bill.agreementId))
        found.set(bill.agreementId, [...(found.get(bill.agreementId) ?? []), bill]);
    }
  };
  try {
    await collect(() => payment.getInvoices(undefined, MAX_BILLS), readInvoice);
    await collect(() => payment.getDebitNotes(undefined, MAX_BILLS), readDebitNote);
  } catch (error) {
    problems.push(`yagna lists no bills: ${reasonOf(error)}`);
  }
  return found;
}
