import {
  answerBill,
  type BillAnswer,
  isAccepted,
  type ReceivedBill,
} from "@/server/adapters/golem/answer-bill";
import { endAgreement } from "@/server/adapters/golem/end-agreement";
import { reasonOf, statusOf, within } from "@/server/adapters/golem/golem-failure";
import { acceptedUnitsOf, accountOf, unitsOf } from "@/server/adapters/golem/orphan-account";
import { listBills } from "@/server/adapters/golem/orphan-bills";
import type { KnownAgreement, Orphans, RenterBook } from "@/server/adapters/golem/vantage";
import type { Yagna } from "@/server/adapters/golem/yagna-events";
import type { BillAccount } from "@/server/domain/golem/judge-bill";

/** How long yagna may take for one answer. */
const PATIENCE_MS = 10_000;

/** How many debit notes of an agreement are judged at once: a flood may hold thousands of unfair ones. */
const MAX_NOTES = 5;

/** The states in which an agreement can still cost something, or will soon. */
const LIVE_STATES = ["Approved", "Pending", "Proposal"] as const;

export type ReaperDeps = {
  readonly yagna: Yagna;
  readonly book: Pick<RenterBook, "rentalEnded" | "bill">;
  readonly now: () => Date;
  readonly memory: ReaperMemory;
};

const keyOf = ({ document, id }: ReceivedBill): string => `${document} ${id}`;

/** What a reaper did before, so that it neither does nor says everything each time. */
export class ReaperMemory {
  #problems: ReadonlySet<string> = new Set();
  readonly #written = new Set<string>();
  readonly #refused = new Set<string>();

  /** Those that were not said the last time. */
  news(problems: readonly string[]): readonly string[] {
    const before = this.#problems;
    this.#problems = new Set(problems);
    return problems.filter((problem) => !before.has(problem));
  }

  /** Forgets all bills but those that yagna still shows. */
  keep(bills: readonly ReceivedBill[]): void {
    const keys = new Set(bills.map(keyOf));
    for (const known of [this.#written, this.#refused])
      for (const key of known) if (!keys.has(key)) known.delete(key);
  }

  /** Whether the book has an accepted bill. */
  isWritten(bill: ReceivedBill): boolean {
    return this.#written.has(keyOf(bill));
  }

  wrote(bill: ReceivedBill): void {
    this.#written.add(keyOf(bill));
  }

  /** Whether a bill of an agreement that had ended was found unfair: time makes it no fairer. */
  isRefused(bill: ReceivedBill): boolean {
    return this.#refused.has(keyOf(bill));
  }

  refused(bill: ReceivedBill): void {
    this.#refused.add(keyOf(bill));
  }
}

/**
 * Ends what an earlier process left behind, and answers the bills that it did not. yagna's events are
 * delivered to the session that made an agreement and to no later one, so everything is asked for by list.
 *
 * Agreements that are not `known` are another program's, and left alone; so are those that are `held`.
 * Safe to repeat: of agreements that have ended only the bills are looked at, and each is told to the book once.
 */
export async function reap(
  deps: ReaperDeps,
  known: ReadonlyMap<string, KnownAgreement>,
  held: ReadonlySet<string>,
): Promise<Orphans> {
  const orphans = new Map([...known].filter(([id]) => !held.has(id)));
  if (orphans.size === 0) return { ended: [], bills: 0, problems: [] };
  const problems: string[] = [];
  const open = [...orphans].flatMap(([id, { isEnded }]) => (isEnded ? [] : [id]));
  const ended = open.length === 0 ? [] : await endOrphans(deps, open, problems);
  const bills = await answerOrphans(deps, orphans, problems);
  return { ended, bills, problems: deps.memory.news(problems) };
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
  orphans: ReadonlyMap<string, KnownAgreement>,
  problems: string[],
): Promise<number> {
  const bills = await listBills(deps.yagna, orphans, problems);
  // Only a whole list says what is no longer there.
  if (bills.isWhole) deps.memory.keep([...bills.byAgreement.values()].flat());
  let answered = 0;
  for (const [agreementId, own] of bills.byAgreement) {
    const agreement = orphans.get(agreementId);
    if (agreement === undefined) continue;
    const tell = (problem: string) => problems.push(`${agreementId}: ${problem}`);
    try {
      const owed = due(own, deps.memory);
      // yagna is asked for an agreement's terms only when there is something to judge by them.
      if (owed.length > 0) {
        const account = await accountOf(deps, agreementId, own);
        answered += await answerOwn(deps, owed, account, agreement, tell);
      }
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
  { allocationId, isEnded }: KnownAgreement,
  tell: (problem: string) => void,
): Promise<number> {
  const { memory } = deps;
  let answered = 0;
  for (const bill of bills) {
    const answer = await answerBill(deps, bill, account, allocationId);
    if (isEnded && answer.isByRule && answer.problem === null) memory.refused(bill);
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
function due(bills: readonly ReceivedBill[], memory: ReaperMemory): readonly ReceivedBill[] {
  const open = bills.filter(({ status }) => status === "RECEIVED");
  const invoices = open.filter(({ document }) => document === "invoice");
  const isInvoiced = bills.some(({ document }) => document === "invoice");
  const acceptedUnits = acceptedUnitsOf(bills);
  const notes = open
    .filter((note) => unitsOf(note) > acceptedUnits)
    .sort((a, b) => compareUnits(b, a))
    .slice(0, MAX_NOTES);
  return (isInvoiced ? invoices : notes).filter((bill) => !memory.isRefused(bill));
}

const compareUnits = (a: ReceivedBill, b: ReceivedBill): number => {
  const difference = unitsOf(a) - unitsOf(b);
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
};

/** Tells the book of bills that yagna shows as accepted: a crash may have come before it heard of them. */
async function retell(
  { book, now, memory }: ReaperDeps,
  bills: readonly ReceivedBill[],
  tell: (problem: string) => void,
): Promise<void> {
  for (const bill of bills.filter((one) => isAccepted(one) && !memory.isWritten(one))) {
    const { document, id: documentId, agreementId, amount } = bill;
    const reason = "yagna shows it as accepted";
    const news = { document, documentId, agreementId, amountGlm: amount, reason, at: now() };
    try {
      await book.bill({ ...news, decision: "accepted" });
      memory.wrote(bill);
    } catch (error) {
      tell(`${document} ${documentId}: not written down: ${reasonOf(error)}`);
    }
  }
}
