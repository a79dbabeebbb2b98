import type { IncomingMessage } from "node:http";

/** The largest request that is read. */
const MAX_REQUEST_BYTES = 262_144;

/** A request's JSON; undefined when it is none, or too large. */
export async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_REQUEST_BYTES) chunks.push(chunk);
  }
  try {
    return size > MAX_REQUEST_BYTES ? undefined : JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}
