import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { CountryCode } from "@/schemas/country";
import { Amount } from "@/schemas/primitives";
import { examine } from "@/server/adapters/golem/doctor";
import { type RentalReport, tryRental } from "@/server/adapters/golem/doctor-rental";
import type { DoctorSubject } from "@/server/adapters/golem/doctor-subject";
import type { Vantage } from "@/server/adapters/golem/vantage";
import { addAmounts, compareAmounts } from "@/server/domain/job/amount";

/** What is asked once through each provider's exit. */
export type LiveQuestion = {
  /** The service that must be let out. */
  readonly origin: string;
  /** Asks it. @returns what came back, for the reader of the report; throws when it is no answer. */
  ask(vantage: Vantage, signal: AbortSignal): Promise<string>;
};

export type LiveSubject = {
  readonly subject: DoctorSubject;
  readonly question: LiveQuestion;
  /** What each rental may cost at most. */
  readonly budgetGlm: Amount;
  readonly scanMs: number;
  /** Told what came of each rental, in one line. */
  readonly say: (line: string) => void;
};

const QUESTION_MS = 120_000;
const { signal: never } = new AbortController();

/**
 * What must hold on a network that rents: the doctor is content; in each country a provider is rented,
 * its exit is seen where it should be, one question is answered through it, its bills add up, and nothing
 * stays reserved. Costs what the rentals cost.
 */
export function liveSuite(
  countries: readonly CountryCode[],
  open: () => Promise<LiveSubject>,
  timeoutMs: number,
): void {
  let live: LiveSubject;
  let before: readonly string[];
  beforeAll(async () => {
    live = await open();
    before = await reservedOn(live.subject);
  }, timeoutMs);

  it(
    "the doctor finds nothing missing",
    async () => {
      const options = { scanMs: live.scanMs, isDownloading: false, rent: null, signal: never };
      const { findings } = await examine(live.subject, options, () => {});
      expect(findings.filter(({ state }) => state === "missing" || state === "unchecked")).toEqual(
        [],
      );
    },
    timeoutMs,
  );

  describe.each(countries)("in %s", (country) => {
    let report: RentalReport | null = null;
    let answer: string | null = null;

    it(
      "a provider is rented, and answers one question through its exit",
      async () => {
        const { subject, question, budgetGlm } = live;
        const rental = await tryRental(subject, {
          country,
          budgetGlm,
          origins: [question.origin],
          use: async (vantage) => {
            answer = await subject.withDeadline(QUESTION_MS, [vantage.lost], (signal) =>
              question.ask(vantage, signal),
            );
          },
          signal: never,
        });
        report = rental.report;
        expect(rental.findings.filter(({ state }) => state === "missing")).toEqual([]);
        expect(answer).not.toBeNull();
        live.say(summaryOf(country, report, answer));
      },
      timeoutMs,
    );

    it("its exit was seen there, before the question and after it", () => {
      const { document } = rented(report);
      expect(["verified", "observed-only"]).toContain(document?.verdict);
      const rounds = new Set(document?.looks.map(({ when }) => when));
      expect([...rounds]).toEqual(["before", "after"]);
    });

    it("its bills add up to what was paid, within what was set aside", () => {
      const { settlement, bills, agreements } = rented(report);
      const paid = Amount.parse(settlement?.costGlm);
      const last = agreements.at(-1)?.agreementId;
      const invoices = bills.filter(
        ({ agreementId, document, decision }) =>
          agreementId === last && document === "invoice" && decision === "accepted",
      );
      const billed = addAmounts(...invoices.map(({ amountGlm }) => Amount.parse(amountGlm)));
      expect(compareAmounts(billed, paid)).toBe(0);
      expect(compareAmounts(paid, live.budgetGlm)).toBeLessThanOrEqual(0);
    });

    it("its agreements are over", async () => {
      const { agreements } = rented(report);
      expect(agreements.length).toBeGreaterThan(0);
      const open = await agreementsOn(live.subject);
      for (const { agreementId } of agreements) expect(open).not.toContain(agreementId);
    });
  });

  it("nothing is left reserved that was not reserved before", async () => {
    const after = await reservedOn(live.subject);
    expect(after.filter((id) => !before.includes(id))).toEqual([]);
  });
}

function rented(report: RentalReport | null): RentalReport {
  if (report === null) throw new Error("nobody was rented");
  return report;
}

const summaryOf = (country: CountryCode, report: RentalReport | null, answer: string | null) =>
  [
    `${country}: ${report?.document?.provider.name} (${report?.document?.verdict})`,
    `exit ${report?.document?.looks.map(({ address }) => address).join(", ")}`,
    `answered ${JSON.stringify(answer?.slice(0, 200))}`,
    `cost ${report?.settlement?.costGlm} GLM`,
  ].join("; ");

async function ask({ yagna }: DoctorSubject, path: string): Promise<unknown> {
  const answer = await fetch(`${yagna.url}${path}`, {
    headers: { authorization: `Bearer ${yagna.appKey}` },
    signal: AbortSignal.timeout(10_000),
  });
  expect(answer.status, path).toBe(200);
  return answer.json();
}

/** Allocations that hold something. */
const reservedOn = async (subject: DoctorSubject): Promise<readonly string[]> =>
  z
    .array(z.object({ allocationId: z.string() }))
    .parse(await ask(subject, "/payment-api/v1/allocations"))
    .map(({ allocationId }) => allocationId);

const agreementsOn = async (subject: DoctorSubject): Promise<readonly string[]> =>
  z
    .array(z.object({ id: z.string() }))
    .parse(await ask(subject, "/market-api/v1/agreements?state=Approved"))
    .map(({ id }) => id);
