import { EventEmitter } from "node:events";

/** Wakes those who wait for something to change. */
export class Bell {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  ring(): void {
    this.#emitter.emit("ring");
  }

  /**
   * Resolves when `condition` holds, after `waitMs`, or when `signal` aborts, whichever comes first.
   *
   * Timers by hand: under Node 20 a signal of `AbortSignal.any` over `AbortSignal.timeout` may be
   * collected as garbage before it fires, and the wait would never end.
   */
  until(condition: () => boolean, waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#emitter.off("ring", look);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const look = () => {
        if (signal.aborted || condition()) end();
      };
      const timer = setTimeout(end, waitMs);
      this.#emitter.on("ring", look);
      signal.addEventListener("abort", end, { once: true });
      look();
    });
  }
}
