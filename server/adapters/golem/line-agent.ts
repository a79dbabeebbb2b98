import { Agent, type ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";
import type { Peer } from "@/schemas/evidence";

/** A connection to the other side of a door, on which HTTP/1.1 is spoken. */
export type Line = {
  readonly stream: Duplex;
  readonly peer: Peer | null;
  /** Bytes that went towards the network so far. */
  bytesSent(): number;
};

/** Makes a new line. Gives up as soon as `signal` aborts; once it has resolved, `signal` means nothing to it. */
export type Dial = (signal: AbortSignal) => Promise<Line>;

/** What a request tells its agent beyond Node's own options; Node hands it through. */
export type WithEnding = {
  /** Ends a line that is still being dialled. */
  readonly ending?: AbortSignal;
};

/** What is watched of one line, from one request to the next. */
export class LineWatch {
  readonly line: Line;
  /** Bytes of the answer that is under way. */
  #bytes = 0;
  #sentBefore = 0;
  #onBytes: (total: number) => void = () => {};

  constructor(line: Line) {
    this.line = line;
    const { stream } = line;
    // HTTP hears of errors while a request is under way; between two of them nobody does, and Node
    // ends the process over an error that nobody hears.
    stream.on("error", () => {});
    // HTTP listens only while an answer is due. Alone with such bytes, they answer nothing: whoever
    // sends them could slip in the answer to a question that was not asked yet.
    stream.on("data", (bytes: Buffer) =>
      stream.listenerCount("data") === 1 ? stream.destroy() : this.#count(bytes.length),
    );
  }

  /** A new request begins. @param onBytes is told the size of its answer so far, heads and framing included. */
  begin(onBytes: (total: number) => void): void {
    this.#bytes = 0;
    this.#sentBefore = this.line.bytesSent();
    this.#onBytes = onBytes;
  }

  /** Whether any byte came back for the request, be it half a status line. */
  get hasAnswered(): boolean {
    return this.#bytes > 0;
  }

  /** Whether not one byte of the request has left. */
  get hasSentNothing(): boolean {
    return this.line.bytesSent() === this.#sentBefore;
  }

  #count(size: number): void {
    this.#bytes += size;
    this.#onBytes(this.#bytes);
  }
}

/** Keeps the lines of one door alive between requests. */
export class LineAgent extends Agent {
  readonly #dial: Dial;
  readonly #watches = new WeakMap<Duplex, LineWatch>();
  /** Give up the lines that are being dialled. */
  readonly #dialling = new Set<() => void>();
  #isClosed = false;

  constructor(dial: Dial) {
    // No limit of sockets: a queue in here would wait for lines that were never dialled. Callers are bounded.
    super({ keepAlive: true, scheduling: "lifo" });
    this.#dial = dial;
  }

  override createConnection(
    { ending }: ClientRequestArgs & WithEnding,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    // Node takes an error alone, its types do not.
    const fail = callback as ((error: Error) => void) | undefined;
    if (this.#isClosed || ending === undefined) fail?.(new Error("the door is closed"));
    else
      this.#dialUntil(ending).then((line) => {
        if (this.#isClosed) line.stream.destroy();
        this.#watches.set(line.stream, new LineWatch(line));
        callback?.(null, line.stream);
      }, fail);
  }

  /** Dials until the request ends or the door is closed. */
  async #dialUntil(ending: AbortSignal): Promise<Line> {
    const giving = new AbortController();
    const giveUp = () => giving.abort();
    ending.addEventListener("abort", giveUp, { once: true });
    this.#dialling.add(giveUp);
    if (ending.aborted) giveUp();
    try {
      return await this.#dial(giving.signal);
    } finally {
      ending.removeEventListener("abort", giveUp);
      this.#dialling.delete(giveUp);
    }
  }

  /** The watch over a line of this agent. */
  watchOf(stream: Duplex): LineWatch {
    const watch = this.#watches.get(stream);
    if (watch === undefined) throw new Error("a line that this agent did not dial");
    return watch;
  }

  /** Ends all lines, also those that are being dialled, and dials no more. */
  close(): void {
    this.#isClosed = true;
    for (const giveUp of this.#dialling) giveUp();
    this.destroy();
  }
}
