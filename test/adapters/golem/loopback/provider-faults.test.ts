import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FaultMoment, ProviderFault } from "@/schemas/simulation";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import { jobIdFrom } from "@/server/domain/identity";
import {
  aLoopbackNetwork,
  aManifest,
  aRestRental,
  ask,
  askVendor,
  connectExit,
  type Heard,
  idOf,
  negotiate,
  type RestRental,
  rest,
  sign,
  simulationProperty,
  startTls,
} from "./a-rest-rental";

const MODEL = 8081;
const EXIT = 8080;
const NAME = "elbe-compute";

let network: LoopbackNetwork;
let id: string;
beforeAll(async () => {
  network = await aLoopbackNetwork({ slowMs: 400 });
  id = idOf(network, NAME);
});
afterAll(() => network.stop());
beforeEach(() => network.fault(id));

let jobs = 0;
function aJob(): string {
  jobs += 1;
  return jobIdFrom(new Uint8Array(16).fill(jobs));
}

/** What a demand needs for a job with one fault of the provider, and for its exit. */
const scripted = (fault: ProviderFault, moment: FaultMoment, job = aJob()) => ({
  "golem.srv.comp.payload": aManifest([network.vendor.origin]),
  ...simulationProperty(job, {
    providers: [{ fault, moment, countries: [], share: 1 }],
  }),
});

const well = () => ({ "golem.srv.comp.payload": aManifest([network.vendor.origin]) });

/** One question through one of the doors, each over a connection of its own. */
async function askThrough(rental: RestRental, door: "model" | "exit"): Promise<Heard | number> {
  if (door === "model") return ask(await rental.connect(MODEL));
  const target = new URL(network.vendor.origin).host;
  const exit = await connectExit(await rental.connect(EXIT), target);
  return typeof exit === "number" ? exit : askVendor(await startTls(network, exit));
}

const whole = { status: 200, end: "whole" };

/** How often a question must have been answered before something scripted for the middle begins. */
async function answerThree(rental: RestRental, door: "model" | "exit"): Promise<void> {
  for (let question = 0; question < 3; question += 1)
    expect(await askThrough(rental, door)).toMatchObject(whole);
}

const bills = async (kind: "invoices" | "debitNotes", { agreementId }: RestRental) => {
  const { body } = await rest(network, "GET", `/payment-api/v1/${kind}?maxItems=1000`);
  return (body as { agreementId: string; amount?: string }[]).filter(
    (bill) => bill.agreementId === agreementId,
  );
};

describe("from the start of a job, a provider", () => {
  it("rejects", async () => {
    expect(await negotiate(network, id, scripted("rejects", "at-start"))).toMatchObject({
      rejection: expect.stringContaining("No capacity"),
    });
  });

  it("never approves", async () => {
    const talk = await negotiate(network, id, scripted("agreement-timeout", "at-start"));
    if (talk === null || !("draft" in talk)) throw new Error("no draft");
    expect((await sign(network, talk.draft)).status).toBe(408);
  });

  it("cannot deploy, or cannot start", async () => {
    const deploy = await aRestRental(network, id, scripted("deploy-failure", "at-start"));
    expect(deploy.results).toEqual(["Error"]);
    const start = await aRestRental(network, id, scripted("exec-failure", "at-start"));
    expect(start.results).toEqual(["Ok", "Error"]);
  });

  it("has vanished when it is spoken to", async () => {
    expect(await negotiate(network, id, scripted("vanishes", "at-start"))).toBeNull();
  });

  it.each(["model", "exit"] as const)("is slow at the %s door", async (door) => {
    const rental = await aRestRental(network, id, scripted("slow", "at-start"));
    const startedAt = performance.now();
    expect(await askThrough(rental, door)).toMatchObject(whole);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(390);
  });

  it("corrupts what comes through either door", async () => {
    const rental = await aRestRental(network, id, scripted("corrupts", "at-start"));
    const told = await askThrough(rental, "model");
    expect(told).not.toMatchObject({ ...whole, body: expect.not.stringContaining("\uFFFD") });
    await expect(askThrough(rental, "exit")).rejects.toThrow();
  });

  it.each(["model", "exit"] as const)("truncates answers at the %s door", async (door) => {
    const rental = await aRestRental(network, id, scripted("truncates", "at-start"));
    expect(await askThrough(rental, door)).toMatchObject({ end: "broken" });
  });

  it("floods both doors, the market and the desk where bills come in", async () => {
    const rental = await aRestRental(network, id, scripted("floods", "at-start"));
    expect(await askThrough(rental, "model")).toMatchObject({ end: "too much" });
    await expect(askThrough(rental, "exit")).rejects.toMatchObject({
      code: "HPE_HEADER_OVERFLOW",
    });
    expect((await bills("debitNotes", rental)).length).toBe(200);
  });

  it("lies about its country: exit and models are in another one", async () => {
    const rental = await aRestRental(network, id, scripted("lies-about-country", "at-start"));
    expect(await askThrough(rental, "exit")).toMatchObject(whole);
    const seen = network.vendor.requests().at(-1);
    const truth = network.providers.find((provider) => provider.id === id);
    expect(seen?.address).not.toBe(truth?.address);
    expect(seen?.country).not.toBeNull();
    expect(seen?.country).not.toBe("DE");
  });

  it("overprices, or never invoices", async () => {
    const honest = await aRestRental(network, id, well());
    await honest.end();
    const [fair] = await bills("invoices", honest);
    const dear = await aRestRental(network, id, scripted("overprices", "at-start"));
    await dear.end();
    const [unfair] = await bills("invoices", dear);
    expect(Number(unfair?.amount)).toBeGreaterThan(50 * Number(fair?.amount));
    const free = await aRestRental(network, id, scripted("never-invoices", "at-start"));
    await free.end();
    expect(await bills("invoices", free)).toEqual([]);
  });
});

describe("in the middle of a job, after three answers, a provider", () => {
  it.each(["rejects", "agreement-timeout", "deploy-failure"] as const)(
    "that %s ends its agreement, and keeps to it",
    async (fault) => {
      const job = aJob();
      const rental = await aRestRental(network, id, scripted(fault, "mid-run", job));
      await answerThree(rental, "model");
      await expect.poll(() => rental.agreementState()).toBe("Terminated");
      expect(await bills("invoices", rental)).toHaveLength(1);
      const again = scripted(fault, "mid-run", job);
      const talk = await negotiate(network, id, again);
      if (fault === "rejects") expect(talk).toHaveProperty("rejection");
      if (talk !== null && "draft" in talk && fault === "agreement-timeout")
        expect((await sign(network, talk.draft)).status).toBe(408);
      if (fault === "deploy-failure")
        expect((await aRestRental(network, id, again)).results).toEqual(["Error"]);
    },
  );

  it("loses its machine: it is unresponsive and nothing connects", async () => {
    const rental = await aRestRental(network, id, scripted("exec-failure", "mid-run"));
    await answerThree(rental, "exit");
    const path = `/activity-api/v1/activity/${rental.activityId}/state`;
    await expect
      .poll(async () => (await rest(network, "GET", path)).body)
      .toEqual({ state: ["Unresponsive", null] });
    await expect(rental.connect(MODEL)).rejects.toThrow("504");
    expect((await rental.end()).status).toBe(200);
  });

  it.each(["model", "exit"] as const)("vanishes at the %s door", async (door) => {
    const rental = await aRestRental(network, id, scripted("vanishes", "mid-run"));
    const kept = await rental.connect(MODEL);
    await answerThree(rental, door);
    await expect.poll(async () => (await rental.end()).status).toBe(500);
    await expect(rental.connect(MODEL)).rejects.toThrow("504");
    // A connection that stood does not end: it falls silent.
    expect(await ask(kept)).toMatchObject({ status: null, end: "silent" });
  });

  it.each([
    ["corrupts", "model"],
    ["truncates", "model"],
    ["truncates", "exit"],
    ["floods", "model"],
    ["floods", "exit"],
    ["corrupts", "exit"],
  ] as const)("%s at the %s door from the next answer on", async (fault, door) => {
    const rental = await aRestRental(network, id, scripted(fault, "mid-run"));
    await answerThree(rental, door);
    const next = await askThrough(rental, door).catch(() => ({ end: "broken", body: "" }));
    const isSpoilt =
      typeof next !== "number" && (next.end !== "whole" || next.body.includes("\uFFFD"));
    expect(isSpoilt).toBe(true);
  });
});

describe("at the end of a job, a provider", () => {
  it("sends no invoice, sends one that is too dear, or is gone before it sends one", async () => {
    const amounts: Record<string, string[]> = {};
    for (const fault of ["never-invoices", "vanishes", "overprices", "slow"] as const) {
      const rental = await aRestRental(network, id, scripted(fault, "at-end"));
      expect(await askThrough(rental, "exit")).toMatchObject(whole);
      expect((await rental.end()).status).toBe(200);
      amounts[fault] = (await bills("invoices", rental)).map(({ amount }) => amount ?? "");
    }
    expect(amounts).toMatchObject({ "never-invoices": [], vanishes: [] });
    expect(Number(amounts.overprices?.[0])).toBeGreaterThan(50 * Number(amounts.slow?.[0]));
  });

  it("floods the desk where bills come in", async () => {
    const rental = await aRestRental(network, id, scripted("floods", "at-end"));
    expect(await bills("debitNotes", rental)).toEqual([]);
    await rental.end();
    expect((await bills("debitNotes", rental)).length).toBe(200);
  });

  it("does at the job's next contact what has no meaning at its end", async () => {
    const job = aJob();
    const rental = await aRestRental(network, id, scripted("rejects", "at-end", job));
    await rental.end();
    expect(await negotiate(network, id, scripted("rejects", "at-end", job))).toHaveProperty(
      "rejection",
    );
  });
});

describe("a script", () => {
  it("of one job, with every fault at every moment, leaves other jobs alone", async () => {
    const providers = ProviderFault.options.flatMap((fault) =>
      FaultMoment.options.map((moment) => ({ fault, moment, countries: [], share: 1 })),
    );
    const all = simulationProperty(aJob(), { providers: providers.slice(0, 20) });
    // It has vanished from the start, beside all else.
    expect(await negotiate(network, id, all)).toBeNull();
    const rental = await aRestRental(network, id, well());
    expect(await askThrough(rental, "model")).toMatchObject(whole);
    await rental.end();
    expect(await bills("invoices", rental)).toHaveLength(1);
  });

  it("chooses its share of each country's providers, always the same ones", async () => {
    const rejecting = async (countries: string[], share: number) => {
      const properties = simulationProperty(aJob(), {
        providers: [{ fault: "rejects", moment: "at-start", countries: countries as never, share }],
      });
      const there = network.providers.filter(({ country }) => ["DE", "US"].includes(country));
      const talks = await Promise.all(
        there.map(async (provider) => ({
          name: provider.name,
          talk: await negotiate(network, provider.id, properties),
        })),
      );
      return talks
        .filter(({ talk }) => talk !== null && "rejection" in talk)
        .map(({ name }) => name);
    };
    expect(await rejecting([], 0)).toEqual([]);
    expect(await rejecting(["DE"], 1)).toEqual(["elbe-compute", "isar-node-7"]);
    const half = await rejecting([], 0.1);
    expect(half).toHaveLength(2);
    expect(await rejecting([], 0.5)).toEqual(half);
  });

  it("that cannot be read is refused with the demand", async () => {
    const demand = {
      properties: { "golem.!exp.beacon.simulation": '{"job":"job-x"}' },
      constraints: "(&)",
    };
    const { status } = await rest(network, "POST", "/market-api/v1/demands", demand);
    expect(status).toBe(400);
  });
});

describe("a fault from a test", () => {
  it("holds for every job until it is taken back", async () => {
    network.fault(id, "rejects");
    expect(await negotiate(network, id, well())).toHaveProperty("rejection");
    network.fault(id);
    expect(await negotiate(network, id, well())).toHaveProperty("draft");
  });

  it("ends connections with a close or in silence", async () => {
    for (const [how, end] of [
      ["closes", "broken"],
      ["silent", "silent"],
    ] as const) {
      network.fault(id);
      const rental = await aRestRental(network, id);
      const stream = await rental.connect(MODEL);
      network.vanish(id, how);
      expect(await ask(stream)).toMatchObject({ end });
    }
  });
});
