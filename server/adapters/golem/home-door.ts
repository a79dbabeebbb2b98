import { connect } from "node:net";
import {
  dialWithin,
  secureContextOf,
  startTls,
  type Target,
  targetOf,
  tlsOf,
} from "@/server/adapters/golem/dial";
import { type OpenDoor, openLineDoor } from "@/server/adapters/golem/http-exchange";
import type { Line } from "@/server/adapters/golem/line-agent";
import { isOnInternet, parseIpAddress } from "@/server/domain/vantage/ip-address";

/** How long TCP and TLS may take together. */
const DIAL_MS = 10_000;

export type HomeDoorOptions = {
  /** `http` or `https`: what this machine reaches may be a model on its own loopback address. */
  readonly origin: string;
  /** PEM certificates of the only authorities that are believed; null: those that Node ships. */
  readonly trust: readonly string[] | null;
  readonly dialMs?: number;
};

/**
 * Opens a door from this machine itself, without any provider. Dials the address that the name stands
 * for: proxies that the environment names are not asked, and redirects are answers.
 */
export function openHomeDoor({ origin, trust, dialMs = DIAL_MS }: HomeDoorOptions): OpenDoor {
  const target = targetOf(origin);
  const context = secureContextOf(trust);
  return openLineDoor(origin, (signal) => dialHome(target, { context, signal, dialMs }));
}

type HomeDial = {
  readonly context: ReturnType<typeof secureContextOf>;
  readonly signal: AbortSignal;
  readonly dialMs: number;
};

function dialHome(
  { isTls, host, port }: Target,
  { context, signal, dialMs }: HomeDial,
): Promise<Line> {
  const raw = connect({ host, port, noDelay: true });
  const bytesSent = () => raw.bytesWritten;
  return dialWithin(raw, dialMs, signal, async () => {
    await new Promise<void>((resolve, reject) => {
      raw.once("connect", resolve).once("error", reject);
      raw.once("close", () => reject(new Error("closed before it was connected")));
    });
    const address = publicAddress(host, raw.remoteAddress ?? null);
    if (!isTls) return { stream: raw, peer: { address, tls: null }, bytesSent };
    const stream = await startTls(raw, host, context);
    return { stream, peer: { address, tls: tlsOf(stream) }, bytesSent };
  });
}

/**
 * The address that was dialled, as far as it may be published: one inside a network of the operator's is
 * nobody's business, unless the service's own address spells it.
 */
function publicAddress(host: string, address: string | null): string | null {
  if (address === null || host === address) return address;
  const parsed = parseIpAddress(address);
  return parsed !== null && isOnInternet(parsed) ? address : null;
}
