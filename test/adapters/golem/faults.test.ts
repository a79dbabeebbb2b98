import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { FaultMoment, ProviderFault } from "@/schemas/simulation";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import type { VantageRenter } from "@/server/adapters/golem/vantage";
import { isBeaconError } from "@/server/domain/errors";
import { jobIdFrom } from "@/server/domain/identity";
import { addAmounts, compareAmounts } from "@/server/domain/job/amount";
import {
  type ABook,
  aBook,
  aNetwork,
  anAllocation,
  anOrder,
  aQuestion,
  aRenter,
  only,
  providerNamed,
} from "./a-renter";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 25_000 });

const MOMENTS = FaultMoment.options;

let network: LoopbackNetwork;
let renter: VantageRenter;
let book: ABook;
let accepts = 0;
/** How many debit notes yagna was asked to show. */
let shown = 0;
beforeAll(async () => {
  network = await aNetwork({
    slowMs: 100,
    debitNoteMs: 500,
    fundsGlm: "1000",
    onExchange: ({ method, path }) => {
      if (method === "POST" && path.endsWith("/accept")) accepts += 1;
      if (method === "GET" && path.includes("/debitNotes/")) shown += 1;
    },
  });
  book = aBook();
  renter = await aRenter(network, { book, echoes: network.echoUrls });
});
afterAll(async () => {
  await renter.close();
  await network.stop();
});

/** One job under one fault, from its allocation to its settlement. */
async function aJobUnder(fault: ProviderFault, moment: FaultMoment, seed: number) {
  const jobId = jobIdFrom(new Uint8Array(16).fill(seed));
  const allocationId = await anAllocation(renter);
  const simulation = { providers: [{ fault, moment, countries: [], share: 1 }], yagna: [] };
  try {
    const order = anOrder("DE", allocationId, { jobId, simulation });
    const vantage = await renter.rent(order);
    for (let asked = 0; asked < 4; asked++) {
      const signal = AbortSignal.timeout(1_500);
      await vantage.modelDoor.request(aQuestion("hello", { signal })).catch(() => undefined);
    }
    const { costGlm } = await vantage.settle(3_000);
    return { allocationId, costGlm, code: null };
  } catch (error) {
    return { allocationId, costGlm: null, code: isBeaconError(error) ? error.code : String(error) };
  }
}

/** What the book says was accepted under an allocation: of each agreement, its highest total. */
function inTheBook(allocationId: string): string {
  const agreements = new Set(
    book.rentals
      .filter((rental) => rental.allocationId === allocationId)
      .map(({ agreementId }) => agreementId),
  );
  const totals = [...agreements].map((agreementId) =>
    book.bills
      .filter((bill) => bill.agreementId === agreementId && bill.decision === "accepted")
      .map(({ amountGlm }) => amountGlm)
      .reduce((most, amount) => (compareAmounts(amount, most) > 0 ? amount : most), "0"),
  );
  return addAmounts(...totals);
}

describe("whatever a provider does wrong, and whenever,", () => {
  it.each(ProviderFault.options)(
    "%s: what was settled is what the allocation paid",
    async (fault) => {
      const seeds = MOMENTS.map((_, i) => 10 * (ProviderFault.options.indexOf(fault) + 1) + i);
      const jobs = await Promise.all(
        MOMENTS.map((moment, i) => aJobUnder(fault, moment, seeds[i] ?? 0)),
      );
      for (const { allocationId, costGlm, code } of jobs) {
        expect(code === null || /^GOLEM_/.test(code), String(code)).toBe(true);
        const spent = async () => (await renter.allocation(allocationId))?.spent;
        if (code === null) expect(await spent()).toBe(costGlm ?? "0");
        // A provider that brought up no machine may still be paid for its start, and the book knows it.
        await expect.poll(async () => (await spent()) === inTheBook(allocationId)).toBe(true);
      }
    },
  );
});

it("a flood of debit notes is answered a few times and written down a few times", async () => {
  const id = providerNamed(network, "isar-node-7");
  const before = { accepts, shown, bills: book.bills.length };
  network.fault(id, "floods");
  const vantage = await renter.rent(
    anOrder("DE", await anAllocation(renter), { standing: only(network, "isar-node-7") }),
  );
  await expect.poll(() => shown - before.shown, { timeout: 8_000 }).toBeGreaterThan(150);
  const { problem } = await vantage.settle(8_000);
  network.fault(id);
  expect(problem).toBeNull();
  expect(accepts - before.accepts).toBeLessThan(40);
  expect(book.bills.length - before.bills).toBeLessThan(40);
  expect(book.bills.filter(({ reason }) => reason.includes("too many"))).not.toHaveLength(0);
});

it("a service is reached through the exit, and nothing that the order does not name", async () => {
  const { origin } = network.vendor;
  const vantage = await renter.rent(
    anOrder("DE", await anAllocation(renter), { origins: [origin] }),
  );
  const answer = await vantage
    .exitDoor(origin)
    .request(aQuestion("hello", { headers: { authorization: "Bearer key" } }));
  expect(answer.status).toBe(200);
  expect(network.vendor.requests().at(-1)?.country).toBe("DE");
  expect(() => vantage.exitDoor("https://elsewhere.example")).toThrow("does not open");
  await vantage.settle(8_000);
});

it("what is run in a machine is what its manifest names, and one that fails costs its provider the rental", async () => {
  const scripts: string[] = [];
  const manifests: string[] = [];
  const own = await aNetwork({
    onExchange: ({ method, path, request }) => {
      const body = request as { text?: string; properties?: Record<string, unknown> } | null;
      if (method === "POST" && path.endsWith("/exec")) scripts.push(body?.text ?? "");
      if (method === "POST" && path.endsWith("/demands"))
        manifests.push(String(body?.properties?.["golem.srv.comp.payload"]));
    },
  });
  const command = { entryPoint: "/golem/bin/exit-door", args: ["-background", "-allow", "a:443"] };
  const told = aBook();
  const starting = await aRenter(own, {
    book: told,
    echoes: own.echoUrls,
    start: () => [command],
  });
  const order = anOrder("DE", await anAllocation(starting), {
    standing: only(own, "elbe-compute"),
  });
  // The loopback network's machines run no commands, and say so.
  await expect(starting.rent(order)).rejects.toMatchObject({ code: "GOLEM_ACTIVITY_FAILED" });
  const [run] = JSON.parse(scripts.at(-1) ?? "[]");
  expect(run.run).toMatchObject({ entry_point: command.entryPoint, args: command.args });
  const { compManifest } = JSON.parse(Buffer.from(manifests[0] ?? "", "base64").toString());
  expect(compManifest.script).toEqual({
    commands: ["run /golem/bin/exit-door -background -allow a:443"],
    match: "strict",
  });
  expect(told.ended).toHaveLength(1);
  await starting.close();
  await own.stop();
});
