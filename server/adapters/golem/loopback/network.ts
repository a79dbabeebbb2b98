import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Amount } from "@/schemas/primitives";
import { Activities } from "@/server/adapters/golem/loopback/activities";
import { Agreements } from "@/server/adapters/golem/loopback/agreements";
import { Allocations } from "@/server/adapters/golem/loopback/allocations";
import type { AnswerChat } from "@/server/adapters/golem/loopback/answer";
import { Bills } from "@/server/adapters/golem/loopback/bills";
import { createExitDoor, EXIT_DOOR_PORT } from "@/server/adapters/golem/loopback/exit-door";
import type { Faults } from "@/server/adapters/golem/loopback/faults";
import { nodeIdOf } from "@/server/adapters/golem/loopback/identifiers";
import { Market } from "@/server/adapters/golem/loopback/market";
import { createMicroClock } from "@/server/adapters/golem/loopback/micro-clock";
import { createModelDoor, MODEL_DOOR_PORT } from "@/server/adapters/golem/loopback/model-door";
import { openServices } from "@/server/adapters/golem/loopback/open-services";
import { ProviderHost } from "@/server/adapters/golem/loopback/provider-host";
import {
  LOOPBACK_PROVIDERS,
  type LoopbackProvider,
} from "@/server/adapters/golem/loopback/providers";
import { ok } from "@/server/adapters/golem/loopback/reply";
import { listenerFor } from "@/server/adapters/golem/loopback/router";
import { TunnelGate } from "@/server/adapters/golem/loopback/tunnel-gate";
import { VirtualNetworks } from "@/server/adapters/golem/loopback/virtual-networks";

/** Nothing but this host can reach the loopback network. */
const HOST = "127.0.0.1";

/** The payment platforms that the providers take: the test network, and the one that golem-js 3.6.0 defaults to. */
const PLATFORMS = ["erc20-hoodi-tglm", "erc20-holesky-tglm"];

export type LoopbackOptions = {
  /** 0: any free port. */
  readonly port: number;
  readonly answer: AnswerChat;
  /** The names that `GET /v1/models` lists. */
  readonly models: readonly string[];
  /** How long a model thinks. */
  readonly latencyMs: number;
  readonly now: () => Date;
  /** What the requestor's account holds; 1000 GLM unless set. */
  readonly fundsGlm?: Amount;
  /** How often a provider sends a debit note; two minutes, as negotiated by golem-js, unless set. */
  readonly debitNoteMs?: number;
  /** The application key; drawn at random unless set. */
  readonly appKey?: string;
  readonly providers?: readonly LoopbackProvider[];
};

/** A Golem network inside this process, for one requestor. */
export type LoopbackNetwork = {
  /** Where yagna's REST answers. */
  readonly url: string;
  readonly appKey: string;
  /** Base of the relay's node list. */
  readonly relayUrl: string;
  /** Says which address a request comes from. */
  readonly echoUrl: string;
  readonly providers: readonly LoopbackProvider[];
  /** Replaces a provider's faults and makes it reachable again. */
  fault(providerId: string, faults: Faults): void;
  /** From now on a provider cannot be reached and says nothing. */
  vanish(providerId: string): void;
  /** A provider ends all its agreements. */
  terminate(providerId: string, reason: string): void;
  /** Ends everything, also what is under way. */
  stop(): Promise<void>;
};

/** Starts the loopback Golem network on 127.0.0.1. Rejects when the port is taken. */
export async function startLoopbackNetwork(options: LoopbackOptions): Promise<LoopbackNetwork> {
  const { now, providers = LOOPBACK_PROVIDERS } = options;
  const appKey = options.appKey ?? randomBytes(16).toString("hex");
  const hosts = providers.map((provider) => new ProviderHost(provider));
  const yagna = assemble(hosts, appKey, options);
  const sockets = new Set<Socket>();
  const server = createServer(
    { noDelay: true },
    listenerFor([...openServices(providers, now), ...yagna.routes], appKey),
  );
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (request, socket: Socket, head) => yagna.gate.admit(request, socket, head));
  const port = await listen(server, options.port);
  openDoors(hosts, port, options);
  const url = `http://${HOST}:${port}`;
  const hostOf = (id: string) => hosts.find(({ provider }) => provider.id === id);
  return {
    url,
    appKey,
    relayUrl: `${url}/relay`,
    echoUrl: `${url}/echo`,
    providers,
    fault: (id, faults) => {
      const host = hostOf(id);
      host?.heal();
      if (host !== undefined) host.faults = faults;
    },
    vanish: (id) => hostOf(id)?.vanish(),
    terminate: (id, reason) => yagna.agreements.terminateByProvider(id, reason),
    stop: async () => {
      yagna.stop();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** yagna's parts, wired: agreements end activities, activities are billed, bills are paid from allocations. */
function assemble(hosts: readonly ProviderHost[], appKey: string, options: LoopbackOptions) {
  const { now, fundsGlm = "1000", debitNoteMs = 120_000 } = options;
  const requestorId = nodeIdOf("requestor");
  const clock = createMicroClock(now);
  const allocations = new Allocations({ clock, now, requestorId, fundsGlm });
  const bills = new Bills({ clock, now, requestorId, allocations });
  const market = new Market({ hosts, requestorId, platforms: PLATFORMS, clock, now });
  const agreements: Agreements = new Agreements({
    market,
    clock,
    now,
    requestorId,
    onEnded: (agreement) => {
      for (const activity of activities.ofAgreement(agreement)) activities.end(activity);
      if (!agreement.host.isGone) bills.issueInvoice(agreement, activities);
    },
  });
  const timers = new Set<NodeJS.Timeout>();
  const activities: Activities = new Activities({
    agreements,
    now,
    onCreated: (activity) => {
      const timer = setInterval(() => {
        if (activity.state === "Terminated") clearInterval(timer);
        else bills.issueDebitNote(activity, activities);
      }, debitNoteMs).unref();
      timers.add(timer);
    },
  });
  const networks = new VirtualNetworks();
  const gate = new TunnelGate({ appKey, networks, activities });
  const identity = { identity: requestorId, name: "beacon-loopback", role: "manager" };
  return {
    agreements,
    gate,
    routes: [
      { method: "GET" as const, path: "/me", handle: () => ok(identity) },
      ...[allocations, bills, market, agreements, activities, networks].flatMap((part) =>
        part.routes(),
      ),
    ],
    stop: () => {
      gate.close();
      for (const timer of timers) clearInterval(timer);
    },
  };
}

/** Opens the two doors inside every provider's machine. The exit leads to the echo service and nowhere else. */
function openDoors(hosts: readonly ProviderHost[], port: number, options: LoopbackOptions): void {
  const { answer, models, latencyMs, now } = options;
  const allowed = new Set([`${HOST}:${port}`]);
  for (const host of hosts) {
    host.serve(MODEL_DOOR_PORT, createModelDoor({ host, answer, models, latencyMs, now }));
    const { address: localAddress } = host.provider;
    host.serve(EXIT_DOOR_PORT, createExitDoor({ localAddress, allowed }));
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}
