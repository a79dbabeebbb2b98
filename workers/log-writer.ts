import { setTimeout } from "node:timers/promises";
import type { Context } from "@/server/context";
import { ERRORS, isBeaconError } from "@/server/domain/errors";
import { publishCheckpoint } from "@/server/services/publish-checkpoint";
import { sequenceLog } from "@/server/services/sequence-log";

/** Without a bell the writer looks so often: notifications may be lost with their connection. */
const POLL_MS = 1_000;
/** Between two checkpoints at least: entries that come in meanwhile share the next. */
const CHECKPOINT_INTERVAL_MS = 60;
/** After so many batches a checkpoint is published, whatever waits behind them. */
const BATCHES_PER_CHECKPOINT = 8;
/** After a failure the writer waits so long. */
const RETRY_MS = 1_000;

/**
 * Writes the log until `signal` aborts: sequences what waits, publishes a checkpoint over it, and
 * asks for the dispatch of jobs whose intent is now published.
 */
export async function writeLog(context: Context, signal: AbortSignal): Promise<void> {
  const log = context.logger.child({ component: "log-writer" });
  const bell = createBell(signal);
  const forget = context.bus.onPendingEntries(bell.ring);
  await announceDispatchable(context);
  while (!signal.aborted) {
    try {
      const startedAt = Date.now();
      const failure = await sequenceAll(context);
      const size = await publishCheckpoint(context);
      if (failure !== null) throw failure;
      if (size !== null) {
        log.info({ size, durationMs: Date.now() - startedAt }, "checkpoint published");
        await announceDispatchable(context);
        await bell.pause(CHECKPOINT_INTERVAL_MS);
      } else await bell.wait(POLL_MS);
    } catch (error) {
      if (isBeaconError(error) && ERRORS[error.code].retryable)
        log.warn({ err: error }, "not published, it will be tried again");
      else log.error({ err: error }, "the log was not written, it will be tried again");
      await bell.pause(RETRY_MS);
    }
  }
  forget();
}

/**
 * Sequences what waits, a bounded number of batches at a time: publishing must not wait for ever.
 *
 * @returns what it failed with; what was sequenced before is published all the same.
 */
async function sequenceAll(context: Context): Promise<unknown> {
  try {
    for (let batch = 0; batch < BATCHES_PER_CHECKPOINT; batch++)
      if ((await sequenceLog(context)) === 0) break;
    return null;
  } catch (error) {
    return error;
  }
}

/** Asks for the dispatch of every job whose intent the published log includes. */
async function announceDispatchable(context: Context): Promise<void> {
  const { publishedSize } = await context.log.state();
  for (const jobId of await context.jobs.announced(publishedSize))
    await context.producer.enqueue("job.dispatch", jobId, { jobId });
}

/** A bell that remembers one ring, so that none is lost while the writer works. */
function createBell(signal: AbortSignal) {
  let isRung = false;
  let wake: (() => void) | null = null;
  return {
    ring(): void {
      isRung = true;
      wake?.();
    },
    /** Until the next ring, at most `ms`. */
    async wait(ms: number): Promise<void> {
      if (!isRung) {
        const rung = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await Promise.race([rung, sleep(ms, signal)]);
      }
      isRung = false;
      wake = null;
    },
    /** For `ms`, whatever rings. */
    pause: (ms: number) => sleep(ms, signal),
  };
}

/** Sleeps for `ms`, or until `signal` aborts. */
const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal }).catch(() => {});
