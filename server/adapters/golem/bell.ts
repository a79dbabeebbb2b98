import { EventEmitter, once } from "node:events";

/** Wakes those who wait for something to change. */
export class Bell {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  ring(): void {
    this.#emitter.emit("ring");
  }

  /** Resolves when `condition` holds, after `waitMs`, or when `signal` aborts, whichever comes first. */
  async until(condition: () => boolean, waitMs: number, signal: AbortSignal): Promise<void> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
    while (!condition() && !limit.aborted)
      await once(this.#emitter, "ring", { signal: limit }).catch(() => undefined);
  }
}
