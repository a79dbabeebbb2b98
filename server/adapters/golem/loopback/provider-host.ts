import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Faults } from "@/server/adapters/golem/loopback/faults";
import type { LoopbackProvider } from "@/server/adapters/golem/loopback/providers";

/** A provider as it runs: its faults, whether it can be reached, and the doors inside its machine. */
export class ProviderHost {
  readonly provider: LoopbackProvider;
  faults: Faults = {};
  /** Milliseconds that its models have thought: the CPU time that it bills. */
  busyMs = 0;
  #isGone = false;
  #answers = 0;
  readonly #doors = new Map<number, Server>();
  readonly #streams = new Set<Duplex>();

  constructor(provider: LoopbackProvider) {
    this.provider = provider;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Listens on a port inside the machine. No port of this host is opened: streams are handed in. */
  serve(port: number, server: Server): void {
    this.#doors.set(port, server);
  }

  /** Whether something inside the machine listens on `port`. */
  listensOn(port: number): boolean {
    return this.#doors.has(port);
  }

  /** Hands a stream that came through the VPN to the server that listens on `port`. */
  accept(port: number, stream: Duplex): void {
    this.#streams.add(stream);
    stream.once("close", () => this.#streams.delete(stream));
    stream.on("error", () => stream.destroy());
    this.#doors.get(port)?.emit("connection", stream);
  }

  /** Counts one answer of the model door; with that fault set, the provider is gone after enough of them. */
  countAnswer(thoughtMs: number): void {
    this.busyMs += thoughtMs;
    this.#answers += 1;
    if (this.#answers === this.faults.vanishesAfterAnswers) this.vanish();
  }

  /** From now on nothing reaches this provider, and it says nothing. */
  vanish(): void {
    this.#isGone = true;
    for (const stream of this.#streams) stream.destroy();
  }

  /** Whole again: reachable, and without faults. */
  heal(): void {
    this.#isGone = false;
    this.#answers = 0;
    this.faults = {};
  }
}
