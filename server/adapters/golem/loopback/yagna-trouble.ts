import type { Socket } from "node:net";
import type { YagnaFault } from "@/schemas/simulation";
import type { JobSimulation } from "@/server/adapters/golem/loopback/scripted-faults";

export type YagnaTroubleOptions = {
  /** How much longer a slow yagna takes for each answer. */
  readonly slowMs: number;
  /** Drops what yagna keeps in memory only. */
  readonly onRestart: () => void;
};

/**
 * What goes wrong with yagna itself. While it is down, its connections are reset: the port stays
 * open, because the echo service and the relay answer on it too.
 */
export class YagnaTrouble {
  readonly #options: YagnaTroubleOptions;
  /** How often each fault is in force: scripts of several jobs may overlap. */
  readonly #counts = new Map<YagnaFault, number>();
  readonly #armed = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #sockets = new Set<Socket>();

  constructor(options: YagnaTroubleOptions) {
    this.#options = options;
  }

  get isDown(): boolean {
    return this.#has("down") || this.#has("restart");
  }

  get hasErrors(): boolean {
    return this.#has("errors");
  }

  /** What is added to the time of every answer. */
  get delayMs(): number {
    return this.#has("slow") ? this.#options.slowMs : 0;
  }

  /** Remembers a connection on which yagna was spoken to, so that it can be cut. */
  hold(socket: Socket): void {
    if (this.#sockets.has(socket)) return;
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  /** Starts the faults of a job at their times; those of one job once only. */
  arm({ job, yagna }: JobSimulation): void {
    if (this.#armed.has(job)) return;
    this.#armed.add(job);
    for (const { fault, after_s, for_s } of yagna)
      this.#after(after_s * 1_000, () => this.#begin(fault, for_s * 1_000));
  }

  /** From now on, for so long; without a time until `end`. A restart without a time is over at once. */
  start(fault: YagnaFault, forMs: number | null): void {
    this.#begin(fault, fault === "restart" ? (forMs ?? 0) : forMs);
  }

  /** Ends everything that is under way or still to come. */
  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#counts.clear();
  }

  #has(fault: YagnaFault): boolean {
    return (this.#counts.get(fault) ?? 0) > 0;
  }

  #begin(fault: YagnaFault, forMs: number | null): void {
    const count = (difference: number) =>
      this.#counts.set(fault, (this.#counts.get(fault) ?? 0) + difference);
    count(1);
    if (this.isDown) for (const socket of this.#sockets) socket.resetAndDestroy();
    if (fault === "restart") this.#options.onRestart();
    if (forMs !== null) this.#after(forMs, () => count(-1));
  }

  #after(waitMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, waitMs).unref();
    this.#timers.add(timer);
  }
}
