import type { CheckName, HealthCheck } from "@/schemas/health";
import { type Finding, lasting, named, since, well } from "@/server/domain/health/finding";
import type { FailureCode, Pulse } from "@/server/domain/health/pulse";

/** What is said of something that is tried again and again. */
export type Rhythm = {
  readonly name: CheckName;
  /** What is tried, as the beginning of a sentence: "The log's writer". */
  readonly who: string;
  /** So long after its last good outcome it has failed for good. */
  readonly patienceMs: number;
  /** Said when it is silent; null: it may be silent, there may be nothing to do. */
  readonly silentCode: FailureCode | null;
};

/** Judges something that is tried again and again by what became of it the last times. */
export function judgePulse(rhythm: Rhythm, pulse: Pulse | null, now: Date): HealthCheck {
  const { name, who, patienceMs, silentCode } = rhythm;
  if (pulse === null) return named(name, well(`${who}: there is nothing to do here.`, null));
  const { lastGoodAt, lastBad } = pulse;
  const goodMs = since(lastGoodAt ?? pulse.since, now);
  const isLong = goodMs > patienceMs;
  if (lastBad !== null && (lastGoodAt === null || lastBad.at > lastGoodAt)) {
    const ageMs = since(lastBad.at, now);
    const ever =
      lastGoodAt === null ? "and never succeeded" : `and last succeeded ${lasting(goodMs)} ago`;
    return named(name, {
      level: isLong ? "fail" : "warn",
      code: lastBad.code,
      sentence: `${who} failed ${lasting(ageMs)} ago with ${lastBad.code}, ${ever}; it is tried again.`,
      ageMs,
    });
  }
  if (isLong && silentCode !== null)
    return named(name, {
      level: "fail",
      code: silentCode,
      sentence: `${who} has shown no sign of life for ${lasting(goodMs)}.`,
      ageMs: goodMs,
    });
  if (lastGoodAt === null) return named(name, well(`${who}: nothing was tried yet.`, null));
  return named(name, well(`${who} succeeded.`, goodMs));
}

/** The worker of one queue. */
export type QueueFacts = {
  readonly queue: string;
  readonly isRunning: boolean;
  readonly pulse: Pulse | null;
  /** A message comes so often, whatever happens; null: only when there is something to do. */
  readonly everyMs: number | null;
};

/** A queue's own error is repeated while its reason lasts: an old one is over. */
const QUEUE_ERROR_MS = 60_000;
/** So many messages in a row may be missing from one that comes regularly. */
const MISSED = 15;

function troubleOf({ queue, isRunning, pulse, everyMs }: QueueFacts, now: Date): Finding | null {
  if (!isRunning)
    return {
      level: "fail",
      code: "QUEUE_SILENT",
      sentence: `Nobody works on ${queue}.`,
      ageMs: null,
    };
  if (pulse === null) return null;
  const { lastGoodAt, lastBad } = pulse;
  const badMs = lastBad === null ? null : since(lastBad.at, now);
  if (
    lastBad !== null &&
    badMs !== null &&
    badMs <= QUEUE_ERROR_MS &&
    lastBad.at > (lastGoodAt ?? 0)
  )
    return {
      level: "warn",
      code: lastBad.code,
      sentence: `${queue} could not be read ${lasting(badMs)} ago.`,
      ageMs: badMs,
    };
  const quietMs = since(lastGoodAt ?? pulse.since, now);
  if (everyMs === null || quietMs <= MISSED * everyMs) return null;
  return {
    level: "fail",
    code: "QUEUE_SILENT",
    sentence: `No message of ${queue} came for ${lasting(quietMs)}; one should come every ${lasting(everyMs)}.`,
    ageMs: quietMs,
  };
}

/** Whether the workers of queues are alive. */
export function judgeQueues(queues: readonly QueueFacts[], now: Date): HealthCheck {
  const troubles = queues.flatMap((facts) => troubleOf(facts, now) ?? []);
  const [first] = [...troubles].sort(
    (a, b) => Number(b.level === "fail") - Number(a.level === "fail"),
  );
  if (first !== undefined)
    return named("queues", {
      ...first,
      sentence: troubles.map(({ sentence }) => sentence).join(" "),
    });
  const ages = queues.flatMap(({ pulse }) => pulse?.lastGoodAt ?? []).map((at) => since(at, now));
  return named(
    "queues",
    well(
      `${queues.length} ${queues.length === 1 ? "queue is" : "queues are"} worked on.`,
      ages.length === 0 ? null : Math.min(...ages),
    ),
  );
}

/** Blocks that wait for a content store. */
export type OutboxFacts = { readonly blocks: number; readonly oldestAt: Date | null };

const OUTBOX_MS = 600_000;

/** Whether blocks reach the content stores: by what became of moving them, and by how long one waits. */
export function judgeContent(pulse: Pulse | null, outbox: OutboxFacts, now: Date): HealthCheck {
  const tried = judgePulse(
    { name: "content-stores", who: "Moving blocks", patienceMs: OUTBOX_MS, silentCode: null },
    pulse,
    now,
  );
  const waitMs = outbox.oldestAt === null ? 0 : since(outbox.oldestAt, now);
  if (tried.level !== "ok" || waitMs <= OUTBOX_MS) return tried;
  return named("content-stores", {
    level: "warn",
    code: "CONTENT_STORE_UNAVAILABLE",
    sentence: `${outbox.blocks} ${outbox.blocks === 1 ? "block waits" : "blocks wait"} for a content store, the oldest for ${lasting(waitMs)}.`,
    ageMs: waitMs,
  });
}
