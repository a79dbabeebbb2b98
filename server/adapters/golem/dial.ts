import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import type { Peer } from "@/schemas/evidence";
import { hex } from "@/server/domain/bytes";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { sha256 } from "@/server/domain/sha256";

/** Where a door leads to. */
export type Target = {
  readonly isTls: boolean;
  /** A name or an address, an IPv6 one without its brackets. */
  readonly host: string;
  readonly port: number;
  /** `host:port`, as CONNECT takes it. */
  readonly authority: string;
};

/** The target that a URL names. */
export function targetOf(url: string): Target {
  const { protocol, hostname, port } = new URL(url);
  const isTls = protocol === "https:";
  const number = Number(port || (isTls ? 443 : 80));
  return {
    isTls,
    host: hostname.replace(/^\[|\]$/g, ""),
    port: number,
    authority: `${hostname}:${number}`,
  };
}

/** @param trust PEM certificates of the only authorities that are believed; null: those that Node ships. */
export const secureContextOf = (trust: readonly string[] | null): SecureContext =>
  createSecureContext({ minVersion: "TLSv1.2", ...(trust === null ? {} : { ca: [...trust] }) });

/**
 * Makes a connection out of `raw` within `limitMs`, all its steps together. Whatever goes wrong, the
 * signal's abort included, destroys it.
 *
 * @throws BeaconError as `work` does; MODEL_UNREACHABLE for any other error.
 */
export async function dialWithin<T>(
  raw: Duplex,
  limitMs: number,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  // What ends it between two owners is seen by the next one.
  raw.on("error", () => {});
  const stop = () => raw.destroy(new Error("given up"));
  const limit = setTimeout(stop, limitMs);
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    return await work();
  } catch (cause) {
    raw.destroy();
    if (isBeaconError(cause)) throw cause;
    throw new BeaconError("MODEL_UNREACHABLE", "no connection came about", { cause });
  } finally {
    clearTimeout(limit);
    signal.removeEventListener("abort", stop);
  }
}

/**
 * Speaks TLS through `raw`, as client and with full verification, whatever the environment says.
 *
 * @throws BeaconError EXIT_TLS_FAILED, MODEL_UNREACHABLE when the connection ended meanwhile.
 */
export function startTls(raw: Duplex, host: string, context: SecureContext): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      socket: raw,
      host,
      // SNI carries names only (RFC 6066, section 3); an address is checked against `host`.
      servername: isIP(host) === 0 ? host : "",
      secureContext: context,
      ALPNProtocols: ["http/1.1"],
      rejectUnauthorized: true,
    });
    raw.once("close", () => socket.destroy());
    socket.once("close", () => {
      raw.destroy();
      reject(new BeaconError("MODEL_UNREACHABLE", "the connection ended while TLS began"));
    });
    socket.on("error", (error) => reject(failureOf(error, host)));
    socket.once("secureConnect", () => resolve(socket));
  });
}

/** What TLS showed of the other side. */
export function tlsOf(socket: TLSSocket): NonNullable<Peer["tls"]> {
  const certificate = socket.getPeerX509Certificate();
  const protocol = socket.getProtocol();
  if (certificate === undefined || protocol === null)
    throw new Error("a verified TLS session without a certificate");
  return { protocol, certificate_sha256: hex(sha256(certificate.raw)) };
}

/**
 * Errors of the system are the network's. All others are OpenSSL's or Node's word on the handshake or
 * the certificate; the original hangs the whole certificate on itself and is not kept.
 */
function failureOf(error: Error, host: string): BeaconError {
  const problem = "code" in error ? String(error.code) : "";
  if (problem === "" || (/^E[A-Z0-9]+$/.test(problem) && problem !== "EPROTO"))
    return new BeaconError("MODEL_UNREACHABLE", "the connection ended while TLS began", {
      cause: error,
    });
  const message = `no TLS with ${host} that holds: ${problem}`;
  return new BeaconError("EXIT_TLS_FAILED", message, { details: { problem } });
}
