import { CountryCode } from "@/schemas/country";
import { loopbackDatabases, loopbackNetworks } from "@/server/adapters/geo/loopback-databases";
import type { DoorRequest } from "@/server/adapters/golem/door";
import { createGolemRenter } from "@/server/adapters/golem/golem-renter";
import type { AnswerChat } from "@/server/adapters/golem/loopback/answer";
import {
  type LoopbackNetwork,
  startLoopbackNetwork,
} from "@/server/adapters/golem/loopback/network";
import type { GolemRenterOptions, RenterPatience } from "@/server/adapters/golem/renter-options";
import type {
  BillNews,
  ProviderNews,
  ProviderStanding,
  RentalNews,
  RenterBook,
  RentOrder,
  Vantage,
  VantageRenter,
} from "@/server/adapters/golem/vantage";
import { jobIdFrom } from "@/server/domain/identity";

const now = () => new Date();

type LoopbackOptions = Parameters<typeof startLoopbackNetwork>[0];

/** The job that all orders here are of. */
export const A_JOB = jobIdFrom(new Uint8Array(16));

/** A model that says where it stands and what it was asked. */
export const echoModel: AnswerChat = ({ model, country, prompt }) =>
  model === "echo"
    ? {
        content: `${country}: ${prompt}`,
        finishReason: "stop",
        promptTokens: 3,
        completionTokens: 4,
      }
    : null;

/** A loopback network on any free port. */
export const aNetwork = (over: Partial<LoopbackOptions> = {}): Promise<LoopbackNetwork> =>
  startLoopbackNetwork({
    port: 0,
    answer: echoModel,
    models: ["echo"],
    latencyMs: 0,
    now,
    ...over,
  });

/** A book that remembers, in the order in which it was told. */
export type ABook = RenterBook & {
  readonly rentals: RentalNews[];
  readonly ended: { readonly agreementId: string; readonly reason: string }[];
  readonly bills: BillNews[];
  readonly contacts: ProviderNews[];
};

export function aBook(over: Partial<RenterBook> = {}): ABook {
  const book = { rentals: [], ended: [], bills: [], contacts: [] } as Pick<
    ABook,
    "rentals" | "ended" | "bills" | "contacts"
  >;
  return {
    ...book,
    rental: async (news) => {
      book.rentals.push(news);
    },
    rentalEnded: async (agreementId, reason) => {
      book.ended.push({ agreementId, reason });
    },
    hold: async () => {},
    bill: async (news) => {
      book.bills.push(news);
    },
    provider: async (news) => {
      book.contacts.push(news);
    },
    ...over,
  };
}

export type RenterOver = Partial<Omit<GolemRenterOptions, "patience">> & {
  readonly patience?: Partial<RenterPatience>;
};

/** A renter with unmodified golem-js against a loopback network. */
export const aRenter = (
  network: LoopbackNetwork,
  { patience, ...over }: RenterOver = {},
): Promise<VantageRenter> =>
  createGolemRenter({
    yagna: network,
    payment: { driver: "erc20", network: "hoodi", token: "tglm" },
    simulated: true,
    relayUrl: network.relayUrl,
    echoes: [],
    trust: [network.vendor.caPem],
    databases: loopbackDatabases,
    networks: loopbackNetworks,
    image: { url: "http://127.0.0.1/beacon.gvmi", sha3_224: "0".repeat(56) },
    start: () => [],
    maxPrices: { startGlm: 1, cpuHourGlm: 1, envHourGlm: 1 },
    patience: {
      offerMs: 1_000,
      approvalMs: 800,
      deployMs: 5_000,
      lossCheckMs: 200,
      holdMs: 100,
      yagnaMs: 3_000,
      ...patience,
    },
    book: aBook(),
    now,
    onUnavailable: () => {},
    ...over,
  });

/** An allocation that lasts for a test. */
export async function anAllocation(renter: VantageRenter, amountGlm = "1"): Promise<string> {
  return (await renter.createAllocation(amountGlm, new Date(Date.now() + 600_000))).id;
}

export const aStanding = (over: Partial<ProviderStanding> = {}): ProviderStanding => ({
  denied: new Map(),
  allowed: new Set(),
  verified: new Set(),
  usedAsns: new Set(),
  ...over,
});

export const anOrder = (
  country: string,
  allocationId: string,
  over: Partial<RentOrder> = {},
): RentOrder => ({
  jobId: A_JOB,
  country: CountryCode.parse(country),
  allocationId,
  rentMs: 600_000,
  needsModel: false,
  origins: [],
  image: null,
  signal: AbortSignal.timeout(15_000),
  standing: aStanding(),
  simulation: null,
  ...over,
});

export const aQuestion = (prompt: string, over: Partial<DoorRequest> = {}): DoorRequest => ({
  method: "POST",
  path: "/v1/chat/completions",
  headers: { "content-type": "application/json" },
  body: new TextEncoder().encode(
    JSON.stringify({ model: "echo", messages: [{ role: "user", content: prompt }] }),
  ),
  signal: AbortSignal.timeout(5_000),
  maxBytes: 100_000,
  ...over,
});

/** What the model behind a vantage's door answers. */
export async function ask(vantage: Vantage, prompt: string): Promise<string> {
  const { body } = await vantage.modelDoor.request(aQuestion(prompt));
  return JSON.parse(new TextDecoder().decode(body)).choices[0].message.content;
}

/** The id of a provider by its name. */
export function providerNamed(network: LoopbackNetwork, name: string): string {
  const found = network.providers.find((provider) => provider.name === name);
  if (found === undefined) throw new Error(`no provider ${name}`);
  return found.id;
}

/** A standing under which one provider is rented and nobody else. */
export const only = (network: LoopbackNetwork, name: string): ProviderStanding =>
  aStanding({ allowed: new Set([providerNamed(network, name)]) });
