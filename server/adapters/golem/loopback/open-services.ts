import type { LoopbackProvider } from "@/server/adapters/golem/loopback/providers";
import { ok } from "@/server/adapters/golem/loopback/reply";
import type { Route } from "@/server/adapters/golem/loopback/router";

/** The UDP port that every provider's peer address carries in the relay list. */
const PEER_PORT = 11_500;

/** The version that golem-js checks: at least 0.15.2. The name says what it is. */
const VERSION = {
  version: "0.17.6",
  name: "beacon loopback (simulated)",
  seen: true,
  releaseTs: "2025-10-04T12:00:00",
  insertionTs: null,
  updateTs: null,
};

export type OpenServicesOptions = {
  readonly providers: readonly LoopbackProvider[];
  readonly now: () => Date;
  readonly vendor: { readonly origin: string; readonly caPem: string };
  /** The URLs of the echo services over TLS. */
  readonly echoes: readonly string[];
};

/**
 * What needs no key: yagna's version; where the simulated vendor service is and which authority
 * vouches for it; an echo service without TLS that says which address a request came from;
 * and the relay's list of nodes, where a requestor learns a provider's public address.
 */
export function openServices({
  providers,
  now,
  vendor,
  echoes,
}: OpenServicesOptions): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/version/get",
      open: true,
      handle: () => ok({ current: VERSION, pending: null }),
    },
    {
      method: "GET",
      path: "/echo",
      open: true,
      outside: true,
      handle: ({ remoteAddress }) => ok({ address: remoteAddress, simulated: true }),
    },
    {
      method: "GET",
      path: "/vendor",
      open: true,
      outside: true,
      handle: () => ok({ origin: vendor.origin, ca: vendor.caPem, echoes, simulated: true }),
    },
    {
      method: "GET",
      path: "/relay/nodes/:prefix",
      open: true,
      outside: true,
      handle: (call) => {
        const prefix = call.param("prefix").toLowerCase();
        const known = providers.filter(({ id }) => id.slice(2).startsWith(prefix));
        return ok(
          Object.fromEntries(
            known.map(({ id, address }) => [
              id,
              [{ peer: `${address}:${PEER_PORT}`, seen: now().toISOString(), addrStatus: "Pong" }],
            ]),
          ),
        );
      },
    },
  ];
}
