import { CountryCode } from "@/schemas/country";
import { loopbackDatabases } from "@/server/adapters/geo/loopback-databases";
import { createGolemRenter, type RenterPatience } from "@/server/adapters/golem/golem-renter";
import type { AnswerChat } from "@/server/adapters/golem/loopback/answer";
import {
  type LoopbackNetwork,
  type LoopbackOptions,
  startLoopbackNetwork,
} from "@/server/adapters/golem/loopback/network";
import type {
  DoorRequest,
  RentOrder,
  Vantage,
  VantageRenter,
} from "@/server/adapters/golem/vantage";

const now = () => new Date();

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

/** A renter with unmodified golem-js against a loopback network. */
export const aRenter = (
  network: LoopbackNetwork,
  patience: Partial<RenterPatience> = {},
  onUnavailable: (reason: string) => void = () => {},
): Promise<VantageRenter> =>
  createGolemRenter({
    yagna: network,
    payment: { driver: "erc20", network: "hoodi", token: "tglm" },
    simulated: true,
    relayUrl: network.relayUrl,
    echoUrl: network.echoUrl,
    databases: loopbackDatabases,
    image: { url: "http://127.0.0.1/beacon.gvmi", hash: "0".repeat(56) },
    maxPrices: { startGlm: 1, cpuHourGlm: 1, envHourGlm: 1 },
    patience: { offerMs: 1_000, approvalMs: 800, deployMs: 5_000, lossCheckMs: 200, ...patience },
    now,
    onUnavailable,
  });

/** An allocation that lasts for a test. */
export async function anAllocation(renter: VantageRenter, amountGlm = "1"): Promise<string> {
  return (await renter.createAllocation(amountGlm, new Date(Date.now() + 600_000))).id;
}

export const anOrder = (
  country: string,
  allocationId: string,
  over: Partial<RentOrder> = {},
): RentOrder => ({
  country: CountryCode.parse(country),
  allocationId,
  rentMs: 600_000,
  signal: AbortSignal.timeout(15_000),
  avoid: [],
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

/** All providers of a country but one, to be avoided: so that the one is rented. */
export const allBut = (network: LoopbackNetwork, name: string): string[] =>
  network.providers.filter((provider) => provider.name !== name).map(({ id }) => id);
