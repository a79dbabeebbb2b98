import { Duplex } from "node:stream";
import { WebSocket } from "ws";

/** Bytes were to be written to a tunnel that the other side had closed: none of them was sent. */
export class TunnelClosedError extends Error {}

/** A message that is already in one piece, or that ws left in several. */
const toBuffer = (data: WebSocket.RawData): Buffer =>
  Array.isArray(data)
    ? Buffer.concat(data)
    : data instanceof ArrayBuffer
      ? Buffer.from(data)
      : data;

/**
 * The byte stream that a WebSocket of Golem's VPN carries: binary messages are stretches of a TCP
 * connection. Works before the WebSocket is open; what is written waits.
 *
 * There is no half-close in that protocol: ending one side ends both. The methods of `net.Socket`
 * that `node:http` calls on its sockets are here, without effect: the real socket is under `ws`.
 */
export class WebSocketStream extends Duplex {
  readonly #socket: WebSocket;
  /** Bytes that have come in so far, as `net.Socket` counts them. */
  bytesRead = 0;

  constructor(socket: WebSocket) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    socket.on("message", (data) => {
      const bytes = toBuffer(data);
      this.bytesRead += bytes.length;
      if (!this.push(bytes)) socket.pause();
    });
    socket.once("close", () => {
      if (!this.readableEnded) this.push(null);
      this.destroy();
    });
    socket.on("error", (error) => this.destroy(error));
  }

  override _construct(done: (error?: Error | null) => void): void {
    if (this.#socket.readyState === WebSocket.CONNECTING) {
      this.#socket.once("open", () => done());
      this.#socket.once("close", () => done(new Error("the WebSocket closed before it was open")));
    } else done();
  }

  override _read(): void {
    if (this.#socket.isPaused) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#socket.readyState === WebSocket.OPEN)
      this.#socket.send(chunk, { binary: true, compress: false }, done);
    else done(new TunnelClosedError("nothing was written: the tunnel is closed"));
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), "buffer", done);
  }

  override _final(done: () => void): void {
    this.#socket.close();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.terminate();
    done(error);
  }

  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
