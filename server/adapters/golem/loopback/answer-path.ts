import { Transform } from "node:stream";
import type { Conduct } from "@/server/adapters/golem/loopback/conduct";

/** Of an answer, so many bytes pass before a provider that truncates ends the connection. Shorter answers pass. */
const CUT_AFTER_BYTES = 600;

/** An answer is over when nothing of it has come for so long. */
const QUIET_MS = 30;

/** TLS record types and the length of a record's header (RFC 8446, section 5.1). */
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const HEADER_BYTES = 5;

export type AnswerPathOptions = {
  readonly conduct: Conduct;
  readonly slowMs: number;
  /** The provider begins to flood: nothing more comes out of `answers`. */
  readonly onFlood: () => void;
};

/**
 * Where the bytes of one connection to a service pass through a machine: one stream for each
 * direction. The machine cannot read TLS, but it sees the records: by them it knows a question from
 * a handshake, so that faults that concern answers leave handshakes alone.
 */
export function createAnswerPath(options: AnswerPathOptions): {
  readonly questions: Transform;
  readonly answers: Transform;
} {
  const path = new AnswerPath(options);
  return {
    questions: new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        path.ask(chunk);
        done(null, chunk);
      },
    }),
    answers: new Transform({
      transform(chunk: Buffer, _encoding, done) {
        path.answer(chunk, this, done);
      },
      flush: (done) => {
        path.close();
        done();
      },
    }),
  };
}

class AnswerPath {
  readonly #options: AnswerPathOptions;
  readonly #isQuestion = createQuestionSpotter();
  #isAsked = false;
  #askedAtMs = 0;
  #answered = 0;
  #quiet: NodeJS.Timeout | undefined;

  constructor(options: AnswerPathOptions) {
    this.#options = options;
  }

  ask(chunk: Buffer): void {
    if (!this.#isQuestion(chunk)) return;
    if (this.#answered > 0) this.close();
    this.#isAsked = true;
    this.#askedAtMs = performance.now();
  }

  /** Hands on a stretch of an answer, late when the provider is slow. */
  answer(chunk: Buffer, to: Transform, done: () => void): void {
    const { conduct, slowMs } = this.#options;
    const isSlow = this.#isAsked && conduct.shows("slow");
    const waitMs = isSlow ? this.#askedAtMs + slowMs - performance.now() : 0;
    if (waitMs > 0) setTimeout(() => this.#pass(chunk, to, done), waitMs).unref();
    else this.#pass(chunk, to, done);
  }

  /** The answer is over. */
  close(): void {
    clearTimeout(this.#quiet);
    if (this.#isAsked && this.#answered > 0) this.#options.conduct.countAnswer();
    this.#isAsked = false;
    this.#answered = 0;
  }

  #pass(chunk: Buffer, to: Transform, done: () => void): void {
    const { conduct, onFlood } = this.#options;
    if (this.#isAsked) {
      if (conduct.shows("floods")) {
        onFlood();
        return;
      }
      const room = CUT_AFTER_BYTES - this.#answered;
      this.#answered += chunk.length;
      if (conduct.shows("truncates") && chunk.length >= room) {
        to.push(chunk.subarray(0, Math.max(0, room)));
        to.push(null);
        return;
      }
      clearTimeout(this.#quiet);
      this.#quiet = setTimeout(() => this.close(), QUIET_MS).unref();
    }
    to.push(chunk);
    done();
  }
}

/**
 * Says of each stretch of bytes from the requestor whether a question is in it. In a TLS connection
 * that is application data after the handshake; in any other connection every byte is.
 */
function createQuestionSpotter(): (chunk: Buffer) => boolean {
  let isTls: boolean | null = null;
  let toSkip = 0;
  let header = Buffer.alloc(0);
  const records = new Map<number | undefined, number>();
  const seen = (type: number) => records.get(type) ?? 0;
  return (chunk) => {
    isTls ??= chunk[0] === HANDSHAKE;
    if (!isTls) return true;
    for (let at = 0; at < chunk.length; ) {
      if (toSkip > 0) {
        const step = Math.min(toSkip, chunk.length - at);
        toSkip -= step;
        at += step;
        continue;
      }
      const more = chunk.subarray(at, at + HEADER_BYTES - header.length);
      header = Buffer.concat([header, more]);
      at += more.length;
      if (header.length < HEADER_BYTES) break;
      records.set(header[0], seen(header[0] ?? 0) + 1);
      toSkip = header.readUInt16BE(3);
      header = Buffer.alloc(0);
    }
    // TLS 1.3 ends its handshake with one record that looks like application data; TLS 1.2 shows
    // three records of the handshake instead.
    return seen(APPLICATION_DATA) > (seen(HANDSHAKE) > 2 ? 0 : 1);
  };
}
