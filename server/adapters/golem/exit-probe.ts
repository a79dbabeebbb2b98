import { z } from "zod";
import { secureContextOf, targetOf } from "@/server/adapters/golem/dial";
import type { DoorResponse } from "@/server/adapters/golem/door";
import { dialExit } from "@/server/adapters/golem/exit-door";
import { openLineDoor } from "@/server/adapters/golem/http-exchange";
import type { TunnelEnd } from "@/server/adapters/golem/tunnel";
import type { ExitProbe } from "@/server/adapters/golem/vantage";
import { fromUtf8 } from "@/server/domain/bytes";
import { BeaconError, isBeaconError } from "@/server/domain/errors";

const Address = z.ipv4().or(z.ipv6());

/** What an echo service says in JSON. Ours answers `address`; some public ones say `ip`. */
const JsonEcho = z
  .object({ address: Address.optional(), ip: Address.optional() })
  .transform(({ address, ip }) => address ?? ip)
  .pipe(z.string());

/** A line of the trace that some content networks serve: `ip=192.0.2.1`. */
const TRACE_LINE = /^ip=(\S+)$/m;

/** The longest echo that is read. A trace has some 300 bytes. */
export const MAX_ECHO_BYTES = 4_096;

export type ProbeOptions = {
  /** The CONNECT proxy inside the provider's machine. */
  readonly exit: TunnelEnd;
  /** An echo service, `http` or `https`. What it says is about an address, nothing secret. */
  readonly echo: string;
  /** PEM certificates of the only authorities that are believed; null: those that Node ships. */
  readonly trust: readonly string[] | null;
  readonly now: () => Date;
  readonly signal: AbortSignal;
};

/**
 * Asks an echo service, out of the provider's exit, which source address it sees. The round trip is
 * that of the question and its answer, once the connection stands.
 *
 * @throws BeaconError GOLEM_TUNNEL_FAILED, with the code of what went wrong in `details.problem`
 */
export async function probeExit(options: ProbeOptions): Promise<ExitProbe> {
  try {
    return await probe(options);
  } catch (cause) {
    const problem = isBeaconError(cause) ? cause.code : "not an echo";
    const message = `the exit probe got no answer: ${problem}`;
    throw new BeaconError("GOLEM_TUNNEL_FAILED", message, { cause, details: { problem } });
  }
}

async function probe({ exit, echo, trust, now, signal }: ProbeOptions): Promise<ExitProbe> {
  const { origin, pathname, search } = new URL(echo);
  const context = secureContextOf(trust);
  const line = await dialExit(exit, targetOf(origin), { context, signal });
  const { door, close } = openLineDoor(origin, () => Promise.resolve(line));
  const startedAt = performance.now();
  try {
    const response = await door.request({
      method: "GET",
      path: `${pathname}${search}`,
      headers: { connection: "close" },
      body: null,
      signal,
      maxBytes: MAX_ECHO_BYTES,
    });
    // Rounded up: a bound of distance is made of it, and must not come out too small.
    const roundTripMs = Math.ceil(performance.now() - startedAt);
    const { body: answer } = response;
    const peer = response.peer ?? { address: null, tls: null };
    return { at: now(), echo, address: addressIn(response), roundTripMs, answer, peer };
  } finally {
    close();
    line.stream.destroy();
  }
}

/** The address that an echo tells: in JSON, as a line of a trace, or alone. Throws for what is no echo. */
export function addressIn({ status, body }: Pick<DoorResponse, "status" | "body">): string {
  const text = fromUtf8(body)?.trim();
  if (status !== 200 || text === undefined) throw new Error(`the echo answered ${status}`);
  if (text.startsWith("{")) return JsonEcho.parse(JSON.parse(text));
  return Address.parse(TRACE_LINE.exec(text)?.[1] ?? text);
}
