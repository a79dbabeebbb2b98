import type { Server } from "node:http";
import type { ProviderFault } from "@/schemas/simulation";
import { Conduct, type ConductedProvider } from "@/server/adapters/golem/loopback/conduct";
import type { LoopbackProvider } from "@/server/adapters/golem/loopback/providers";
import type { Reach } from "@/server/adapters/golem/loopback/reach";
import type { ScriptedFault } from "@/server/adapters/golem/loopback/scripted-faults";
import type { VpnStream } from "@/server/adapters/golem/loopback/vpn-stream";
import { LOOPBACK_SITES } from "@/server/domain/vantage/address-plan";

/** On whose behalf a stream comes into a machine. */
export type Visit = {
  readonly conduct: Conduct;
  /** Where the machine's exit leads; null: nowhere. */
  readonly reach: Reach | null;
};

export type ProviderHostOptions = {
  readonly provider: LoopbackProvider;
  readonly onMidRun: (conduct: Conduct, fault: ProviderFault) => void;
};

/** A provider as it runs: how it behaves towards each job, and the doors inside its machines. */
export class ProviderHost implements ConductedProvider {
  readonly provider: LoopbackProvider;
  /** Another country's place: where its machines stand when it lies about its country. */
  readonly elsewhere: Pick<LoopbackProvider, "country" | "address">;
  /** What it does wrong towards every job. */
  script: readonly ScriptedFault[] = [];
  /** Milliseconds that its models have thought: the CPU time that it bills. */
  busyMs = 0;
  readonly #onMidRun: ProviderHostOptions["onMidRun"];
  #isGone = false;
  readonly #doors = new Map<number, Server>();
  readonly #guests = new Map<number, Server>();
  readonly #conducts = new Map<string | null, Conduct>();
  readonly #visits = new WeakMap<object, Visit>();

  constructor({ provider, onMidRun }: ProviderHostOptions) {
    this.provider = provider;
    this.#onMidRun = onMidRun;
    const own = LOOPBACK_SITES.findIndex(({ country }) => country === provider.country);
    const others = [...LOOPBACK_SITES.slice(own + 1), ...LOOPBACK_SITES];
    this.elsewhere = others.find(({ country }) => country !== provider.country) ?? provider;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** How it behaves towards a job. The script is asked for at the first contact only: a job has one. */
  conductTowards(job: string | null, scriptOf: () => readonly ScriptedFault[]): Conduct {
    const known = this.#conducts.get(job);
    if (known !== undefined) return known;
    const conduct = new Conduct({
      host: this,
      script: scriptOf(),
      onMidRun: this.#onMidRun,
    });
    this.#conducts.set(job, conduct);
    return conduct;
  }

  /** Listens on a port inside the machine. No port of this host is opened: streams are handed in. */
  serve(port: number, server: Server): void {
    this.#doors.set(port, server);
  }

  /** Another server in the place of the one on `port`; null: the usual one again. */
  takeOver(port: number, server: Server | null): void {
    if (server === null) this.#guests.delete(port);
    else this.#guests.set(port, server);
  }

  /** Whether something inside the machine listens on `port`. */
  listensOn(port: number): boolean {
    return this.#doors.has(port);
  }

  /** Hands a stream that came through the VPN to the server that listens on `port`. */
  accept(port: number, stream: VpnStream, visit: Visit): void {
    visit.conduct.hold(stream);
    this.#visits.set(stream, visit);
    const server = this.#guests.get(port) ?? this.#doors.get(port);
    server?.emit("connection", stream);
  }

  /** On whose behalf a stream came; null: it did not come through the VPN. */
  visitOf(stream: object): Visit | null {
    return this.#visits.get(stream) ?? null;
  }

  /** From now on nothing reaches this provider, and it says nothing. */
  vanish(how: "closes" | "silent"): void {
    this.#isGone = true;
    for (const conduct of this.#conducts.values()) conduct.breakStreams(how);
  }

  /** Reachable again, with these faults beside those of jobs. Every job begins anew with it. */
  rescript(script: readonly ScriptedFault[]): void {
    this.#isGone = false;
    this.script = script;
    for (const conduct of this.#conducts.values()) conduct.restart();
  }
}
