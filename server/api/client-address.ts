import type { IncomingMessage } from "node:http";
import { parseIpAddress } from "@/server/domain/vantage/ip-address";

/**
 * Whose connection it is, for counting: an IPv4 address, or the network of an IPv6 one (/64), which is
 * one subscriber's. A proxy on this machine says who it is for; from elsewhere nobody is believed.
 */
export function clientAddressOf({ socket, headers }: IncomingMessage): string {
  const peer = socket.remoteAddress ?? "";
  const forwarded = headers["x-forwarded-for"];
  const named = (Array.isArray(forwarded) ? forwarded.join(",") : forwarded)?.split(",").at(-1);
  const text = named !== undefined && isLoopback(peer) ? named.trim() : peer;
  const address = parseIpAddress(text);
  if (address === null) return text;
  return address.family === 4 ? `4:${address.value}` : `6:${address.value >> 64n}`;
}

function isLoopback(text: string): boolean {
  const address = parseIpAddress(text);
  if (address === null) return false;
  return address.family === 4 ? address.value >> 24n === 127n : address.value === 1n;
}
