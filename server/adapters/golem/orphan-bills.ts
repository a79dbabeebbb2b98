import type { ReceivedBill } from "@/server/adapters/golem/answer-bill";
import { readDebitNote, readInvoice } from "@/server/adapters/golem/bill-clerk";
import { reasonOf, within } from "@/server/adapters/golem/golem-failure";
import { instantOf, type Micros, microsOf } from "@/server/adapters/golem/micros";
import type { KnownAgreement } from "@/server/adapters/golem/vantage";
import type { Yagna } from "@/server/adapters/golem/yagna-events";

/** How long yagna may take for one answer. */
const PATIENCE_MS = 10_000;

/** How many bills are asked for at once; yagna's own default is ten. */
const PAGE = 5_000;

/** After so many pages a list is given up; a flood of bills ends here. */
const MAX_PAGES = 50;

/** Bills carry their provider's time: how far its clock may be behind ours. */
const CLOCKS_MS = 3_600_000;

export type OrphanBills = {
  readonly byAgreement: ReadonlyMap<string, readonly ReceivedBill[]>;
  /** False when yagna did not show all of them. */
  readonly isWhole: boolean;
};

type Page = (after: string) => Promise<readonly unknown[]>;

/** The bills of the agreements in question, each agreement's own, page by page since the oldest of them. */
export async function listBills(
  { payment }: Yagna,
  agreements: ReadonlyMap<string, KnownAgreement>,
  problems: string[],
): Promise<OrphanBills> {
  const byAgreement = new Map<string, ReceivedBill[]>();
  const oldestMs = Math.min(...[...agreements.values()].map(({ since }) => since.getTime()));
  const after = (oldestMs - CLOCKS_MS) * 1_000;
  const collect = async (page: Page, read: (dto: unknown) => ReceivedBill) => {
    const bills = await readAll(page, read, after, problems);
    for (const bill of bills.list)
      if (agreements.has(bill.agreementId))
        byAgreement.set(bill.agreementId, [...(byAgreement.get(bill.agreementId) ?? []), bill]);
    return bills.isWhole;
  };
  try {
    const invoices = await collect((from) => payment.getInvoices(from, PAGE), readInvoice);
    const notes = await collect((from) => payment.getDebitNotes(from, PAGE), readDebitNote);
    return { byAgreement, isWhole: invoices && notes };
  } catch (error) {
    problems.push(`yagna lists no bills: ${reasonOf(error)}`);
    return { byAgreement, isWhole: false };
  }
}

/**
 * Reads on until a page is empty. Each begins a moment before the newest bill of the last one, for several
 * may carry the same time; after a page of known bills only, a moment behind it.
 */
async function readAll(
  page: Page,
  read: (dto: unknown) => ReceivedBill,
  first: Micros,
  problems: string[],
): Promise<{ readonly list: readonly ReceivedBill[]; readonly isWhole: boolean }> {
  const found = new Map<string, ReceivedBill>();
  let isWhole = true;
  let after = first;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const listed = await within(page(instantOf(after)), PATIENCE_MS);
    if (listed.length === 0) return { list: [...found.values()], isWhole };
    const before = found.size;
    for (const dto of listed) {
      const bill = read(dto);
      found.set(bill.id, bill);
    }
    const isNew = found.size > before;
    if (!isNew && listed.length >= PAGE) {
      problems.push(`yagna holds more than ${PAGE} bills of one moment`);
      isWhole = false;
    }
    const newest = newestOf(listed, after);
    after = isNew ? newest - 1 : newest + 1;
  }
  problems.push(`yagna holds more bills than ${MAX_PAGES} pages of ${PAGE}`);
  return { list: [...found.values()], isWhole: false };
}

/** The newest time on a page, whatever order yagna has it in. */
const newestOf = (listed: readonly unknown[], other: Micros): Micros =>
  Math.max(other, ...listed.map(timeOf));

/** When a bill was made; a bill without a readable time is as old as can be. */
function timeOf(dto: unknown): Micros {
  const isTimed = typeof dto === "object" && dto !== null && "timestamp" in dto;
  const micros = isTimed ? microsOf(String(dto.timestamp)) : Number.NaN;
  return Number.isNaN(micros) ? 0 : micros;
}
