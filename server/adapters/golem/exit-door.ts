import { request as send } from "node:http";
import type { Duplex } from "node:stream";
import type { SecureContext } from "node:tls";
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
import { connectTunnel, type TunnelEnd } from "@/server/adapters/golem/tunnel";
import { BeaconError } from "@/server/domain/errors";

/** How long tunnel, proxy and TLS may take together. Twice what each of them takes when it is slow. */
const DIAL_MS = 15_000;

/** The longest answer of the proxy: a status line and a few fields. */
const MAX_PROXY_HEAD_BYTES = 4_096;

export type ExitDoorOptions = {
  /** The CONNECT proxy inside the provider's machine. */
  readonly end: TunnelEnd;
  /** `https://host` or `https://host:port`. */
  readonly origin: string;
  /** PEM certificates of the only authorities that are believed; null: those that Node ships. */
  readonly trust: readonly string[] | null;
  readonly dialMs?: number;
};

/**
 * Opens a door to a service on the internet, out of a provider's exit. TLS ends here: the provider
 * carries ciphertext, and sees the service's name and how much passes. Connects when it is first used,
 * and listens nowhere.
 */
export function openExitDoor({ end, origin, trust, dialMs }: ExitDoorOptions): OpenDoor {
  const target = targetOf(origin);
  if (!target.isTls) throw new Error("an exit door without TLS would show a key to the provider");
  const context = secureContextOf(trust);
  return openLineDoor(origin, (signal) => dialExit(end, target, { context, signal, dialMs }));
}

export type ExitDial = {
  readonly context: SecureContext;
  readonly signal: AbortSignal;
  readonly dialMs?: number | undefined;
};

/**
 * One connection to `target` through the exit's proxy, with TLS when the target asks for it.
 *
 * @throws BeaconError EXIT_REFUSED, EXIT_TLS_FAILED, MODEL_UNREACHABLE
 */
export function dialExit(end: TunnelEnd, target: Target, options: ExitDial): Promise<Line> {
  const { context, signal, dialMs = DIAL_MS } = options;
  const tunnel = connectTunnel(end);
  const bytesSent = () => tunnel.bytesWritten;
  return dialWithin(tunnel, dialMs, signal, async () => {
    await connectThrough(tunnel, target.authority);
    // The address was dialled by the exit, and only the exit knows it.
    if (!target.isTls) return { stream: tunnel, peer: { address: null, tls: null }, bytesSent };
    const stream = await startTls(tunnel, target.host, context);
    return { stream, peer: { address: null, tls: tlsOf(stream) }, bytesSent };
  });
}

/** Asks the proxy at the other end of `tunnel` for a connection to `authority` (RFC 9110, section 9.3.6). */
function connectThrough(tunnel: Duplex, authority: string): Promise<void> {
  return new Promise((resolve, reject) => {
    send({
      createConnection: () => tunnel,
      method: "CONNECT",
      path: authority,
      headers: { host: authority },
      maxHeaderSize: MAX_PROXY_HEAD_BYTES,
    })
      .once("connect", ({ statusCode = 0 }, _socket, early: Buffer) => {
        const failure = failureOf(statusCode, early.length > 0);
        if (failure === null) resolve();
        else reject(failure);
      })
      // The cause's code alone: Node's parser hangs the received bytes on its errors.
      .on("error", (error) => reject(new Error("code" in error ? String(error.code) : error.name)))
      .end();
  });
}

/** What the proxy's answer comes to; null: it is connected. */
function failureOf(status: number, hasEarlyBytes: boolean): BeaconError | null {
  const details = { status };
  if (status >= 400 && status < 500)
    return new BeaconError("EXIT_REFUSED", `the exit's proxy answered ${status}`, { details });
  if (status < 200 || status > 299)
    return new BeaconError("MODEL_UNREACHABLE", `the exit's proxy answered ${status}`, { details });
  // Neither TLS nor HTTP lets a server speak first: these bytes are the exit's own.
  return hasEarlyBytes
    ? new BeaconError("EXIT_TLS_FAILED", "the exit spoke in the service's place", {
        details: { problem: "bytes before the handshake" },
      })
    : null;
}
