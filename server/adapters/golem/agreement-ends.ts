import { z } from "zod";
import type { AgreementEnds } from "@/server/adapters/golem/loss-watch";
import { followEvents, type Yagna } from "@/server/adapters/golem/yagna-events";

/** One poll for agreement events: how long yagna waits for some, and how many it hands out at most. */
const POLL_SECONDS = 5;
const POLL_EVENTS = 100;

/** The longest reason of a provider that is kept. */
const MAX_REASON = 300;

const Terminated = z.object({
  agreementId: z.string(),
  eventType: z.literal("AgreementTerminatedEvent"),
  reason: z.object({ message: z.string() }).nullish(),
});

/**
 * Tells how agreements of this session end. golem-js's own event drops an agreement's end when another
 * event follows closely, and breaks at an end without a reason.
 */
export function followAgreementEnds(yagna: Yagna): AgreementEnds & { close(): void } {
  const listeners = new Map<string, (reason: string) => void>();
  const { market, appSessionId } = yagna;
  const close = followEvents({
    pollSeconds: POLL_SECONDS,
    read: (after) => market.collectAgreementEvents(POLL_SECONDS, after, POLL_EVENTS, appSessionId),
    take: async (event) => {
      const ended = Terminated.safeParse(event);
      if (!ended.success) return;
      const { agreementId, reason } = ended.data;
      listeners.get(agreementId)?.(reason?.message.slice(0, MAX_REASON) ?? "no reason given");
    },
  });
  return {
    on: (agreementId, tell) => {
      listeners.set(agreementId, tell);
      return () => listeners.delete(agreementId);
    },
    close,
  };
}
