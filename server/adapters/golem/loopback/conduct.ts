import type { ProviderFault } from "@/schemas/simulation";
import type { LoopbackProvider } from "@/server/adapters/golem/loopback/providers";
import type { ScriptedFault } from "@/server/adapters/golem/loopback/scripted-faults";
import type { VpnStream } from "@/server/adapters/golem/loopback/vpn-stream";

/** So many questions of a job must be answered before a mid-run fault begins. */
const ANSWERS_BEFORE_MID_RUN = 3;

/** Where a machine stands: the country that its models know, the address that its exit has. */
type Place = Pick<LoopbackProvider, "country" | "address">;

/** The provider itself, as far as it is the same towards every job. */
export type ConductedProvider = {
  readonly provider: LoopbackProvider;
  /** Another country's place: where its machines stand when it lies about its country. */
  readonly elsewhere: Place;
  /** What it does wrong towards every job. */
  readonly script: readonly ScriptedFault[];
  readonly isGone: boolean;
};

export type ConductOptions = {
  readonly host: ConductedProvider;
  /** The job's own script for this provider. */
  readonly script: readonly ScriptedFault[];
  /** Called once for each mid-run fault, when it begins. */
  readonly onMidRun: (conduct: Conduct, fault: ProviderFault) => void;
};

/** How one provider behaves towards one job: its script, and how far the job has come with it. */
export class Conduct {
  readonly #options: ConductOptions;
  readonly #begun = new Set<ProviderFault>();
  readonly #streams = new Set<VpnStream>();
  #answers = 0;
  #hasEnded = false;

  constructor(options: ConductOptions) {
    this.#options = options;
  }

  /** Whether a fault is in force by now. */
  shows(fault: ProviderFault): boolean {
    return this.#scripts().some((script) => script.fault === fault && this.#isDue(script));
  }

  /** Nothing reaches the provider any more: neither yagna's calls nor the VPN. */
  get isGone(): boolean {
    return this.#options.host.isGone || this.shows("vanishes");
  }

  /** Where the machine really stands. */
  get place(): Place {
    const { elsewhere, provider } = this.#options.host;
    return this.shows("lies-about-country") ? elsewhere : provider;
  }

  /** One question of the job was answered whole. */
  countAnswer(): void {
    this.#answers += 1;
    for (const script of this.#scripts()) {
      const { fault, moment } = script;
      if (moment !== "mid-run" || !this.#isDue(script) || this.#begun.has(fault)) continue;
      this.#begun.add(fault);
      this.#options.onMidRun(this, fault);
    }
  }

  /** The requestor has ended an agreement: what is scripted for the end begins. */
  end(): void {
    this.#hasEnded = true;
  }

  /** Forgets how far the job has come. */
  restart(): void {
    this.#answers = 0;
    this.#hasEnded = false;
    this.#begun.clear();
    if (this.isGone) this.breakStreams("silent");
  }

  /** Keeps a stream into the machine, so that it can be broken. */
  hold(stream: VpnStream): void {
    this.#streams.add(stream);
    stream.once("close", () => this.#streams.delete(stream));
  }

  /** Ends all streams into the machine: with a close that the requestor sees, or with silence. */
  breakStreams(how: "closes" | "silent"): void {
    for (const stream of [...this.#streams])
      if (how === "silent") stream.fallSilent();
      else stream.destroy();
  }

  #scripts(): readonly ScriptedFault[] {
    return [...this.#options.script, ...this.#options.host.script];
  }

  #isDue({ moment }: ScriptedFault): boolean {
    if (moment === "at-start") return true;
    return moment === "mid-run" ? this.#answers >= ANSWERS_BEFORE_MID_RUN : this.#hasEnded;
  }
}
