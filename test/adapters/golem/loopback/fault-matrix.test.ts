import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
  idOf,
  type RestRental,
  rest,
  simulationProperty,
  startTls,
} from "./a-rest-rental";

const SLOW_MS = 250;

let network: LoopbackNetwork;
let id: string;
beforeAll(async () => {
  network = await aLoopbackNetwork({ slowMs: SLOW_MS });
  id = idOf(network, "elbe-compute");
});
afterAll(() => network.stop());

/** What a requestor lives through with a provider, from demand to invoice. */
type Story = {
  /** How the rental went wrong; null: a machine came up. */
  readonly refusal: string | null;
  /** Answers of the model door, then one through the exit: whole or not, and how long each took. */
  readonly answers: readonly { readonly isWhole: boolean; readonly tookMs: number }[];
  readonly exitCountry: string | null;
  readonly activityState: string | null;
  readonly endStatus: number | null;
  readonly invoices: readonly number[];
  readonly debitNotes: number;
};

const noStory: Story = {
  refusal: null,
  answers: [],
  exitCountry: null,
  activityState: null,
  endStatus: null,
  invoices: [],
  debitNotes: 0,
};

async function timed(asking: () => Promise<{ readonly end: string; readonly body: string }>) {
  const startedAt = performance.now();
  const told = await asking().catch(() => null);
  const isWhole = told?.end === "whole" && !told.body.includes("\uFFFD");
  return { isWhole, tookMs: performance.now() - startedAt };
}

async function throughExit(rental: RestRental) {
  const target = new URL(network.vendor.origin).host;
  const exit = await connectExit(await rental.connect(8080), target);
  if (typeof exit === "number") throw new Error(String(exit));
  return askVendor(await startTls(network, exit));
}

async function live(properties: object): Promise<Story> {
  let rental: RestRental;
  try {
    rental = await aRestRental(network, id, properties);
  } catch (error) {
    return { ...noStory, refusal: String(error) };
  }
  if (rental.results.includes("Error"))
    return { ...noStory, refusal: `results: ${rental.results.join()}` };
  const answers = [];
  for (let question = 0; question < 4; question += 1)
    answers.push(await timed(async () => ask(await rental.connect(8081))));
  const before = network.vendor.requests().length;
  answers.push(await timed(() => throughExit(rental)));
  const [seen] = network.vendor.requests().slice(before);
  const state = await rest(network, "GET", `/activity-api/v1/activity/${rental.activityId}/state`);
  const { status: endStatus } = await rental.end();
  const billed = async (kind: string) => {
    const { body } = await rest(network, "GET", `/payment-api/v1/${kind}?maxItems=100000`);
    const bills = body as { agreementId: string; amount?: string }[];
    return bills.filter(({ agreementId }) => agreementId === rental.agreementId);
  };
  return {
    refusal: null,
    answers,
    exitCountry: seen?.country ?? null,
    activityState: (state.body as { state?: string[] }).state?.[0] ?? null,
    endStatus,
    invoices: (await billed("invoices")).map(({ amount }) => Number(amount)),
    debitNotes: (await billed("debitNotes")).length,
  };
}

const isSpoilt = ({ answers }: Story) => answers.some(({ isWhole }) => !isWhole);

/** By what each fault is known. */
const SYMPTOMS: Readonly<Record<ProviderFault, (story: Story) => boolean>> = {
  rejects: ({ refusal }) => refusal?.includes("No capacity") ?? false,
  "agreement-timeout": ({ refusal }) => refusal?.includes("408") ?? false,
  "deploy-failure": ({ refusal }) => refusal === "results: Error",
  "exec-failure": ({ refusal, activityState }) =>
    refusal === "results: Ok,Error" || activityState === "Unresponsive",
  slow: ({ answers }) => answers.some(({ tookMs }) => tookMs >= SLOW_MS - 10),
  vanishes: ({ refusal, endStatus, invoices }) =>
    (refusal?.includes("no draft: null") ?? false) ||
    endStatus === 500 ||
    (endStatus === 200 && invoices.length === 0),
  corrupts: isSpoilt,
  truncates: isSpoilt,
  "lies-about-country": ({ exitCountry }) => exitCountry !== null && exitCountry !== "DE",
  // An honest bill of so short a rental is some thousandths of a GLM.
  overprices: ({ invoices }) => invoices.some((amount) => amount > 0.05),
  "never-invoices": ({ endStatus, invoices }) => endStatus === 200 && invoices.length === 0,
  floods: (story) => isSpoilt(story) || story.debitNotes >= 200,
};

/** So many first answers must be whole before a fault of this moment may show. */
const WHOLE_AT_FIRST: Readonly<Record<FaultMoment, number>> = {
  "at-start": 0,
  "mid-run": 3,
  "at-end": 5,
};

const CELLS = ProviderFault.options.flatMap((fault) =>
  FaultMoment.options.map((moment) => [fault, moment] as const),
);

describe("every fault at every moment", () => {
  it.each(CELLS)("%s %s shows, and not before its time", async (fault, moment) => {
    const cell = CELLS.findIndex(([f, m]) => f === fault && m === moment);
    const script = { providers: [{ fault, moment, countries: [], share: 1 }] };
    const properties = {
      "golem.srv.comp.payload": aManifest([network.vendor.origin]),
      ...simulationProperty(jobIdFrom(new Uint8Array(16).fill(cell)), script),
    };
    const first = await live(properties);
    const early = first.answers.slice(0, WHOLE_AT_FIRST[moment]);
    expect(early.filter(({ isWhole }) => !isWhole)).toEqual([]);
    if (moment !== "at-start") expect(early).toHaveLength(WHOLE_AT_FIRST[moment]);
    const stories = [first, await live(properties)];
    expect(stories.some(SYMPTOMS[fault]), JSON.stringify(stories)).toBe(true);
  });

  it("shows nothing of any fault where none is scripted", async () => {
    const story = await live({ "golem.srv.comp.payload": aManifest([network.vendor.origin]) });
    for (const fault of ProviderFault.options.filter((name) => name !== "slow"))
      expect(SYMPTOMS[fault](story), fault).toBe(false);
    expect(story).toMatchObject({ exitCountry: "DE", activityState: "Ready", endStatus: 200 });
  });
});
