import type { CountryCode } from "@/schemas/country";
import type { VantageDocument } from "@/schemas/evidence";
import type { Amount } from "@/schemas/primitives";
import type { DoctorSubject } from "@/server/adapters/golem/doctor-subject";
import { golemFailure, reasonOf } from "@/server/adapters/golem/golem-failure";
import { createGolemRenter } from "@/server/adapters/golem/golem-renter";
import type {
  BillNews,
  ProviderNews,
  RentalNews,
  RenterBook,
  Settlement,
  Vantage,
  VantageRenter,
} from "@/server/adapters/golem/vantage";
import { type Finding, fine, lacking, skipped, weak } from "@/server/domain/golem/doctor-finding";
import { jobIdFrom, sessionIdFrom } from "@/server/domain/identity";
import { geoGapsOf } from "@/server/domain/vantage/judge-geo";
import { vantageDocumentOf } from "@/server/domain/vantage/vantage-document";

/** How long the agreement holds: a machine may take ten minutes to come up, and the bill is for what was used. */
const RENT_MS = 20 * 60_000;

/** How long the trial's allocation lasts beyond all waits, should nobody be there to release it. */
const ALLOCATION_MARGIN_MS = 15 * 60_000;

export type RentalOrder = {
  readonly country: CountryCode;
  /** What is set aside for it: it cannot cost more. */
  readonly budgetGlm: Amount;
  /** Services on the internet to be opened besides the echo services. */
  readonly origins: readonly string[];
  /** Called between the two rounds of probes. */
  readonly use?: (vantage: Vantage) => Promise<void>;
  readonly signal: AbortSignal;
};

/** What one trial rental showed. */
export type RentalReport = {
  readonly country: CountryCode;
  /** Everything that was seen of where the exit is; null: nobody was rented. */
  readonly document: VantageDocument | null;
  readonly settlement: Settlement | null;
  readonly agreements: readonly RentalNews[];
  readonly bills: readonly BillNews[];
  /** What was heard of providers on the way: rejections and their reasons above all. */
  readonly contacts: readonly ProviderNews[];
  /** Whether the trial's allocation was given back; null: none was made. */
  readonly isReleased: boolean | null;
};

type Diary = { rentals: RentalNews[]; bills: BillNews[]; contacts: ProviderNews[] };

/**
 * Rents one provider as a job would, looks through its exit, settles, and gives the rest of the money
 * back. What it learns is kept nowhere but in the report: were the process to die in the middle, the
 * agreement would end at its end and the allocation at its own.
 */
export async function tryRental(
  subject: DoctorSubject,
  order: RentalOrder,
): Promise<{ readonly findings: readonly Finding[]; readonly report: RentalReport | null }> {
  if (subject.rental === null)
    return { findings: [skipped("rental", "the configuration is not complete")], report: null };
  const { renting, timeoutMs, settleMs } = subject.rental;
  const diary: Diary = { rentals: [], bills: [], contacts: [] };
  const gone = new AbortController();
  let renter: VantageRenter;
  try {
    renter = await createGolemRenter({
      ...renting,
      book: bookOf(diary),
      onUnavailable: (reason) => gone.abort(new Error(reason)),
    });
  } catch (error) {
    return { findings: [failed(error, order, diary)], report: null };
  }
  try {
    return await rentWith(renter, subject, { timeoutMs, settleMs }, order, diary, gone.signal);
  } finally {
    await renter.close();
  }
}

function bookOf({ rentals, bills, contacts }: Diary): RenterBook {
  const keep =
    <News>(list: News[]) =>
    async (news: News) => {
      list.push(news);
    };
  return {
    rental: keep(rentals),
    rentalEnded: async () => {},
    hold: async () => {},
    bill: keep(bills),
    provider: keep(contacts),
  };
}

async function rentWith(
  renter: VantageRenter,
  subject: DoctorSubject,
  { timeoutMs, settleMs }: { readonly timeoutMs: number; readonly settleMs: number },
  order: RentalOrder,
  diary: Diary,
  gone: AbortSignal,
) {
  const { now } = subject;
  const findings: Finding[] = [];
  let seen: Trial | null = null;
  let isReleased: boolean | null = null;
  try {
    const endsAt = new Date(now().getTime() + timeoutMs + RENT_MS + ALLOCATION_MARGIN_MS);
    const { id } = await renter.createAllocation(order.budgetGlm, endsAt);
    isReleased = false;
    try {
      seen = await subject.withDeadline(timeoutMs, [order.signal, gone], (signal) =>
        trial(renter, subject, { ...order, signal, settleMs }, id),
      );
    } finally {
      await renter.releaseAllocation(id);
      isReleased = (await renter.allocation(id)) === null;
    }
    findings.push(...judge(seen, order, isReleased));
  } catch (error) {
    findings.push(failed(error, order, diary));
  }
  const report: RentalReport = {
    country: order.country,
    document: seen?.document ?? null,
    settlement: seen?.settlement ?? null,
    // Each is told again once its activity is known.
    agreements: [...new Map(diary.rentals.map((news) => [news.agreementId, news])).values()],
    bills: diary.bills,
    contacts: diary.contacts,
    isReleased,
  };
  return { findings, report };
}

type Trial = { readonly document: VantageDocument; readonly settlement: Settlement };

async function trial(
  renter: VantageRenter,
  { lookAtExit, random16 }: DoctorSubject,
  { country, origins, signal, use, settleMs }: RentalOrder & { readonly settleMs: number },
  allocationId: string,
): Promise<Trial> {
  const job = jobIdFrom(random16());
  const vantage = await renter.rent({
    jobId: job,
    country,
    allocationId,
    rentMs: RENT_MS,
    needsModel: false,
    origins,
    image: null,
    signal,
    standing: {
      denied: new Map(),
      allowed: new Set(),
      verified: new Set(),
      usedAsns: new Set(),
    },
    simulation: null,
  });
  try {
    const before = await lookAtExit(vantage, { looks: [], failed: [] }, "before");
    await use?.(vantage);
    const taken = signal.aborted ? before : await lookAtExit(vantage, before, "after");
    const session = sessionIdFrom(random16());
    const document = vantageDocumentOf({ job, session, vantage, ...taken });
    return { document, settlement: await vantage.settle(settleMs) };
  } finally {
    // Once settled, this does nothing.
    await vantage.settle(settleMs);
  }
}

function judge(
  { document, settlement }: Trial,
  { country }: RentalOrder,
  isReleased: boolean,
): readonly Finding[] {
  const { costGlm, problem } = settlement;
  const paid =
    costGlm === null
      ? lacking("rental", "GOLEM_SETTLEMENT_FAILED", `No bill was accepted: ${problem ?? ""}.`)
      : problem === null
        ? fine("rental", `Settled for ${costGlm} GLM.`)
        : weak("rental", "GOLEM_SETTLEMENT_FAILED", `Settled for ${costGlm} GLM, but: ${problem}.`);
  const released = isReleased
    ? fine("rental", "Nothing of the trial is left reserved.")
    : lacking("rental", "ALLOCATION_KEPT", "yagna did not give the trial's allocation back.");
  return [whereabouts(document, country), paid, released];
}

function whereabouts(document: VantageDocument, country: CountryCode): Finding {
  const { verdict, provider, looks } = document;
  const seen = [...new Set(looks.map(({ address }) => address))].join(", ") || "nowhere";
  const rented = `${provider.name} (${provider.id}) was rented in ${country}; its exit was seen at ${seen}`;
  if (verdict === "verified") return fine("rental", `${rented}: verified.`);
  if (verdict === "mismatch")
    return lacking("rental", "GOLEM_COUNTRY_MISMATCH", `${rented}, which is another country.`);
  const gaps = geoGapsOf(document).join(", ") || "no echo service answered through it";
  const code = "EXIT_NOT_VERIFIED";
  return verdict === "unverifiable"
    ? lacking("rental", code, `${rented}: unverifiable (${gaps}).`)
    : weak("rental", code, `${rented}: ${verdict} (${gaps}).`);
}

function failed(error: unknown, { country, signal }: RentalOrder, { contacts }: Diary): Finding {
  if (signal.aborted)
    return lacking("rental", "GOLEM_UNAVAILABLE", "The trial was stopped before its end.");
  const { code, message } = golemFailure("GOLEM_UNAVAILABLE", "the trial failed", error);
  const last = contacts.findLast(({ event }) => event !== "rented");
  const said = last === undefined ? "" : ` ${last.providerName} last: ${reasonOf(last.detail)}`;
  return lacking("rental", code, `Nobody was rented in ${country}: ${message}.${said}`);
}
