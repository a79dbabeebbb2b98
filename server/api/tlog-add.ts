import type { IncomingMessage, ServerResponse } from "node:http";
import type { Submitters } from "@/server/adapters/keys/submitters";
import { refusalOf } from "@/server/api/refuse";
import { fromBase64 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { MAX_LEAF_BYTES, mustBeForeign, SUBMISSION_PATH } from "@/server/domain/log/submission";

export type TlogAddDeps = {
  /** Null: nobody may add, and there is no such address. */
  readonly submitters: Submitters | null;
  /** Adds one leaf; its index, once that is durable. */
  readonly add: (bytes: Uint8Array) => Promise<number>;
};

/** How long a client is asked to wait, in seconds, when the log is behind and when it stands still. */
const RETRY_AFTER_S: Readonly<Record<number, number>> = { 429: 1, 503: 5 };

/** Whether a request is for this door; all others are Next's, which has nothing at this address. */
export const isTlogAdd = ({ method, url }: IncomingMessage): boolean =>
  method === "POST" && url === SUBMISSION_PATH;

/**
 * `POST /tlog/add`: the body is a leaf's bytes, 1 to 65,535; the answer is its index in ASCII
 * digits. It is answered when the leaf is durable and has its index; a checkpoint that includes it
 * follows. Known bytes get the index that they have.
 *
 * `Authorization: Bearer TOKEN`, or `Authorization: Beacon-Signature keyid=HEX, sig=BASE64` with an
 * Ed25519 signature over the SHA-256 of `submissionMessage`.
 *
 * Answers 401 without either, 403 to entries of our own kinds, 413 above the limit, 429 and 503 with
 * Retry-After when too much waits or the log stands still. Not a route of Next's, whose handlers are
 * several times as slow.
 */
export function tlogAdd(deps: TlogAddDeps) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const index = await indexOf(deps, request);
      answer(response, 200, "text/plain; charset=utf-8", String(index));
    } catch (error) {
      if (request.destroyed && !request.complete) return;
      const { status, body } = refusalOf(error);
      if (status === 401) response.setHeader("www-authenticate", "Bearer, Beacon-Signature");
      const seconds = RETRY_AFTER_S[status];
      if (seconds !== undefined) response.setHeader("retry-after", seconds);
      // What is left of a body that nobody reads would be taken for the next request.
      if (!request.complete) response.setHeader("connection", "close");
      answer(response, status, "application/json", JSON.stringify(body));
    }
  };
}

function answer(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(text);
}

async function indexOf({ submitters, add }: TlogAddDeps, request: IncomingMessage) {
  if (submitters === null) throw new BeaconError("LOG_ADD_OFF", "This log takes no leaves.");
  const { authorization = "" } = request.headers;
  const [, token] = /^Bearer ([!-~]{1,512})$/i.exec(authorization) ?? [];
  const signed = signatureOf(authorization);
  if (signed === null && (token === undefined || !submitters.isToken(token))) throw unauthorized();
  const body = await bodyOf(request);
  if (signed !== null && !(await submitters.isSigned(signed.keyId, body, signed.signature)))
    throw unauthorized();
  mustBeForeign(body);
  return add(body);
}

const unauthorized = (): BeaconError =>
  new BeaconError(
    "SUBMITTER_UNKNOWN",
    "Adding leaves asks for a token or a signature that is known here.",
  );

function signatureOf(authorization: string) {
  const [, keyId, encoded] =
    /^Beacon-Signature keyid=([0-9a-f]{8}), ?sig=([A-Za-z0-9+/=]{88})$/i.exec(authorization) ?? [];
  const signature = fromBase64(encoded ?? "");
  return keyId === undefined || signature === null
    ? null
    : { keyId: keyId.toLowerCase(), signature };
}

/** The whole body, and never more than a leaf holds. @throws BeaconError LEAF_TOO_LARGE */
async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = new BeaconError("LEAF_TOO_LARGE", `A leaf has at most ${MAX_LEAF_BYTES} bytes.`);
  if (Number(request.headers["content-length"] ?? 0) > MAX_LEAF_BYTES) throw tooLarge;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on("data", (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= MAX_LEAF_BYTES) chunks.push(chunk);
      else {
        request.pause();
        reject(tooLarge);
      }
    });
    request.once("end", () =>
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
    );
    request.once("error", reject);
    request.once("close", () =>
      reject(new BeaconError("LOG_ADD_REFUSED", "the request was cut off")),
    );
  });
}
