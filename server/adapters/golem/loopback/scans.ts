import { z } from "zod";
import { meets } from "@/server/adapters/golem/loopback/constraints";
import { randomHex } from "@/server/adapters/golem/loopback/identifiers";
import type { MicroClock } from "@/server/adapters/golem/loopback/micro-clock";
import { offerOf } from "@/server/adapters/golem/loopback/offer";
import type { ProviderHost } from "@/server/adapters/golem/loopback/provider-host";
import { created, noContent, ok, type Reply, refuse } from "@/server/adapters/golem/loopback/reply";
import type { Call, Route } from "@/server/adapters/golem/loopback/router";

const ScanRequest = z.object({ type: z.literal("offer"), constraints: z.string().max(20_000) });

export type ScansOptions = {
  readonly hosts: readonly ProviderHost[];
  readonly platforms: readonly string[];
  readonly clock: MicroClock;
};

/** Looking through the offers on the market without a demand. */
export class Scans {
  readonly #options: ScansOptions;
  /** Scan id to its constraints. */
  readonly #all = new Map<string, string>();

  constructor(options: ScansOptions) {
    this.#options = options;
  }

  /** Forgets all scans: yagna keeps them in memory only. */
  forget(): void {
    this.#all.clear();
  }

  routes(): readonly Route[] {
    const path = "/market-api/v1/scan";
    return [
      {
        method: "POST",
        path,
        handle: (call) => {
          const id = randomHex(16);
          this.#all.set(id, call.read(ScanRequest).constraints);
          return created(id);
        },
      },
      { method: "GET", path: `${path}/:id/events`, handle: (call) => this.#events(call) },
      {
        method: "DELETE",
        path: `${path}/:id`,
        handle: (call) =>
          this.#all.delete(call.param("id")) ? noContent : refuse(404, "Scan not found."),
      },
    ];
  }

  /** All offers that meet the constraints: as one list, or as events of a stream that stays open. */
  #events(call: Call): Reply | null {
    const constraints = this.#all.get(call.param("id"));
    if (constraints === undefined) return refuse(404, "Scan not found.");
    const offers = this.#offers(constraints);
    if (call.headers.accept !== "text/event-stream") return ok(offers);
    const send = call.stream();
    for (const offer of offers) send("offer", offer);
    return null;
  }

  #offers(constraints: string): readonly object[] {
    const { hosts, platforms, clock } = this.#options;
    return hosts
      .filter((host) => !host.isGone)
      .map(({ provider }) => ({
        properties: offerOf(provider, platforms),
        constraints: "(&(golem.node.debug.subnet=public))",
        offerId: `${randomHex(16)}-${randomHex(32)}`,
        providerId: provider.id,
        timestamp: clock(),
      }))
      .filter(({ properties }) => meets(properties, constraints));
  }
}
