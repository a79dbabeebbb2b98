import { BeaconError } from "@/server/domain/errors";

/**
 * Whether a request comes from a page of ours, or from no page at all: browsers name the page's origin with
 * whatever could act, and programs name none.
 *
 * @param headers `origin` as the request has it, and `host`, under which it was sent here.
 * @param publicUrl where readers reach the portal, which a proxy before it may call by another name.
 */
export function isOwnOrigin(
  { origin, host }: { readonly origin: string | null; readonly host: string | null },
  publicUrl: string,
): boolean {
  if (origin === null || origin === new URL(publicUrl).origin) return true;
  return origin === `http://${host}` || origin === `https://${host}`;
}

/** Nobody else's page acts in a reader's name. @throws BeaconError ORIGIN_REFUSED */
export function refuseForeignOrigin({ method, headers }: Request, publicUrl: string): void {
  if (method === "GET" || method === "HEAD") return;
  const named = { origin: headers.get("origin"), host: headers.get("host") };
  if (!isOwnOrigin(named, publicUrl))
    throw new BeaconError("ORIGIN_REFUSED", "Only this portal's own pages may send this.");
}
