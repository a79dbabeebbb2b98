import { statusOf, within } from "@/server/adapters/golem/golem-failure";
import type { Yagna } from "@/server/adapters/golem/yagna-events";

/** How long yagna may take to say how an activity stands. */
const PATIENCE_MS = 5_000;

/** Unanswered questions in a row after which the provider counts as gone. */
const FAILURES = 2;

/** yagna's words for an activity that works no more. */
const DEAD: readonly unknown[] = ["Terminated", "Unresponsive"];

/** How agreements end, told by agreement id. */
export type AgreementEnds = {
  /** @returns stops telling. */
  on(agreementId: string, tell: (reason: string) => void): () => void;
};

export type LossWatchOptions = {
  readonly yagna: Yagna;
  readonly ends: AgreementEnds;
  readonly agreementId: string;
  readonly activityId: string;
  readonly everyMs: number;
  /** Aborts when the allocation pays no more. */
  readonly usedUp: AbortSignal;
};

export type LossWatch = { readonly lost: AbortSignal; stop(): void };

/**
 * Aborts `lost` when the agreement is terminated, the provider no longer answers for its activity, or
 * the allocation is used up.
 *
 * Events alone would not do: a provider that has vanished sends none. A yagna that is away or fails at
 * everything says nothing about the provider, and is left to the health watch.
 */
export function watchLoss(options: LossWatchOptions): LossWatch {
  const { yagna, agreementId, activityId, everyMs, usedUp } = options;
  const controller = new AbortController();
  let failures = 0;
  let isLooking = false;
  const abort = (reason: unknown) => {
    stop();
    controller.abort(reason);
  };
  const lose = (reason: string) => abort(new Error(reason));
  const onUsedUp = () => abort(usedUp.reason);
  const look = async () => {
    const asked = yagna.activity.state.getActivityState(activityId);
    const { state } = await within(asked, PATIENCE_MS);
    failures = 0;
    if (DEAD.includes(state[0])) lose(`the activity is ${String(state[0]).toLowerCase()}`);
  };
  const timer = setInterval(async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      await look();
    } catch (error) {
      if (await isProvidersFault(yagna, error)) failures += 1;
      if (failures >= FAILURES) lose("the provider does not answer");
    } finally {
      isLooking = false;
    }
  }, everyMs).unref();
  const forget = options.ends.on(agreementId, (reason) => lose(`agreement terminated: ${reason}`));
  const stop = () => {
    clearInterval(timer);
    forget();
    usedUp.removeEventListener("abort", onUsedUp);
  };
  if (usedUp.aborted) onUsedUp();
  else usedUp.addEventListener("abort", onUsedUp, { once: true });
  return { lost: controller.signal, stop };
}

/** Whether yagna answers for itself while it has no answer from the provider. */
async function isProvidersFault(yagna: Yagna, error: unknown): Promise<boolean> {
  // 404: yagna no longer knows the activity, which it answers by itself.
  if (statusOf(error) === 404) return true;
  return within(yagna.identity.getIdentity(), PATIENCE_MS).then(
    () => true,
    () => false,
  );
}
