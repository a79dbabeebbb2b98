import type { Duplex } from "node:stream";
import { SocketLike } from "@/server/adapters/golem/socket-like";

/** Of so many bytes towards the requestor, a provider that corrupts turns one over. */
const CORRUPT_EVERY = 64;

export type VpnStreamOptions = {
  /** Asked for each stretch of bytes towards the requestor. */
  readonly isCorrupt: () => boolean;
  /** Hears all bytes that the machine sees. */
  readonly onBytes: (bytes: Uint8Array, from: "requestor" | "machine") => void;
};

/**
 * The machine's end of one TCP connection through the VPN. It can fall silent: the machine believes
 * it closed, and the requestor hears nothing more and no end.
 */
export class VpnStream extends SocketLike {
  readonly #inner: Duplex;
  readonly #options: VpnStreamOptions;
  #isSilent = false;
  #sent = 0;

  constructor(inner: Duplex, options: VpnStreamOptions) {
    super();
    this.#inner = inner;
    this.#options = options;
    inner.on("data", (bytes: Buffer) => this.#take(bytes));
    inner.once("end", () => {
      if (!this.#isSilent) this.push(null);
    });
    inner.once("close", () => this.destroy());
    inner.on("error", () => this.destroy());
    this.on("error", () => this.destroy());
  }

  /** The machine's side ends here and now; the other side is told nothing. */
  fallSilent(): void {
    this.#isSilent = true;
    this.#inner.resume();
    this.destroy();
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#options.onBytes(chunk, "machine");
    const bytes = this.#options.isCorrupt() ? this.#corrupted(chunk) : chunk;
    this.#sent += bytes.length;
    this.#inner.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.#inner.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#isSilent) this.#inner.destroy();
    done(error);
  }

  #take(bytes: Buffer): void {
    if (this.#isSilent || this.destroyed) return;
    this.#options.onBytes(bytes, "requestor");
    if (!this.push(bytes)) this.#inner.pause();
  }

  /** Turns over the highest bit of some bytes: text is then no valid UTF-8, and no TLS record holds. */
  #corrupted(chunk: Buffer): Buffer {
    const bytes = Buffer.from(chunk);
    for (const place of bytes.keys())
      if ((this.#sent + place) % CORRUPT_EVERY === CORRUPT_EVERY - 1)
        bytes[place] = (bytes[place] ?? 0) ^ 0x80;
    return bytes;
  }
}
