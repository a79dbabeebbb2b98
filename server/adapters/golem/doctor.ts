import { lookAtDatabases } from "@/server/adapters/golem/doctor-databases";
import { lookAtImages } from "@/server/adapters/golem/doctor-image";
import { lookAtOffers, type OfferCensus } from "@/server/adapters/golem/doctor-offers";
import { lookAtPayment } from "@/server/adapters/golem/doctor-payment";
import { lookAtEchoes, lookAtRelay } from "@/server/adapters/golem/doctor-reach";
import {
  type RentalOrder,
  type RentalReport,
  tryRental,
} from "@/server/adapters/golem/doctor-rental";
import type { DoctorSubject } from "@/server/adapters/golem/doctor-subject";
import { lookAtYagna } from "@/server/adapters/golem/doctor-yagna";
import { type Finding, skipped } from "@/server/domain/golem/doctor-finding";

export type ExamineOptions = {
  /** How long the market is watched. */
  readonly scanMs: number;
  /** Whether images of any size are downloaded, to check their hashes. */
  readonly isDownloading: boolean;
  /** A provider to rent, which costs money; null: none. */
  readonly rent: RentalOrder | null;
  readonly signal: AbortSignal;
};

/** What was found, in order. */
export type Examination = {
  readonly findings: readonly Finding[];
  /** Null: the market was not looked at. */
  readonly census: OfferCensus | null;
  /** Null: nobody was asked for, or renting did not begin. */
  readonly rental: RentalReport | null;
};

/**
 * Looks step by step whether a job could rent on this network, with the same parts as a job does. Never
 * throws for what it finds; what needs something that is missing is not checked, and says so.
 *
 * @param tell called with each finding as it comes.
 */
export async function examine(
  subject: DoctorSubject,
  { scanMs, isDownloading, rent, signal }: ExamineOptions,
  tell: (finding: Finding) => void,
): Promise<Examination> {
  const findings: Finding[] = [];
  const note = (...news: readonly Finding[]) => {
    for (const finding of news) tell(finding);
    findings.push(...news);
  };
  const { findings: ofYagna, isAnswering, identity } = await lookAtYagna(subject);
  note(...ofYagna);
  const why = isAnswering ? "yagna takes no key" : "yagna does not answer";
  note(
    ...(identity === null
      ? [skipped("payment", why), skipped("funds", why)]
      : await lookAtPayment(subject, identity)),
  );
  note(await lookAtRelay(subject, identity));
  note(...(await lookAtEchoes(subject)));
  note(...(await lookAtImages(subject, isDownloading)));
  const databases = lookAtDatabases(subject);
  note(...databases);
  const cannot = databases.some(({ state }) => state === "missing")
    ? "an address database cannot be read"
    : identity === null
      ? why
      : null;
  const offers =
    cannot !== null
      ? { finding: skipped("offers", cannot), census: null }
      : await lookAtOffers(subject, scanMs, signal);
  note(offers.finding);
  if (rent === null) return { findings, census: offers.census, rental: null };
  if (cannot !== null) {
    note(skipped("rental", cannot));
    return { findings, census: offers.census, rental: null };
  }
  const { findings: ofRental, report } = await tryRental(subject, rent);
  note(...ofRental);
  return { findings, census: offers.census, rental: report };
}
