import type { AnswerChat } from "@/server/adapters/golem/loopback/answer";
import { makeServerIdentity } from "@/server/adapters/golem/loopback/certificate-authority";
import { listenOn } from "@/server/adapters/golem/loopback/listener";
import type { LoopbackProvider } from "@/server/adapters/golem/loopback/providers";
import { createSecureEcho } from "@/server/adapters/golem/loopback/secure-echo";
import { createVendorService } from "@/server/adapters/golem/loopback/vendor-service";

export type InternetOptions = {
  readonly answer: AnswerChat;
  /** How long a model thinks. */
  readonly latencyMs: number;
  readonly now: () => Date;
  /** Where the simulated vendor service and the HTTPS echo listen; any free port unless set. */
  readonly vendorPort?: number;
  readonly echoPort?: number;
};

/** The simulated part of the internet: a vendor of models, and an echo over TLS. */
export async function openInternet(
  providers: readonly LoopbackProvider[],
  options: InternetOptions,
) {
  const { answer, latencyMs, now, vendorPort = 0, echoPort = 0 } = options;
  const identity = await makeServerIdentity(now());
  const countries = new Map(
    [...providers].map(({ address, country }) => [address, country] as const),
  );
  const countryOf = (address: string) => countries.get(address) ?? null;
  const service = createVendorService({ identity, answer, countryOf, latencyMs, now });
  const vendor = await listenOn(service.server, "https", vendorPort);
  const secureEcho = await listenOn(createSecureEcho(identity), "https", echoPort).catch(
    async (error: unknown) => {
      await vendor.close();
      throw error;
    },
  );
  const { requests, limit } = service;
  return {
    vendor: { origin: vendor.origin, caPem: identity.caPem, requests, limit },
    secureEcho,
    close: () => Promise.all([vendor.close(), secureEcho.close()]),
  };
}
