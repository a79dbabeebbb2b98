import { z } from "zod";
import { randomHex } from "@/server/adapters/golem/loopback/identifiers";
import { ok, refuse } from "@/server/adapters/golem/loopback/reply";
import type { Call, Route } from "@/server/adapters/golem/loopback/router";

const NewNetwork = z.object({
  ip: z.ipv4(),
  mask: z.ipv4().default("255.255.255.0"),
  gateway: z.ipv4().optional(),
});
const NewNode = z.object({ id: z.string().max(60), ip: z.ipv4() });

/** The VPN's networks: which node has which address in which of them. */
export class VirtualNetworks {
  /** Network id to its nodes, address to node id. */
  readonly #all = new Map<string, Map<string, string>>();

  /** The node at an address of a network; null when network or address is unknown. */
  nodeAt(networkId: string, address: string): string | null {
    return this.#all.get(networkId)?.get(address) ?? null;
  }

  /** Forgets every network: yagna keeps them in memory only. */
  forget(): void {
    this.#all.clear();
  }

  routes(): readonly Route[] {
    const path = "/net-api/v1/net";
    return [
      { method: "POST", path, handle: (call) => ok(this.#create(call.read(NewNetwork))) },
      {
        method: "DELETE",
        path: `${path}/:id`,
        handle: (call) =>
          this.#all.delete(call.param("id")) ? ok(null) : refuse(404, "Network not found"),
      },
      {
        method: "POST",
        path: `${path}/:id/nodes`,
        handle: this.#on((nodes, call) => {
          const { id, ip } = call.read(NewNode);
          nodes.set(ip, id);
        }),
      },
      {
        method: "DELETE",
        path: `${path}/:id/nodes/:node`,
        handle: this.#on((nodes, call) => {
          for (const [ip, id] of nodes) if (id === call.param("node")) nodes.delete(ip);
        }),
      },
    ];
  }

  #create({ ip, mask, gateway }: z.infer<typeof NewNetwork>): object {
    const id = randomHex(16);
    this.#all.set(id, new Map());
    const bits = mask
      .split(".")
      .map((part) => Number(part).toString(2))
      .join("");
    const prefix = bits.replaceAll("0", "").length;
    const first = ip.replace(/\d+$/, "1");
    return { id, ip: `${ip}/${prefix}`, mask, gateway: gateway ?? first };
  }

  #on(change: (nodes: Map<string, string>, call: Call) => void): Route["handle"] {
    return (call) => {
      const nodes = this.#all.get(call.param("id"));
      if (nodes === undefined) return refuse(404, "Network not found");
      change(nodes, call);
      return ok(null);
    };
  }
}
