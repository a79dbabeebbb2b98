import type { IncomingMessage } from "node:http";
import type { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

/** How much larger than its content a coded body may be: heads, and blocks of nothing. */
const CODING_OVERHEAD_BYTES = 65_536;

/** A body is larger than what is read. */
export class BodyTooLargeError extends Error {}

/** A body is not what its head says. */
export class BodyMalformedError extends Error {
  readonly problem: string;

  constructor(problem: string) {
    super(`the body cannot be decoded: ${problem}`);
    this.problem = problem;
  }
}

/** RFC 9110, section 8.4.1, with the name that is kept for old senders. */
const DECODERS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);

/**
 * Reads a body of at most `maxBytes`, its content coding undone. Decoding stops with the chunk that is
 * too much, so that a bomb is never unpacked. When it rejects, the connection is destroyed.
 *
 * @throws BodyTooLargeError, BodyMalformedError, or the error that ended the connection.
 */
export async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const coding = codingOf(incoming);
  if (coding === null) return collect(incoming, maxBytes);
  const decoder = DECODERS.get(coding);
  if (decoder === undefined) throw new BodyMalformedError("unknown content coding");
  let body: Uint8Array = new Uint8Array();
  try {
    await pipeline(
      incoming,
      (coded: AsyncIterable<Uint8Array>) => bounded(coded, maxBytes + CODING_OVERHEAD_BYTES),
      decoder(),
      async (decoded: AsyncIterable<Uint8Array>) => {
        body = await collect(decoded, maxBytes);
      },
    );
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    // zlib's errors, and Node's names for Brotli's.
    throw /^(?:Z_|ERR__ERROR_|ERR_BROTLI_)/.test(code) ? new BodyMalformedError(code) : error;
  }
  return body;
}

/** The one coding of a body; null: none. Codings on top of each other are a name that nobody knows. */
function codingOf(incoming: IncomingMessage): string | null {
  const codings = (incoming.headers["content-encoding"] ?? "").toLowerCase().split(",");
  return (
    codings
      .map((name) => name.trim())
      .filter((name) => name !== "" && name !== "identity")
      .join(", ") || null
  );
}

/** Into one growing piece: a body may come byte by byte, and a list of a million pieces is a bomb, too. */
async function collect(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  let held = new Uint8Array(4_096);
  let sizeBytes = 0;
  for await (const part of bounded(body, maxBytes)) {
    if (sizeBytes + part.length > held.length) {
      const larger = new Uint8Array(Math.max(held.length * 2, sizeBytes + part.length));
      larger.set(held);
      held = larger;
    }
    held.set(part, sizeBytes);
    sizeBytes += part.length;
  }
  return held.slice(0, sizeBytes);
}

async function* bounded(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const part of body) {
    sizeBytes += part.length;
    if (sizeBytes > maxBytes) throw new BodyTooLargeError(`more than ${maxBytes} bytes`);
    yield part;
  }
}
