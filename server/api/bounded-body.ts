import { BeaconError } from "@/server/domain/errors";

/** A job's spec is the longest thing that is sent: a block of 1 MiB, each character of which JSON may spell in six. */
const MAX_BODY_BYTES = 8 * 1_048_576;

/**
 * The same request with its body read, when that is not longer than `maxBytes`; whoever sends more is not
 * listened to any further.
 *
 * @throws BeaconError REQUEST_TOO_LARGE
 */
export async function withBoundedBody(
  request: Request,
  maxBytes: number = MAX_BODY_BYTES,
): Promise<Request> {
  if (request.body === null) return request;
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  const reader = request.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    sizeBytes += read.value.length;
    if (sizeBytes > maxBytes) {
      await reader.cancel();
      throw tooLarge(maxBytes);
    }
    parts.push(read.value);
  }
  const { method, headers, signal } = request;
  return new Request(request.url, { method, headers, signal, body: Buffer.concat(parts) });
}

const tooLarge = (maxBytes: number): BeaconError =>
  new BeaconError("REQUEST_TOO_LARGE", `A request holds at most ${maxBytes} bytes.`);
