import type { Server } from "node:https";
import type { AnswerChat } from "@/server/adapters/golem/loopback/answer";
import { makeServerIdentity } from "@/server/adapters/golem/loopback/certificate-authority";
import { type Listener, listenOn } from "@/server/adapters/golem/loopback/listener";
import type { LoopbackProvider } from "@/server/adapters/golem/loopback/providers";
import { createSecureEcho } from "@/server/adapters/golem/loopback/secure-echo";
import { createVendorService } from "@/server/adapters/golem/loopback/vendor-service";

export type InternetOptions = {
  readonly answer: AnswerChat;
  /** How long a model thinks. */
  readonly latencyMs: number;
  readonly now: () => Date;
  /** Where the simulated vendor service listens; any free port unless set. */
  readonly vendorPort?: number;
};

/** The simulated part of the internet: a vendor of models, and two echoes over TLS. */
export async function openInternet(
  providers: readonly LoopbackProvider[],
  options: InternetOptions,
) {
  const { answer, latencyMs, now, vendorPort = 0 } = options;
  const identity = await makeServerIdentity(now());
  const countries = new Map(
    [...providers].map(({ address, country }) => [address, country] as const),
  );
  const countryOf = (address: string) => countries.get(address) ?? null;
  const service = createVendorService({ identity, answer, countryOf, latencyMs, now });
  const listeners: Listener[] = [];
  const close = () => Promise.all(listeners.map((listener) => listener.close()));
  const open = async (server: Server, port: number): Promise<string> => {
    const listener = await listenOn(server, "https", port);
    listeners.push(listener);
    return listener.origin;
  };
  const { requests, limit } = service;
  try {
    const origin = await open(service.server, vendorPort);
    const echoOrigins = [
      await open(createSecureEcho(identity), 0),
      await open(createSecureEcho(identity), 0),
    ] as const;
    return { vendor: { origin, caPem: identity.caPem, requests, limit }, echoOrigins, close };
  } catch (error) {
    await close();
    throw error;
  }
}
