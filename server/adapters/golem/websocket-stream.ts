import { WebSocket } from "ws";
import { SocketLike } from "@/server/adapters/golem/socket-like";

/** Bytes were to be written to a tunnel that the other side had closed: none of them was sent. */
export class TunnelClosedError extends Error {}

/** Nothing was heard through a tunnel for too long, not even an answer to a ping. */
export class TunnelSilentError extends Error {}

/** How a dead tunnel is told from one that only waits. */
export type KeepAlive = {
  readonly pingMs: number;
  /** So many pings in a row without a sign of life, and the tunnel is dead. */
  readonly missedPings: number;
};

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
 * That protocol has no half-close either, and the real socket is under `ws`.
 */
export class WebSocketStream extends SocketLike {
  readonly #socket: WebSocket;
  /** Bytes that have come in so far, as `net.Socket` counts them. */
  bytesRead = 0;
  /** Bytes that were handed to the open WebSocket so far. */
  bytesWritten = 0;

  /** @param keepAlive null: the other side watches, or nobody does. */
  constructor(socket: WebSocket, keepAlive: KeepAlive | null = null) {
    super();
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
    if (keepAlive !== null) this.#watchSilence(keepAlive);
  }

  override _construct(done: (error?: Error | null) => void): void {
    if (this.#socket.readyState === WebSocket.CONNECTING) {
      this.#socket.once("open", () => done());
      this.#socket.once("close", () =>
        done(this.destroyed ? null : new Error("the WebSocket closed before it was open")),
      );
    } else done();
  }

  override _read(): void {
    if (this.#socket.isPaused) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#socket.readyState === WebSocket.OPEN) {
      this.bytesWritten += chunk.length;
      this.#socket.send(chunk, { binary: true, compress: false }, done);
    } else done(new TunnelClosedError("nothing was written: the tunnel is closed"));
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), "buffer", done);
  }

  override _final(done: () => void): void {
    this.#socket.close();
    done();
  }

  /** Also while it connects: Node calls `_destroy` only once `_construct` is through. */
  override destroy(error?: Error): this {
    super.destroy(error);
    this.#socket.terminate();
    return this;
  }

  /** Counts pings and not seconds: a process that was held up itself draws no conclusion from that. */
  #watchSilence({ pingMs, missedPings }: KeepAlive): void {
    const socket = this.#socket;
    let missed = 0;
    const heard = () => {
      missed = 0;
    };
    for (const sign of ["message", "ping", "pong"] as const) socket.on(sign, heard);
    const timer = setInterval(() => {
      if (socket.readyState !== WebSocket.OPEN) return;
      // Nothing can be heard while our own reader is behind. The ping tells the other side that we live.
      if (socket.isPaused) heard();
      if (missed >= missedPings)
        return void this.destroy(new TunnelSilentError("the tunnel is dead: nothing was heard"));
      missed += 1;
      socket.ping();
    }, pingMs);
    timer.unref();
    socket.once("close", () => clearInterval(timer));
  }
}
