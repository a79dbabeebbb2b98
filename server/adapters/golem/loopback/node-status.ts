import { ok } from "@/server/adapters/golem/loopback/reply";
import type { Route } from "@/server/adapters/golem/loopback/router";

/** What yagna says of itself: who it is, which accounts it pays from, whether payments and network are well. */
export function nodeStatusRoutes(
  requestorId: string,
  platforms: readonly string[],
): readonly Route[] {
  const accounts = platforms.map((platform) => {
    const [driver, network, token] = platform.split("-");
    return { platform, address: requestorId, driver, network, token, send: true, receive: false };
  });
  const identity = { identity: requestorId, name: "beacon-loopback", role: "manager" };
  return [
    { method: "GET", path: "/me", handle: () => ok(identity) },
    { method: "GET", path: "/payment-api/v1/requestorAccounts", handle: () => ok(accounts) },
    // A list of problems: none.
    { method: "GET", path: "/payment-api/v1/payments/status", handle: () => ok([]) },
    {
      method: "GET",
      path: "/net-api/v2/net/status",
      handle: () => ok({ nodeId: requestorId, listenIp: null, publicIp: null, sessions: 1 }),
    },
  ];
}
