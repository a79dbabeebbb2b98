import { setTimeout } from "node:timers/promises";
import type { Context } from "@/server/context";
import { BeaconError, ERRORS, type ErrorCode, isBeaconError } from "@/server/domain/errors";
import { failureCodeOf } from "@/server/domain/health/pulse";
import { guardLog } from "@/server/services/guard-log";
import { publishCheckpoint } from "@/server/services/publish-checkpoint";
import { sequenceLog } from "@/server/services/sequence-log";
import type { Logger } from "@/server/telemetry/logger";

/** Without a bell the writer looks so often: notifications may be lost with their connection. */
const POLL_MS = 1_000;
/**
 * Between two checkpoints at least: entries that come in meanwhile share the next. One costs some
 * 20 ms (sequencing, tiles, signatures, two transactions), so that an entry that has just missed one
 * is published some 100 ms later; twice that still is below the 250 ms that a receipt may take.
 */
const CHECKPOINT_INTERVAL_MS = 60;
/** After so many batches a checkpoint is published, whatever waits behind them. */
const BATCHES_PER_CHECKPOINT = 8;
/** After a failure the writer waits so long. */
const RETRY_MS = 1_000;

/** After these nothing may be signed until a person has looked. */
const HALTING: ReadonlySet<ErrorCode> = new Set(["LOG_ROLLED_BACK", "LOG_FORKED", "LOG_HALTED"]);

/** What a person must do: said to the operator with every halt, and not on the pages. */
const WAY_ON =
  "Nothing is sequenced or signed any more. Stop Beacon and restore the newest copy of the database; " +
  "where there is none, begin a new log in a new state folder. Only if the holder is known to be wrong: " +
  "take it out of the policy file, set haltedReason and haltedAt of log_state to NULL, and start again.";

/**
 * Writes the log until `signal` aborts: sequences what waits, publishes a checkpoint over it, and
 * asks for the dispatch of jobs whose intent is now published. Before all this it looks whether the
 * log still is what it once signed; when it is not, it writes nothing, now and after every restart.
 */
export async function writeLog(context: Context, signal: AbortSignal): Promise<void> {
  const log = context.logger.child({ component: "log-writer" });
  const bell = createBell(signal);
  const forget = context.bus.onPendingEntries(bell.ring);
  context.pulses.watch("log-writer");
  await announceDispatchable(context);
  let { publishedSize: toldOf } = await context.log.state();
  let isGuarded = false;
  while (!signal.aborted) {
    try {
      if (!isGuarded) await guard(context, log);
      isGuarded = true;
      await mustNotBeHalted(context);
      const startedAt = Date.now();
      const failure = await sequenceAll(context);
      const size = await publishAndMeasure(context);
      if (failure !== null) throw failure;
      context.pulses.good("log-writer");
      if (size !== null) {
        log.info({ size, durationMs: Date.now() - startedAt }, "checkpoint published");
        await announceDispatchable(context);
        await announceAttested(context, toldOf, size);
        toldOf = size;
        await bell.pause(CHECKPOINT_INTERVAL_MS);
      } else await bell.wait(POLL_MS);
    } catch (error) {
      const code = failureCodeOf(error);
      context.pulses.bad("log-writer", code);
      context.metrics.of.logFailures.add({ code });
      if (await mustEnd(context, log, error)) break;
      await bell.pause(RETRY_MS);
    }
  }
  forget();
}

async function guard(context: Context, log: Logger): Promise<void> {
  for (const witness of await guardLog(context))
    log.warn({ witness }, "a witness could not be asked what it holds");
}

/** Another process may have stopped the log. @throws BeaconError LOG_HALTED */
async function mustNotBeHalted({ logHalt }: Pick<Context, "logHalt">): Promise<void> {
  const halted = await logHalt.read();
  if (halted !== null) throw new BeaconError("LOG_HALTED", halted.reason);
}

/** Says what went wrong. @returns whether the log is halted, and this writer must not go on. */
async function mustEnd(context: Context, log: Logger, error: unknown): Promise<boolean> {
  if (isBeaconError(error) && HALTING.has(error.code)) return halt(context, log, error);
  if (isBeaconError(error) && ERRORS[error.code].retryable)
    log.warn({ err: error }, "not published, it will be tried again");
  else log.error({ err: error }, "the log was not written, it will be tried again");
  return false;
}

/**
 * Stops the log for all processes, and says once what is to be done.
 *
 * @returns false: the database is away, and it must be tried again.
 */
async function halt(context: Context, log: Logger, error: BeaconError): Promise<boolean> {
  try {
    if (error.code !== "LOG_HALTED") {
      await context.logHalt.halt(`${error.code}: ${error.message}`, context.now());
      const { publishedSize } = await context.log.state();
      await context.bus.announce({ kind: "log.published", size: publishedSize });
    }
    const reason = (await context.logHalt.read())?.reason ?? error.message;
    log.error({ err: error, reason, wayOn: WAY_ON }, "the log is halted");
    return true;
  } catch (err) {
    log.warn({ err }, "the log must be halted, and the database does not answer");
    return false;
  }
}

/**
 * Sequences what waits, a bounded number of batches at a time: publishing must not wait for ever.
 *
 * @returns what it failed with; what was sequenced before is published all the same.
 */
async function sequenceAll(context: Context): Promise<unknown> {
  try {
    for (let batch = 0; batch < BATCHES_PER_CHECKPOINT; batch++) {
      const startedAt = performance.now();
      const entries = await sequenceLog(context);
      if (entries === 0) break;
      context.metrics.of.logBatch.observe({}, entries);
      context.metrics.of.logSequencing.observe({}, (performance.now() - startedAt) / 1_000);
    }
    return null;
  } catch (error) {
    return error;
  }
}

/** Publishes what is sequenced; what every witness answered is counted, whatever comes of it. */
async function publishAndMeasure(context: Context): Promise<number | null> {
  const { witnessStore, metrics } = context;
  const startedAt = performance.now();
  const size = await publishCheckpoint({
    ...context,
    witnessStore: {
      ...witnessStore,
      async record(outcomes) {
        for (const { code } of outcomes)
          metrics.of.witnessRequests.add({ outcome: code ?? "cosigned" });
        await witnessStore.record(outcomes);
      },
    },
  });
  if (size !== null) metrics.of.logPublication.observe({}, (performance.now() - startedAt) / 1_000);
  return size;
}

/** Asks for the dispatch of every job whose intent the published log includes. */
async function announceDispatchable(context: Context): Promise<void> {
  const { publishedSize } = await context.log.state();
  for (const jobId of await context.jobs.announced(publishedSize))
    await context.producer.enqueue("job.dispatch", jobId, { jobId });
}

/** Tells of every job whose attestations the published log includes from now on. */
async function announceAttested(context: Context, from: number, to: number): Promise<void> {
  for (const jobId of await context.attestations.jobsBetween(from, to))
    await context.bus.announce({ kind: "job.changed", jobId });
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
