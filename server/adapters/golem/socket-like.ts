import { Duplex } from "node:stream";

/**
 * A byte stream that `node:http` takes for a socket: the methods of `net.Socket` that it calls are
 * here, without effect. There is no half-close: ending one side ends both.
 */
export abstract class SocketLike extends Duplex {
  constructor() {
    super({ allowHalfOpen: false });
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
