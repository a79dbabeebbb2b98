import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { createWebSocketStream, WebSocket } from "ws";
import type { Simulation } from "@/schemas/simulation";
import {
  type LoopbackNetwork,
  type LoopbackOptions,
  startLoopbackNetwork,
} from "@/server/adapters/golem/loopback/network";
import { answerAsControlModel } from "@/server/domain/control/answer";

/** A loopback network on any free port, with the control models in its machines. */
export const aLoopbackNetwork = (over: Partial<LoopbackOptions> = {}): Promise<LoopbackNetwork> =>
  startLoopbackNetwork({
    port: 0,
    answer: answerAsControlModel,
    models: ["control-open", "control-regional"],
    latencyMs: 0,
    now: () => new Date(),
    ...over,
  });

/** An answer of yagna's REST: JSON parsed, other text as it came. */
export type RestAnswer = { readonly status: number; readonly body: unknown };

/** Asks yagna's REST, as any client would. */
export async function rest(
  network: LoopbackNetwork,
  method: string,
  path: string,
  body?: unknown,
): Promise<RestAnswer> {
  const answer = await fetch(`${network.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${network.appKey}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
  return { status: answer.status, body: isJson ? JSON.parse(text) : text };
}

/** A computation manifest for these URLs, as a demand carries it. */
export function aManifest(urls: readonly string[], over: object = {}): string {
  const manifest = {
    version: "0.1.0",
    createdAt: "2026-01-01T00:00:00Z",
    expiresAt: "2100-01-01T00:00:00Z",
    metadata: { name: "beacon", version: "1.0.0" },
    payload: [{ urls: ["http://127.0.0.1/beacon.gvmi"], hash: `sha3:${"0".repeat(56)}` }],
    compManifest: {
      version: "0.1.0",
      net: { inet: { out: { protocols: ["https"], urls } } },
    },
    ...over,
  };
  return Buffer.from(JSON.stringify(manifest)).toString("base64");
}

/** The demand property through which a job asks for faults. */
export const simulationProperty = (job: string, simulation: Partial<Simulation>) => ({
  "golem.!exp.beacon.simulation": JSON.stringify({ job, providers: [], yagna: [], ...simulation }),
});

type MarketEvent = {
  readonly eventType: string;
  readonly proposalId?: string;
  readonly reason?: { readonly message: string };
  readonly proposal?: {
    readonly proposalId: string;
    readonly issuerId: string;
    readonly prevProposalId?: string;
  };
};

const demandOf = (properties: object) => ({
  properties: {
    "golem.srv.comp.expiration": Date.now() + 900_000,
    "golem.com.payment.chosen-platform": "erc20-hoodi-tglm",
    ...properties,
  },
  constraints: "(&(golem.runtime.name=vm))",
});

/** Talks to one provider until it makes a draft (its id) or rejects (its reason). Null: it says nothing. */
export async function negotiate(
  network: LoopbackNetwork,
  providerId: string,
  properties: object = {},
): Promise<{ readonly draft: string } | { readonly rejection: string } | null> {
  const body = demandOf(properties);
  const { body: demand } = await rest(network, "POST", "/market-api/v1/demands", body);
  const path = `/market-api/v1/demands/${demand}`;
  const news = async () => {
    const { body: events } = await rest(network, "GET", `${path}/events?timeout=0.4&maxEvents=500`);
    return events as readonly MarketEvent[];
  };
  const initial = (await news()).find(({ proposal }) => proposal?.issuerId === providerId);
  if (initial?.proposal === undefined) return null;
  const offer = `${path}/proposals/${initial.proposal.proposalId}`;
  const { body: counter } = await rest(network, "POST", offer, body);
  const answer = (await news()).find(
    ({ proposalId, proposal }) => (proposal?.prevProposalId ?? proposalId) === counter,
  );
  if (answer?.reason !== undefined) return { rejection: answer.reason.message };
  return answer?.proposal === undefined ? null : { draft: answer.proposal.proposalId };
}

const agreements = "/market-api/v1/agreements";

/** Makes an agreement of a draft. The status is that of the wait for approval. */
export async function sign(
  network: LoopbackNetwork,
  proposalId: string,
): Promise<{ readonly agreementId: string; readonly status: number }> {
  const validTo = new Date(Date.now() + 600_000).toISOString();
  const made = await rest(network, "POST", agreements, { proposalId, validTo });
  const agreementId = String(made.body);
  await rest(network, "POST", `${agreements}/${agreementId}/confirm?appSessionId=session`);
  const { status } = await rest(network, "POST", `${agreements}/${agreementId}/wait?timeout=0.3`);
  return { agreementId, status };
}

/** A machine that runs under an agreement, rented by bare REST. */
export type RestRental = {
  readonly agreementId: string;
  readonly activityId: string;
  /** What the deploy and start commands came to. */
  readonly results: readonly string[];
  /** A TCP connection to a port inside the machine. Rejects with the status when there is none. */
  connect(port: number): Promise<Duplex>;
  end(): Promise<RestAnswer>;
  agreementState(): Promise<unknown>;
};

/** Rents one provider from demand to running machine. */
export async function aRestRental(
  network: LoopbackNetwork,
  providerId: string,
  properties: object = {},
): Promise<RestRental> {
  const talk = await negotiate(network, providerId, properties);
  if (talk === null || !("draft" in talk)) throw new Error(`no draft: ${JSON.stringify(talk)}`);
  const { agreementId, status } = await sign(network, talk.draft);
  if (status !== 204) throw new Error(`no agreement: ${status}`);
  const activities = "/activity-api/v1/activity";
  const { body: made } = await rest(network, "POST", activities, { agreementId });
  const { activityId } = made as { activityId: string };
  const { body: net } = await rest(network, "POST", "/net-api/v1/net", { ip: "10.0.0.0" });
  const { id } = net as { id: string };
  const node = { id: providerId, ip: "10.0.0.2" };
  await rest(network, "POST", `/net-api/v1/net/${id}/nodes`, node);
  const text = JSON.stringify([{ deploy: { net: [{ id }] } }, { start: {} }]);
  const path = `${activities}/${activityId}/exec`;
  const { body: batch } = await rest(network, "POST", path, { text });
  const { body: results } = await rest(network, "GET", `${path}/${batch}`);
  return {
    agreementId,
    activityId,
    results: (results as { result: string }[]).map(({ result }) => result),
    connect: (port) => connectVpn(network, `/net-api/v1/net/${id}/tcp/10.0.0.2/${port}`),
    end: () => rest(network, "POST", `${agreements}/${agreementId}/terminate`, {}),
    agreementState: async () => {
      const { body } = await rest(network, "GET", `${agreements}/${agreementId}`);
      return (body as { state: unknown }).state;
    },
  };
}

function connectVpn(network: LoopbackNetwork, path: string): Promise<Duplex> {
  const socket = new WebSocket(`${network.url.replace("http", "ws")}${path}`, {
    headers: { authorization: `Bearer ${network.appKey}` },
  });
  return new Promise((resolve, reject) => {
    socket.once("unexpected-response", (_request, { statusCode }) =>
      reject(new Error(String(statusCode))),
    );
    socket.once("error", reject);
    socket.once("open", () => {
      const stream = createWebSocketStream(socket);
      stream.on("error", () => stream.destroy());
      resolve(stream);
    });
  });
}

/** What came back: the whole body, or how it ended. */
export type Heard = {
  readonly status: number | null;
  readonly body: string;
  readonly end: "whole" | "broken" | "silent" | "too much";
};

/** Patience with an answer, in milliseconds and bytes. */
const PATIENCE_MS = 700;
const PATIENCE_BYTES = 2_000_000;

/** Asks the model inside a machine, or whatever listens behind `stream`. */
export function ask(stream: Duplex, prompt = "hello"): Promise<Heard> {
  const body = JSON.stringify({
    model: "control-open",
    messages: [{ role: "user", content: prompt }],
  });
  return heard((onAnswer) => {
    const request = httpRequest(
      {
        method: "POST",
        path: "/v1/chat/completions",
        headers: { host: "door", "content-type": "application/json" },
        createConnection: () => stream,
      },
      onAnswer,
    );
    request.end(body);
    return request;
  });
}

/** Opens the exit: a connection to `target` that the machine's proxy made, or the status that refused it. */
export function connectExit(stream: Duplex, target: string): Promise<Duplex | number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      method: "CONNECT",
      path: target,
      headers: { host: target },
      createConnection: () => stream,
    });
    request.once("connect", ({ statusCode = 0 }, socket) =>
      resolve(statusCode === 200 ? socket : statusCode),
    );
    request.once("error", reject);
    request.end();
  });
}

/** TLS with the simulated vendor inside an exit's connection. */
export function startTls(network: LoopbackNetwork, socket: Duplex): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const tls = connectTls({ socket, host: "127.0.0.1", ca: network.vendor.caPem }, () =>
      resolve(tls),
    );
    tls.once("error", reject);
    tls.on("error", () => tls.destroy());
  });
}

/** Asks the simulated vendor over an open TLS connection, in OpenAI's dialect. */
export const askVendor = (tls: Duplex, key = "a-key"): Promise<Heard> =>
  heard((onAnswer) => {
    const request = httpsRequest(
      {
        method: "POST",
        path: "/v1/chat/completions",
        headers: { host: "127.0.0.1", authorization: `Bearer ${key}` },
        createConnection: () => tls,
      },
      onAnswer,
    );
    request.end(
      JSON.stringify({
        model: "control-open",
        messages: [
          {
            role: "user",
            content: "How did the ferry Asteline sink, and who was held responsible?",
          },
        ],
      }),
    );
    return request;
  });

type Asked = { destroy(): unknown; once(event: "error", listener: () => void): unknown };

function heard(send: (onAnswer: (answer: IncomingMessage) => void) => Asked): Promise<Heard> {
  return new Promise((resolve) => {
    let status: number | null = null;
    let body = "";
    const end = (how: Heard["end"]) => {
      clearTimeout(patience);
      resolve({ status, body, end: how });
      if (how !== "whole") request.destroy();
    };
    const patience = setTimeout(() => end("silent"), PATIENCE_MS);
    const request = send((answer) => {
      status = answer.statusCode ?? null;
      answer.setEncoding("utf8");
      answer.on("data", (text: string) => {
        body += text;
        if (body.length > PATIENCE_BYTES) end("too much");
      });
      answer.once("end", () => end(answer.complete ? "whole" : "broken"));
      answer.once("error", () => end("broken"));
    });
    request.once("error", () => end("broken"));
  });
}

/** The id of a provider by its name. */
export function idOf(network: LoopbackNetwork, name: string): string {
  const found = network.providers.find((provider) => provider.name === name);
  if (found === undefined) throw new Error(`no provider ${name}`);
  return found.id;
}
