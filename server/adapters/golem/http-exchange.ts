import {
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as send,
} from "node:http";
import {
  BodyMalformedError,
  BodyTooLargeError,
  readBody,
} from "@/server/adapters/golem/content-coding";
import type { Door, DoorRequest, DoorResponse } from "@/server/adapters/golem/door";
import {
  type Dial,
  LineAgent,
  type LineWatch,
  type WithEnding,
} from "@/server/adapters/golem/line-agent";
import { BeaconError, type ErrorCode, isBeaconError } from "@/server/domain/errors";

/** The longest head of an answer, status line and fields together, and as much of trailers. */
const MAX_HEAD_BYTES = 16_384;

/** The most fields in an answer's head. Busy services send some forty. */
const MAX_FIELDS = 128;

/** The most interim answers (1xx) before the answer itself. */
const MAX_INTERIM_ANSWERS = 16;

/** How much larger than its content an answer may be on the wire: a chunk's frame may outweigh what it holds. */
const FRAMING_FACTOR = 8;

/** A door and the means to shut it: closing ends its connections. Safe to repeat. */
export type OpenDoor = { readonly door: Door; close(): void };

/** HTTP/1.1 to one origin over lines that `dial` makes when they are needed. */
export function openLineDoor(origin: string, dial: Dial): OpenDoor {
  const agent = new LineAgent(dial);
  return {
    door: { origin, request: (request) => exchangeAfresh(agent, origin, request) },
    close: () => agent.close(),
  };
}

/** A kept connection turned out to be closed before anything was sent through it. */
class StaleConnection extends Error {}

/** One request and its answer, past kept connections that the other side has closed meanwhile. */
async function exchangeAfresh(
  agent: LineAgent,
  origin: string,
  request: DoorRequest,
): Promise<DoorResponse> {
  for (;;) {
    try {
      return await new Exchange(agent, origin, request).answer;
    } catch (error) {
      // Each of them leaves the agent for good, so this ends with a new connection at the latest.
      if (!(error instanceof StaleConnection)) throw error;
    }
  }
}

/** One request and its answer. Settles exactly once; whatever ends it early also ends its connection. */
class Exchange {
  readonly answer: Promise<DoorResponse>;
  readonly #request: DoorRequest;
  readonly #origin: string;
  readonly #outgoing: ClientRequest;
  /** Ends a line that is still being dialled. */
  readonly #ending = new AbortController();
  readonly #startedAt = performance.now();
  #firstByteMs: number | null = null;
  #watch: LineWatch | null = null;
  #incoming: IncomingMessage | null = null;
  #resolve: (response: DoorResponse) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(agent: LineAgent, origin: string, request: DoorRequest) {
    this.#request = request;
    this.#origin = origin;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#outgoing = this.#begin(agent);
    const { signal, body } = request;
    if (signal.aborted) this.#onAbort();
    else {
      signal.addEventListener("abort", this.#onAbort, { once: true });
      this.#outgoing.end(body ?? undefined);
    }
  }

  #begin(agent: LineAgent): ClientRequest {
    const { method, path, headers, body } = this.#request;
    const { host } = new URL(this.#origin);
    const length = body === null ? {} : { "content-length": String(body.length) };
    const options: RequestOptions & WithEnding = {
      agent,
      method,
      path,
      headers: { host, "accept-encoding": "identity", ...headers, ...length },
      maxHeaderSize: MAX_HEAD_BYTES,
      ending: this.#ending.signal,
    };
    const outgoing = send(options);
    // One more than is taken: Node drops in silence what is beyond.
    outgoing.maxHeadersCount = MAX_FIELDS + 1;
    let interim = 0;
    outgoing.once("socket", (stream) => this.#follow(agent.watchOf(stream)));
    outgoing.on("information", () => {
      interim += 1;
      if (interim > MAX_INTERIM_ANSWERS) this.#giveUp(malformed("interim answers without end"));
    });
    outgoing.once("upgrade", () => this.#giveUp(malformed("a change of protocol")));
    outgoing.once("response", (incoming) => this.#take(incoming));
    outgoing.on("error", (error) => {
      // What comes after a whole answer changes nothing about it.
      if (!this.#incoming?.complete) this.#breakOff(error);
    });
    return outgoing;
  }

  #follow(watch: LineWatch): void {
    const limit = 4 * MAX_HEAD_BYTES + FRAMING_FACTOR * this.#request.maxBytes;
    this.#watch = watch;
    watch.begin((total) => {
      this.#firstByteMs ??= Math.round(performance.now() - this.#startedAt);
      if (total > limit) this.#giveUp(tooLarge("frames around the body"));
    });
  }

  #take(incoming: IncomingMessage): void {
    this.#incoming = incoming;
    const failure = failureOfHead(incoming, this.#watch?.line.peer?.tls != null);
    if (failure !== null) this.#giveUp(failure);
    else this.#read(incoming);
  }

  #read(incoming: IncomingMessage): void {
    readBody(incoming, this.#request.maxBytes).then(
      (body) => this.#succeed(incoming, body),
      (error) => this.#breakOff(error),
    );
  }

  #succeed(incoming: IncomingMessage, body: Uint8Array): void {
    this.#request.signal.removeEventListener("abort", this.#onAbort);
    this.#resolve({
      status: incoming.statusCode ?? 0,
      headers: pairsOf(incoming.rawHeaders),
      body,
      peer: this.#watch?.line.peer ?? null,
      firstByteMs: this.#firstByteMs ?? 0,
    });
  }

  readonly #onAbort = (): void => {
    const { reason } = this.#request.signal;
    if (isTimeout(reason)) this.#fail("MODEL_TIMED_OUT", "no whole answer in time", reason);
    else this.#cutOff(reason);
  };

  /** Whatever ended the exchange before its answer was whole, by whose doing. */
  #breakOff(error: unknown): void {
    const problem = codeOf(error);
    if (isBeaconError(error)) this.#fail(error.code, error.message, error.cause, error.details);
    else if (error instanceof BodyTooLargeError) this.#giveUp(tooLarge(error.message));
    else if (error instanceof BodyMalformedError) this.#giveUp(malformed(error.problem));
    else if (OVERFLOWS.has(problem)) this.#giveUp(tooLarge(problem));
    else if (problem.startsWith("HPE_")) this.#giveUp(malformed(problem));
    else this.#cutOff(error);
  }

  #cutOff(cause: unknown): void {
    if (this.#watch?.hasAnswered)
      this.#fail("MODEL_RESPONSE_CUT_SHORT", "the answer ended before it was whole", cause);
    else if (this.#outgoing.reusedSocket && this.#watch?.hasSentNothing)
      this.#giveUp(new StaleConnection());
    else this.#fail("MODEL_UNREACHABLE", "no answer came back", cause);
  }

  /**
   * Whether it is certain that no byte of the request left, nor will. Without a line of its own it is
   * still here. On a line with TLS nobody can tell: what was encrypted may wait below, and go out
   * while the line is being ended.
   */
  get #isUnsent(): boolean {
    if (this.#watch === null) return true;
    return this.#watch.line.peer?.tls == null && this.#watch.hasSentNothing;
  }

  /** Its details say `sent: false` when that is certain. */
  #fail(
    code: ErrorCode,
    message: string,
    cause: unknown,
    given: BeaconError["details"] = {},
  ): void {
    const details = this.#isUnsent ? { ...given, sent: false } : given;
    this.#giveUp(new BeaconError(code, message, { cause, details }));
  }

  #giveUp(error: Error): void {
    this.#request.signal.removeEventListener("abort", this.#onAbort);
    this.#ending.abort();
    this.#outgoing.destroy();
    this.#reject(error);
  }
}

/** Node's names for an answer whose head, or whose chunks' extensions, are longer than it reads. */
const OVERFLOWS: ReadonlySet<string> = new Set([
  "HPE_HEADER_OVERFLOW",
  "HPE_CHUNK_EXTENSIONS_OVERFLOW",
]);

const isTimeout = (reason: unknown): boolean =>
  reason instanceof Error && reason.name === "TimeoutError";

/** The code alone: Node's parser hangs the received bytes on its errors, and those are for no log. */
const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

const tooLarge = (problem: string): BeaconError =>
  new BeaconError(
    "MODEL_RESPONSE_TOO_LARGE",
    `the answer is larger than what is read: ${problem}`,
    {
      details: { problem },
    },
  );

const malformed = (problem: string): BeaconError =>
  new BeaconError("MODEL_RESPONSE_MALFORMED", `the answer is no sound HTTP: ${problem}`, {
    details: { problem },
  });

/** What is wrong with an answer before its body is read; null: nothing. */
function failureOfHead(incoming: IncomingMessage, isTls: boolean): BeaconError | null {
  const { statusCode = 0, rawHeaders, headers } = incoming;
  if (rawHeaders.length > 2 * MAX_FIELDS) return tooLarge(`more than ${MAX_FIELDS} fields`);
  if (statusCode < 200 || statusCode > 599) return malformed(`status ${statusCode}`);
  const transferCoding = headers["transfer-encoding"]?.toLowerCase() ?? "chunked";
  if (transferCoding !== "chunked") return malformed("unknown transfer coding");
  if (isTls && !tellsItsEnd(incoming))
    return new BeaconError("MODEL_RESPONSE_CUT_SHORT", "the answer does not tell where it ends");
  return null;
}

/**
 * Whether an answer that merely ended can be told from one that was cut. Without a length the end of
 * the connection is the end of the answer, and whoever carries a TLS session may bring that about.
 */
const tellsItsEnd = ({ statusCode = 0, headers }: IncomingMessage): boolean =>
  headers["content-length"] !== undefined ||
  headers["transfer-encoding"] !== undefined ||
  statusCode === 204 ||
  statusCode === 304;

const pairsOf = (raw: readonly string[]): DoorResponse["headers"] =>
  Array.from({ length: raw.length / 2 }, (_, i) => [
    (raw[2 * i] ?? "").toLowerCase(),
    raw[2 * i + 1] ?? "",
  ]);
