import { afterEach, describe, expect, it, vi } from "vitest";
import type { ExitLook, VantageDocument } from "@/schemas/evidence";
import { withDeadline } from "@/server/adapters/clock/deadline";
import type { ProviderContact } from "@/server/adapters/db/provider-store";
import type { LedgerLine } from "@/server/adapters/db/rental-store";
import type { SessionRow } from "@/server/adapters/db/session-store";
import type { RentOrder, VantageRenter } from "@/server/adapters/golem/vantage";
import { BeaconError } from "@/server/domain/errors";
import { type RentVantageDeps, rentVantage } from "@/server/services/rent-vantage";
import {
  aJob,
  aSessionId,
  aSessionRow,
  aVantage,
  DE,
  KE,
  NOON,
  someGeo,
} from "@/test/support/builders";
import { memoryContent } from "@/test/support/fakes";

afterEach(() => vi.useRealTimers());
const never = new AbortController().signal;

/** A look that says `country`, by two databases. */
const aLook = (country = DE, when: ExitLook["when"] = "before", echo = "one"): ExitLook => ({
  at: someGeo().claims[0]?.at ?? ("" as ExitLook["at"]),
  when,
  echo: `https://echo-${echo}/`,
  address: "127.0.49.1",
  round_trip_ms: 3,
  answer_sha256: "0".repeat(64),
  peer: { address: null, tls: { protocol: "TLSv1.3", certificate_sha256: "0".repeat(64) } },
  opinions: [
    { database: "a", built: null, country },
    { database: "b", built: null, country },
  ],
  network: { asn: 64_500, name: "Linden Net", kind: null },
});

function aRental(over: Partial<RentVantageDeps> = {}) {
  let job = aJob();
  const vantage = aVantage();
  const orders: RentOrder[] = [];
  const allocations = new Map<string, string>();
  const amended: [string, string][] = [];
  const released: string[] = [];
  const sessions: SessionRow[] = [];
  const ledger: LedgerLine[] = [];
  const contacts: ProviderContact[] = [];
  const geos: { document: VantageDocument; isFinal: boolean }[] = [];
  const renter: VantageRenter = {
    simulated: true,
    async createAllocation(amountGlm) {
      const id = `allocation-${allocations.size + 1}`;
      allocations.set(id, amountGlm);
      return { id, total: amountGlm, spent: "0", remaining: amountGlm };
    },
    allocation: async (id) => {
      const total = allocations.get(id);
      return total === undefined ? null : { id, total, spent: "0", remaining: total };
    },
    async amendAllocation(id, amountGlm) {
      amended.push([id, amountGlm]);
      return { id, total: amountGlm, spent: "0", remaining: amountGlm };
    },
    releaseAllocation: async (id) => void released.push(id),
    async rent(order) {
      orders.push(order);
      return vantage;
    },
    reap: async () => ({ ended: [], bills: 0, problems: [] }),
    close: async () => {},
  };
  const deps: { -readonly [K in keyof RentVantageDeps]: RentVantageDeps[K] } = {
    jobs: {
      byId: async () => job,
      async replaceAllocation(_, from, to) {
        if (job.allocationId !== from) return false;
        job = { ...job, allocationId: to };
        return true;
      },
    },
    sessions: {
      opened: async () => true,
      recordGeo: async (_, document, finalAt) =>
        void geos.push({ document, isFinal: finalAt !== null }),
      ofJob: async () => sessions,
    },
    rentals: { ledgerOf: async () => ledger },
    providers: {
      record: async (contact) => void contacts.push(contact),
      contacts: async () => contacts,
      rules: async () => [],
    },
    content: memoryContent(),
    renter,
    lookAtExit: async (_, { looks, failed }, when) => ({
      looks: [...looks, aLook(DE, when, "one"), aLook(DE, when, "two")],
      failed,
    }),
    rentTimeoutMs: 60_000,
    settleTimeoutMs: 10_000,
    backOffMs: 1_000,
    withDeadline,
    now: () => NOON,
    ...over,
  };
  return {
    deps,
    vantage,
    orders,
    allocations,
    amended,
    released,
    sessions,
    ledger,
    contacts,
    geos,
    rent: () => rentVantage(deps, job, { id: aSessionId(), country: DE }, [never]),
    change: (fields: Partial<typeof job>) => {
      job = { ...job, ...fields };
    },
  };
}

const lost = (provider: string | null, over: Partial<SessionRow> = {}) =>
  aSessionRow({ status: "LOST", endedAt: NOON, providerId: provider, ...over });

const paid = (acceptedGlm: string, allocationId: string): LedgerLine => ({
  agreementId: "agreement",
  allocationId,
  providerId: "0xa",
  providerName: "linden",
  country: DE,
  acceptedGlm,
  isInvoiced: true,
  refused: [],
  endedAt: NOON,
  endReason: null,
});

describe("a rental that does not end when it is told to", () => {
  it("is given up, so that another session may have the slot", async () => {
    vi.useFakeTimers();
    const rental = aRental();
    rental.deps.renter = { ...rental.deps.renter, rent: () => new Promise<never>(() => {}) };
    const renting = expect(rental.rent()).rejects.toMatchObject({ code: "GOLEM_UNAVAILABLE" });
    await vi.advanceTimersByTimeAsync(70_000);
    await renting;
  });
});

describe("a rented provider", () => {
  it("is looked at before the first task and after the last, and its evidence is kept both times", async () => {
    const rental = aRental();
    const rented = await rental.rent();
    expect(rented.from.provider).toMatchObject({ id: rental.vantage.provider.id, geo: "verified" });
    await rented.lookAgain();
    expect(rental.geos.map(({ document, isFinal }) => [document.looks.length, isFinal])).toEqual([
      [2, false],
      [4, false],
      [4, true],
    ]);
    expect(await rented.close()).toEqual({ status: "SETTLED", costGlm: "0.01", reason: null });
    expect(rental.contacts.map(({ event }) => event)).toEqual(["verified", "settled"]);
  });

  it("that keeps the last look from coming back is not verified any more, and the try is kept", async () => {
    const rental = aRental();
    const { lookAtExit } = rental.deps;
    const failure = { at: aLook().at, when: "after" as const, echo: "https://echo-one/" };
    rental.deps.lookAtExit = async (vantage, taken, when) =>
      when === "before"
        ? lookAtExit(vantage, taken, when)
        : { looks: taken.looks, failed: [{ ...failure, code: "EXIT_REFUSED" }] };
    const rented = await rental.rent();
    expect(rented.from.provider).toMatchObject({ geo: "verified" });
    await rented.lookAgain();
    const final = rental.geos.at(-1);
    expect(final).toMatchObject({ isFinal: true, document: { verdict: "observed-only" } });
    expect(final?.document.failed_looks).toEqual([{ ...failure, code: "EXIT_REFUSED" }]);
    expect(final?.document.looks).toHaveLength(2);
  });

  it("is given as long for its invoice as the network needs", async () => {
    const rental = aRental({ settleTimeoutMs: 60_000 });
    await (await rental.rent()).close();
    expect(rental.vantage.settlements).toEqual([60_000]);
  });

  it("that has sent no invoice yet was not lost, and nothing is said of it", async () => {
    const rental = aRental();
    const problem = "no invoice within 10000 ms";
    rental.deps.renter = {
      ...rental.deps.renter,
      rent: async () => ({
        ...rental.vantage,
        settle: async () => ({ costGlm: null, problem, isInvoiceMissing: true }),
      }),
    };
    const rented = await rental.rent();
    expect(await rented.close()).toEqual({ status: "SETTLED", costGlm: null, reason: problem });
    expect(rental.contacts).toEqual([]);
  });

  it("is not blamed when its allocation pays no more", async () => {
    const rental = aRental();
    const reason = new BeaconError("GOLEM_BUDGET_SPENT", "its allocation is used up");
    rental.deps.renter = {
      ...rental.deps.renter,
      rent: async () => ({ ...rental.vantage, lost: AbortSignal.abort(reason) }),
    };
    const rented = await rental.rent();
    expect(await rented.close()).toMatchObject({ status: "LOST", reason: reason.message });
    expect(rental.contacts).toEqual([]);
  });

  it("whose exit is in another country is asked nothing, settled, and remembered for it", async () => {
    const rental = aRental({
      lookAtExit: async () => ({
        looks: [aLook(KE, "before"), aLook(KE, "before", "two")],
        failed: [],
      }),
    });
    const rented = await rental.rent();
    expect(rented.refusal).toMatchObject({ code: "GOLEM_COUNTRY_MISMATCH" });
    expect(await rented.close()).toMatchObject({ costGlm: "0.01" });
    expect(rental.geos.at(-1)).toMatchObject({ isFinal: true, document: { verdict: "mismatch" } });
    expect(rental.vantage.settlements).toHaveLength(1);
    expect(rental.contacts.map(({ event }) => event)).toEqual(["mismatch"]);
  });
});

describe("whom a session avoids", () => {
  it.each<[string, SessionRow[], string[]]>([
    ["nobody at first", [], []],
    ["the provider that the last one was lost with", [lost("0xa")], ["0xa"]],
    [
      "all since one settled",
      [lost("0xa"), aSessionRow({ status: "SETTLED", endedAt: NOON }), lost("0xb"), lost("0xc")],
      ["0xb", "0xc"],
    ],
    [
      "nobody once all were avoided and nobody was left",
      [lost("0xa"), lost("0xb"), lost(null)],
      [],
    ],
    ["nobody for a loss in another country", [lost("0xa", { country: KE })], []],
    ["also while a sister session goes on", [lost("0xa"), aSessionRow({ slot: 1 })], ["0xa"]],
  ])("%s", async (_, sessions, avoided) => {
    const rental = aRental();
    rental.sessions.push(...sessions);
    await rental.rent();
    expect([...(rental.orders[0]?.standing.denied.keys() ?? [])]).toEqual(avoided);
  });

  it("the autonomous systems that the job has used there come last", async () => {
    const rental = aRental();
    const settled = { status: "SETTLED" as const, endedAt: NOON };
    rental.sessions.push(aSessionRow({ ...settled, geo: someGeo({ looks: [aLook()] }) }));
    await rental.rent();
    expect([...(rental.orders[0]?.standing.usedAsns ?? [])]).toEqual([64_500]);
  });
});

describe("a job's allocation", () => {
  it("is used by every session, and made again when the network lost it", async () => {
    const rental = aRental();
    await rental.rent();
    await rental.rent();
    expect([...rental.allocations]).toEqual([["allocation-1", "0.5"]]);
    rental.change({ allocationId: "allocation-of-yesterday" });
    await rental.rent();
    expect(rental.orders.at(-1)?.allocationId).toBe("allocation-2");
  });

  it("is never made over more than what the budget still has", async () => {
    const rental = aRental();
    rental.ledger.push(paid("0.3", "allocation-of-yesterday"), paid("0.15", "another"));
    await rental.rent();
    expect([...rental.allocations]).toEqual([["allocation-1", "0.05"]]);
  });

  it("is topped up to what the budget has, when it holds less", async () => {
    const rental = aRental();
    rental.allocations.set("allocation-of-today", "0.2");
    rental.change({ allocationId: "allocation-of-today" });
    rental.ledger.push(paid("0.1", "allocation-of-yesterday"), paid("0.05", "allocation-of-today"));
    await rental.rent();
    expect(rental.amended).toEqual([["allocation-of-today", "0.4"]]);
  });

  it("is not made when the budget is spent", async () => {
    const rental = aRental();
    rental.ledger.push(paid("0.7", "allocation-of-yesterday"));
    await expect(rental.rent()).rejects.toMatchObject({ code: "GOLEM_BUDGET_SPENT" });
    expect(rental.allocations.size).toBe(0);
  });

  it("that a sister session made first is used, and one's own is given back", async () => {
    const rental = aRental();
    const { replaceAllocation } = rental.deps.jobs;
    let isFirst = true;
    rental.deps.jobs = {
      ...rental.deps.jobs,
      replaceAllocation: async (id, from, to) => {
        if (isFirst) {
          isFirst = false;
          await rental.deps.renter.createAllocation("0.5", NOON);
          await replaceAllocation(id, from, "allocation-2");
        }
        return replaceAllocation(id, from, to);
      },
    };
    await rental.rent();
    expect(rental.released).toEqual(["allocation-1"]);
    expect(rental.orders[0]?.allocationId).toBe("allocation-2");
  });
});
