import { randomInt } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { BeaconError } from "@/server/domain/errors";

function tryToListen(host: string, port: number): Promise<{ port: number } | { code: string }> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) =>
      resolve({ code: "code" in error ? String(error.code) : error.message }),
    );
    server.listen(port, host, () => {
      const address = server.address();
      const taken = address !== null && typeof address === "object" ? address.port : port;
      server.close(() => resolve({ port: taken }));
    });
  });
}

/**
 * Sees that a port can be listened on.
 *
 * @param waitMs how long it may still be held, by processes that are known to be leaving.
 * @throws BeaconError PORT_IN_USE, CONFIG_INVALID
 */
export async function checkPort(host: string, port: number, waitMs: number): Promise<void> {
  const stepMs = 100;
  for (let waitedMs = 0; ; waitedMs += stepMs) {
    const result = await tryToListen(host, port);
    if ("port" in result) return;
    if (result.code !== "EADDRINUSE") {
      throw new BeaconError(
        "CONFIG_INVALID",
        `PORT: ${host}:${port} cannot be listened on (${result.code})`,
      );
    }
    if (waitedMs >= waitMs) {
      throw new BeaconError(
        "PORT_IN_USE",
        `port ${port} is in use by another program: stop it, or choose another with PORT=${port + 1} npm start`,
      );
    }
    await sleep(stepMs);
  }
}

/** Below the ports that systems give to outgoing connections (Linux: from 32768), above the well-known ones. */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES = 20;

/**
 * A port of 127.0.0.1 that is free now, and that no outgoing connection is given: a client that tries
 * again and again to reach a server which is starting anew could otherwise come to sit on its port.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const port = randomInt(LOWEST, HIGHEST);
    if ("port" in (await tryToListen("127.0.0.1", port))) return port;
  }
  const result = await tryToListen("127.0.0.1", 0);
  if ("port" in result) return result.port;
  throw new BeaconError("CONFIG_INVALID", `127.0.0.1 cannot be listened on (${result.code})`);
}

/** A port that one start after the other can use. */
const isUsable = (port: unknown): port is number =>
  Number.isInteger(port) && Number(port) >= LOWEST && Number(port) <= HIGHEST;

/**
 * The port of 127.0.0.1 that `file` remembers, when it is free; otherwise another, which is remembered
 * from now on. For what others write down: an address that changes at every start names nothing.
 */
export async function keptPort(file: string): Promise<number> {
  const known = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  if (isUsable(known) && "port" in (await tryToListen("127.0.0.1", known))) return known;
  const port = await freePort();
  writeFileSync(file, `${port}\n`);
  return port;
}

/**
 * A port of 127.0.0.1 for each of `names`: the one that `file` remembers, when it is free; otherwise
 * another, which is remembered from now on.
 */
export async function keptPorts<Name extends string>(
  file: string,
  names: readonly Name[],
): Promise<Readonly<Record<Name, number>>> {
  const known = existsSync(file) ? portsIn(readFileSync(file, "utf8")) : new Map<string, number>();
  const ports = new Map<string, number>();
  for (const name of names) {
    const isOther = (port: number | undefined) => [...ports.values()].includes(port ?? 0);
    let port = known.get(name);
    if (port === undefined || isOther(port) || !("port" in (await tryToListen("127.0.0.1", port))))
      do port = await freePort();
      while (isOther(port));
    ports.set(name, port);
  }
  writeFileSync(file, `${JSON.stringify(Object.fromEntries([...known, ...ports]), null, 2)}\n`);
  return Object.fromEntries(ports) as Record<Name, number>;
}

/** What does not fit is as if it were not there: a port can always be chosen anew. */
function portsIn(text: string): Map<string, number> {
  try {
    const entries = Object.entries(JSON.parse(text) as object);
    return new Map(entries.filter((entry): entry is [string, number] => isUsable(entry[1])));
  } catch {
    return new Map();
  }
}
