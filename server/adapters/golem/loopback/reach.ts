import type { Manifest } from "@/server/adapters/golem/loopback/manifest";

/** The IPv4 addresses of a host name; empty when it has none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** Where a machine's exit leads: the addresses of `host:port`, or null when it may not go there. */
export type Reach = (host: string, port: number) => Promise<readonly string[] | null>;

/**
 * What a manifest lets a machine reach. As in yagna's exe-unit, its hosts are resolved once, when
 * the machine starts: an address that a name gets later is not reached. Null: nothing at all.
 */
export async function reachOf(manifest: Manifest, resolve: Resolve): Promise<Reach | null> {
  const { out } = manifest;
  if (out === null) return null;
  if (out === "unrestricted") return (host) => resolve(host);
  const pinned = new Map<string, readonly string[]>();
  for (const { host, port } of out) pinned.set(`${host}:${port}`, await resolve(host));
  return async (host, port) => pinned.get(`${host}:${port}`) ?? null;
}
