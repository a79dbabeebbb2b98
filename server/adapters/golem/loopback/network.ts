import { randomBytes } from "node:crypto";
import { createServer, type Server as HttpServer } from "node:http";
import type { Socket } from "node:net";
import type { ProviderFault, YagnaFault } from "@/schemas/simulation";
import { createExitDoor, EXIT_DOOR_PORT } from "@/server/adapters/golem/loopback/exit-door";
import { type InternetOptions, openInternet } from "@/server/adapters/golem/loopback/internet";
import { type Listener, listenOn } from "@/server/adapters/golem/loopback/listener";
import { createModelDoor, MODEL_DOOR_PORT } from "@/server/adapters/golem/loopback/model-door";
import { openServices } from "@/server/adapters/golem/loopback/open-services";
import type { ProviderHost } from "@/server/adapters/golem/loopback/provider-host";
import {
  LOOPBACK_PROVIDERS,
  type LoopbackProvider,
} from "@/server/adapters/golem/loopback/providers";
import { listenerFor, type RestExchange } from "@/server/adapters/golem/loopback/router";
import type { ScriptedFault } from "@/server/adapters/golem/loopback/scripted-faults";
import type { VendorRequest } from "@/server/adapters/golem/loopback/vendor-service";
import {
  assembleYagna,
  type YagnaNode,
  type YagnaNodeOptions,
} from "@/server/adapters/golem/loopback/yagna-node";

export type LoopbackOptions = YagnaNodeOptions &
  InternetOptions & {
    /** 0: any free port. */
    readonly port: number;
    /** The names that `GET /v1/models` lists. */
    readonly models: readonly string[];
    /** The application key; drawn at random unless set. */
    readonly appKey?: string;
    readonly providers?: readonly LoopbackProvider[];
    /** How much longer the answers of a slow provider take; 3 s unless set. */
    readonly slowMs?: number;
    readonly onExchange?: (exchange: RestExchange) => void;
  };

/** A Golem network inside this process, for one requestor. */
export type LoopbackNetwork = {
  /** Where yagna's REST answers. */
  readonly url: string;
  readonly appKey: string;
  /** Base of the relay's node list. */
  readonly relayUrl: string;
  /** Says which address a request comes from, without TLS: nothing that it says makes an exit count as verified. */
  readonly echoUrl: string;
  /** The same over TLS, twice, each on a port of its own with a certificate of the vendor's authority. */
  readonly echoUrls: readonly [one: string, other: string];
  /** A model service on the internet, simulated. */
  readonly vendor: {
    /** `https://127.0.0.1:<port>` */
    readonly origin: string;
    /** The authority that vouches for it: made at start, trusted by nobody else. */
    readonly caPem: string;
    requests(): readonly VendorRequest[];
    /** The next so many requests are turned down with 429 and this Retry-After. */
    limit(requests: number, retryAfterS: number): void;
  };
  readonly providers: readonly LoopbackProvider[];
  /** Replaces a provider's faults towards every job and makes it reachable again. A bare name begins at once. */
  fault(providerId: string, ...faults: readonly (ProviderFault | ScriptedFault)[]): void;
  /** From now on a provider cannot be reached and says nothing. Its streams close, or fall silent as on the real network. */
  vanish(providerId: string, how?: "closes" | "silent"): void;
  /** A provider ends all its agreements. */
  terminate(providerId: string, reason: string): void;
  /** Another server answers on a port inside a provider's machines; null: the usual one again. */
  takeOver(providerId: string, port: number, server: HttpServer | null): void;
  /** Something goes wrong with yagna, for a time or until null; a restart without a time is over at once. */
  faultYagna(fault: YagnaFault | null, forMs?: number): void;
  /** Ends everything, also what is under way. */
  stop(): Promise<void>;
};

/** Starts the loopback Golem network on 127.0.0.1. Rejects when the port is taken. */
export async function startLoopbackNetwork(options: LoopbackOptions): Promise<LoopbackNetwork> {
  const { now, providers = LOOPBACK_PROVIDERS, onExchange = () => undefined } = options;
  const appKey = options.appKey ?? randomBytes(16).toString("hex");
  const yagna = assembleYagna(providers, appKey, options);
  const internet = await openInternet(providers, options);
  const { vendor, echoOrigins } = internet;
  const [one, other] = echoOrigins;
  const echoUrls = [`${one}/echo`, `${other}/echo`] as const;
  let main: Listener | null = null;
  try {
    const open = openServices({ providers, now, vendor, echoes: echoUrls });
    const routes = [...open, ...yagna.routes];
    const { trouble } = yagna;
    const server = createServer(
      { noDelay: true },
      listenerFor({ routes, appKey, trouble, onExchange }),
    );
    server.on("upgrade", (request, socket: Socket, head) =>
      yagna.gate.admit(request, socket, head),
    );
    main = await listenOn(server, "http", options.port);
  } catch (error) {
    await internet.close();
    throw error;
  }
  const { origin: url, close } = main;
  openDoors(yagna.hosts, [url, ...echoOrigins], options);
  return {
    url,
    appKey,
    relayUrl: `${url}/relay`,
    echoUrl: `${url}/echo`,
    echoUrls,
    vendor,
    providers,
    ...switchesOf(yagna),
    stop: async () => {
      yagna.stop();
      await Promise.all([close(), internet.close()]);
    },
  };
}

/** What a test can do to the network while it runs. */
function switchesOf({ hosts, agreements, trouble }: YagnaNode) {
  const hostOf = (id: string) => hosts.find(({ provider }) => provider.id === id);
  const scripted = (fault: ProviderFault | ScriptedFault): ScriptedFault =>
    typeof fault === "string" ? { fault, moment: "at-start" } : fault;
  return {
    fault: (id: string, ...faults: readonly (ProviderFault | ScriptedFault)[]) =>
      hostOf(id)?.rescript(faults.map(scripted)),
    vanish: (id: string, how: "closes" | "silent" = "closes") => hostOf(id)?.vanish(how),
    terminate: (id: string, reason: string) =>
      agreements.terminateByProvider(({ host }) => host.provider.id === id, reason),
    takeOver: (id: string, port: number, server: HttpServer | null) =>
      hostOf(id)?.takeOver(port, server),
    faultYagna: (fault: YagnaFault | null, forMs?: number) =>
      fault === null ? trouble.end() : trouble.start(fault, forMs ?? null),
  };
}

/** Opens the two doors inside every provider's machines. */
function openDoors(
  hosts: readonly ProviderHost[],
  echoOrigins: readonly string[],
  options: LoopbackOptions,
): void {
  const { answer, models, latencyMs, now, slowMs = 3_000 } = options;
  const echoes = new Set(echoOrigins.map((origin) => new URL(origin).host));
  for (const host of hosts) {
    host.serve(MODEL_DOOR_PORT, createModelDoor({ host, answer, models, latencyMs, slowMs, now }));
    host.serve(EXIT_DOOR_PORT, createExitDoor({ host, echoes, slowMs }));
  }
}
