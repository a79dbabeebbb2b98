import { concat } from "@/server/domain/bytes";

/**
 * Reads a body of at most `limitBytes`; null when it is longer. What follows is not read: whoever
 * leaves the loop has given up the stream.
 */
export async function readBounded(
  body: AsyncIterable<Uint8Array> | null,
  limitBytes: number,
): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of body ?? []) {
    sizeBytes += part.length;
    if (sizeBytes > limitBytes) return null;
    parts.push(part);
  }
  return concat(...parts);
}
