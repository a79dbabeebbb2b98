import type { GolemNetwork } from "@golem-sdk/golem-js";
import { within } from "@/server/adapters/golem/golem-failure";

/** How long yagna may take to say how an activity stands. */
const PATIENCE_MS = 5_000;

/** Unanswered questions in a row after which the provider counts as gone. */
const FAILURES = 2;

export type LossWatchOptions = {
  readonly golem: GolemNetwork;
  readonly agreementId: string;
  readonly activityId: string;
  readonly everyMs: number;
};

export type LossWatch = { readonly lost: AbortSignal; stop(): void };

/**
 * Aborts `lost` when the agreement is terminated or the provider no longer answers for its activity.
 *
 * golem-js's event alone would not do: it drops an agreement event when another follows closely, and a
 * provider that has vanished sends none.
 */
export function watchLoss({
  golem,
  agreementId,
  activityId,
  everyMs,
}: LossWatchOptions): LossWatch {
  const controller = new AbortController();
  let failures = 0;
  const lose = (reason: string) => {
    stop();
    controller.abort(new Error(reason));
  };
  const onTerminated = (event: { agreement: { id: string }; reason: string }) => {
    if (event.agreement.id === agreementId) lose(`agreement terminated: ${event.reason}`);
  };
  const look = async () => {
    const state = await within(
      golem.services.activityApi.getActivityState(activityId),
      PATIENCE_MS,
    );
    failures = 0;
    if (state === "Terminated") lose("the activity was ended by the provider");
  };
  const timer = setInterval(() => {
    look().catch(() => {
      failures += 1;
      if (failures >= FAILURES) lose("the provider does not answer");
    });
  }, everyMs).unref();
  const stop = () => {
    clearInterval(timer);
    golem.market.events.off("agreementTerminated", onTerminated);
  };
  golem.market.events.on("agreementTerminated", onTerminated);
  return { lost: controller.signal, stop };
}
