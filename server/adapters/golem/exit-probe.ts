import { type IncomingMessage, request as send } from "node:http";
import type { Duplex } from "node:stream";
import { z } from "zod";
import { connectTunnel, type TunnelEnd } from "@/server/adapters/golem/tunnel";
import type { ExitProbe } from "@/server/adapters/golem/vantage";
import { BeaconError } from "@/server/domain/errors";

/** What an echo service says. Ours answers `address`; some public ones say `ip`. */
const Echo = z
  .object({ address: z.ipv4().or(z.ipv6()).optional(), ip: z.ipv4().or(z.ipv6()).optional() })
  .transform(({ address, ip }) => address ?? ip)
  .pipe(z.string());

/** The longest echo that is read. */
const MAX_ECHO_CHARACTERS = 4_096;

export type ProbeOptions = {
  /** The exit door: a CONNECT proxy inside the provider's machine. */
  readonly exit: TunnelEnd;
  /** An echo service over plain HTTP. What it says is about an address, nothing secret. */
  readonly echoUrl: string;
  readonly now: () => Date;
  readonly signal: AbortSignal;
};

/**
 * Asks an echo service, out of the provider's exit, which source address it sees. The round trip is
 * that of the question and its answer, once the connection stands.
 *
 * @throws BeaconError GOLEM_TUNNEL_FAILED
 */
export async function probeExit({ exit, echoUrl, now, signal }: ProbeOptions): Promise<ExitProbe> {
  const tunnel = connectTunnel(exit);
  const end = () => tunnel.destroy();
  signal.addEventListener("abort", end, { once: true });
  try {
    signal.throwIfAborted();
    const url = new URL(echoUrl);
    const through = await connectThrough(tunnel, `${url.hostname}:${url.port || 80}`);
    const startedAt = performance.now();
    const observedAddress = Echo.parse(JSON.parse(await ask(through, url)));
    return { at: now(), observedAddress, roundTripMs: Math.round(performance.now() - startedAt) };
  } catch (cause) {
    throw new BeaconError("GOLEM_TUNNEL_FAILED", "the exit probe got no answer", { cause });
  } finally {
    signal.removeEventListener("abort", end);
    tunnel.destroy();
  }
}

/** Asks the CONNECT proxy at the other end of `tunnel` for a connection to `target`. */
function connectThrough(tunnel: Duplex, target: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    send({
      createConnection: () => tunnel,
      method: "CONNECT",
      path: target,
      headers: { host: target },
    })
      .once("connect", (response, socket: Duplex) =>
        response.statusCode === 200
          ? resolve(socket)
          : reject(new Error(`the exit door answered ${response.statusCode}`)),
      )
      .once("error", reject)
      .end();
  });
}

function ask(socket: Duplex, url: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    send({ createConnection: () => socket, host: url.hostname, port: url.port, path: url.pathname })
      .once("response", (response) => textOf(response).then(resolve, reject))
      .once("error", reject)
      .end();
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  if (response.statusCode !== 200) throw new Error(`the echo answered ${response.statusCode}`);
  let text = "";
  for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) {
    text += chunk;
    if (text.length > MAX_ECHO_CHARACTERS) throw new Error("the echo does not end");
  }
  return text;
}
