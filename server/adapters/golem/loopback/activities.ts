import { z } from "zod";
import { unitsIn } from "@/server/adapters/golem/glm";
import type { Agreement, Agreements } from "@/server/adapters/golem/loopback/agreements";
import type { Conduct } from "@/server/adapters/golem/loopback/conduct";
import {
  type Batch,
  ExeScript,
  type FailingCommand,
  type MachineState,
  runScript,
} from "@/server/adapters/golem/loopback/exe-script";
import { randomHex } from "@/server/adapters/golem/loopback/identifiers";
import { manifestOf } from "@/server/adapters/golem/loopback/manifest";
import { type Reach, type Resolve, reachOf } from "@/server/adapters/golem/loopback/reach";
import { ok, type Reply, refuse, unreachable } from "@/server/adapters/golem/loopback/reply";
import type { Call, Route } from "@/server/adapters/golem/loopback/router";

const NewActivity = z.object({ agreementId: z.string().max(100) });
const Script = z.object({ text: z.string().max(200_000) });

const MS_PER_HOUR = 3_600_000n;

export type Activity = {
  readonly id: string;
  readonly agreement: Agreement;
  readonly startedAtMs: number;
  readonly busyMsBefore: number;
  readonly batches: Map<string, Batch>;
  /** The VPN network that its machine was deployed into. */
  networkId: string | null;
  /** Where its machine's exit leads; null: nowhere. Fixed when the machine starts. */
  reach: Reach | null;
  state: MachineState;
  /** Set once it has ended: what it is billed for. */
  usage: Usage | null;
};

/** What a provider bills: how long the machine was there, and how long it computed. */
export type Usage = { readonly durationMs: number; readonly cpuMs: number };

export type ActivitiesOptions = {
  readonly agreements: Agreements;
  readonly now: () => Date;
  readonly resolve: Resolve;
  readonly onCreated: (activity: Activity) => void;
  readonly onEnded: (activity: Activity) => void;
};

/** Activities: the machines that run under agreements. */
export class Activities {
  readonly #options: ActivitiesOptions;
  readonly #all = new Map<string, Activity>();

  constructor(options: ActivitiesOptions) {
    this.#options = options;
  }

  ofAgreement(agreement: Agreement): readonly Activity[] {
    return [...this.#all.values()].filter((activity) => activity.agreement === agreement);
  }

  /** The activities under a conduct's agreements that have not ended. */
  runningFor(conduct: Conduct): readonly Activity[] {
    return [...this.#all.values()].filter(
      ({ agreement, state }) => agreement.conduct === conduct && state !== "Terminated",
    );
  }

  /** The machines of a conduct's agreements stop answering. */
  lose(conduct: Conduct): void {
    for (const activity of this.runningFor(conduct)) activity.state = "Unresponsive";
    conduct.breakStreams("closes");
  }

  /** The running machine of a provider in a VPN network, if there is one. */
  runningIn(networkId: string, providerId: string): Activity | null {
    const found = [...this.#all.values()].find(
      ({ agreement, networkId: network, state }) =>
        network === networkId && agreement.host.provider.id === providerId && state === "Ready",
    );
    return found ?? null;
  }

  usageOf(activity: Activity): Usage {
    if (activity.usage !== null) return activity.usage;
    const { host } = activity.agreement;
    const durationMs = Math.max(0, this.#options.now().getTime() - activity.startedAtMs);
    // Models that think at the same time share the machine's threads.
    const mostMs = durationMs * host.provider.threads;
    return { durationMs, cpuMs: Math.min(host.busyMs - activity.busyMsBefore, mostMs) };
  }

  /** What is due for an activity so far, in units of 10^-18 GLM. */
  dueFor(activity: Activity): bigint {
    const { prices } = activity.agreement.host.provider;
    const { durationMs, cpuMs } = this.usageOf(activity);
    const perHour = (price: string, ms: number) =>
      ((unitsIn(price) ?? 0n) * BigInt(ms)) / MS_PER_HOUR;
    return (
      (unitsIn(prices.startGlm) ?? 0n) +
      perHour(prices.envHourGlm, durationMs) +
      perHour(prices.cpuHourGlm, cpuMs)
    );
  }

  end(activity: Activity): void {
    if (activity.state === "Terminated") return;
    activity.usage = this.usageOf(activity);
    activity.state = "Terminated";
    this.#options.onEnded(activity);
  }

  routes(): readonly Route[] {
    const path = "/activity-api/v1/activity";
    return [
      { method: "POST", path, handle: (call) => this.#create(call.read(NewActivity).agreementId) },
      {
        method: "GET",
        path: `${path}/:id/agreement`,
        handle: this.#on((it) => ok(it.agreement.id)),
      },
      {
        method: "GET",
        path: `${path}/:id/state`,
        handle: this.#onReachable((it) => ok({ state: [it.state, null] })),
      },
      {
        method: "GET",
        path: `${path}/:id/usage`,
        handle: this.#onReachable((it) => this.#usage(it)),
      },
      {
        method: "POST",
        path: `${path}/:id/exec`,
        handle: this.#onReachable((it, call) => this.#execute(it, call)),
      },
      {
        method: "GET",
        path: `${path}/:id/exec/:batch`,
        handle: this.#onReachable((it, call) => this.#results(it, call)),
      },
      {
        method: "DELETE",
        path: `${path}/:id`,
        handle: this.#onReachable((activity) => {
          this.end(activity);
          return ok(null);
        }),
      },
    ];
  }

  /** A handler for the activity that the path names. */
  #on(handle: (activity: Activity, call: Call) => Reply | Promise<Reply>): Route["handle"] {
    return (call) => {
      const activity = this.#all.get(call.param("id"));
      return activity === undefined ? refuse(404, "Activity not found.") : handle(activity, call);
    };
  }

  /** The same, for what only the provider can answer. */
  #onReachable(
    handle: (activity: Activity, call: Call) => Reply | Promise<Reply>,
  ): Route["handle"] {
    return this.#on((activity, call) =>
      activity.agreement.conduct.isGone ? unreachable() : handle(activity, call),
    );
  }

  #create(agreementId: string): Reply {
    const agreement = this.#options.agreements.byId(agreementId);
    if (agreement === null) return refuse(404, "Agreement not found.");
    const { host, conduct, state } = agreement;
    if (state !== "Approved") return refuse(400, `Agreement state is ${state}.`);
    if (conduct.isGone) return unreachable();
    const activity: Activity = {
      id: randomHex(16),
      agreement,
      startedAtMs: this.#options.now().getTime(),
      busyMsBefore: host.busyMs,
      batches: new Map(),
      networkId: null,
      reach: null,
      state: "Initialized",
      usage: null,
    };
    this.#all.set(activity.id, activity);
    this.#options.onCreated(activity);
    return ok({ activityId: activity.id, credentials: null });
  }

  #usage(activity: Activity): Reply {
    const { durationMs, cpuMs } = this.usageOf(activity);
    const timestamp = Math.floor(this.#options.now().getTime() / 1_000);
    return ok({ currentUsage: [durationMs / 1_000, cpuMs / 1_000], timestamp });
  }

  async #execute(activity: Activity, call: Call): Promise<Reply> {
    if (activity.state === "Terminated") return refuse(404, "Activity is terminated.");
    if (activity.state === "Unresponsive") return refuse(500, "ExeUnit does not respond");
    const script = ExeScript.parse(JSON.parse(call.read(Script).text));
    const id = randomHex(16);
    const failing = failingOf(activity.agreement.conduct);
    const ran = runScript(script, activity.state, this.#options.now(), failing);
    if (ran.state === "Ready") activity.reach ??= await this.#reachOf(activity);
    activity.batches.set(id, ran.batch);
    activity.networkId = ran.networkId ?? activity.networkId;
    activity.state = ran.state;
    return ok(id);
  }

  async #reachOf({ agreement }: Activity): Promise<Reach | null> {
    const manifest = manifestOf(agreement.counter.properties);
    if (manifest === null || typeof manifest === "string") return null;
    return reachOf(manifest, this.#options.resolve);
  }

  #results(activity: Activity, call: Call): Reply {
    const batch = activity.batches.get(call.param("batch"));
    if (batch === undefined) return refuse(404, "Batch not found.");
    if (call.headers.accept === "text/event-stream")
      return refuse(400, "the loopback network streams no results");
    return ok(batch);
  }
}

function failingOf(conduct: Conduct): ReadonlySet<FailingCommand> {
  const failing = new Set<FailingCommand>();
  if (conduct.shows("deploy-failure")) failing.add("deploy");
  if (conduct.shows("exec-failure")) failing.add("start");
  return failing;
}
