import { pino } from "pino";
import { expect, it } from "vitest";
import type { VantageRenter } from "@/server/adapters/golem/vantage";
import { bookOf } from "@/server/golem";
import { reapOrphans } from "@/server/services/reap-orphans";
import { aJobId, DE, NOON } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const LEASE_MS = 12_000;
const later = (ms: number) => new Date(NOON.getTime() + ms);

const rental = (agreementId: string) => ({
  agreementId,
  jobId: aJobId(1),
  allocationId: "allocation",
  providerId: `0x${"ab".repeat(20)}`,
  providerName: "linden",
  country: DE,
  asn: null,
  activityId: null,
});

it("leaves alone a machine that has been coming up for minutes, as long as its renter says so", async () => {
  const { rentals, providers, sessions } = house.context;
  await rentals.record(rental("coming-up"), NOON);
  await rentals.record(rental("abandoned"), NOON);
  await bookOf({ rentals, providers, now: () => later(299_000) }).hold(["coming-up"]);
  const asked: Parameters<VantageRenter["reap"]>[] = [];
  await reapOrphans({
    rentals,
    sessions,
    renter: {
      reap: async (...order) => {
        asked.push(order);
        return { ended: [], bills: 0, problems: [] };
      },
    },
    leaseMs: LEASE_MS,
    log: pino({ level: "silent" }),
    now: () => later(300_000),
  });
  const [[known, held] = []] = asked;
  expect([...(known?.keys() ?? [])].sort()).toEqual(["abandoned", "coming-up"]);
  expect(held).toEqual(new Set(["coming-up"]));
});
