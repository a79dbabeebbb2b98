import { BeaconError } from "@/server/domain/errors";

/** The headers that say from whose page a request comes: `origin`, and the `host` under which it was sent here. */
type Origins = { readonly origin?: string | undefined; readonly host?: string | undefined };

/**
 * Whether a request comes from a page of ours, or from no page at all: browsers name the page's origin with
 * whatever could act, and programs name none.
 *
 * @param publicUrl where readers reach the portal, which a proxy before it may call by another name.
 */
export function isOwnOrigin({ origin, host }: Origins, publicUrl: string): boolean {
  if (origin === undefined || origin === new URL(publicUrl).origin) return true;
  return origin === `http://${host}` || origin === `https://${host}`;
}

/** Nobody else's page acts in a reader's name. @throws BeaconError ORIGIN_REFUSED */
export function refuseForeignOrigin({ method, headers }: Request, publicUrl: string): void {
  if (method === "GET" || method === "HEAD") return;
  const named = {
    origin: headers.get("origin") ?? undefined,
    host: headers.get("host") ?? undefined,
  };
  if (!isOwnOrigin(named, publicUrl))
    throw new BeaconError("ORIGIN_REFUSED", "Only this portal's own pages may send this.");
}
