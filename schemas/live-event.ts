import { z } from "zod";
import { AttestationId, ComparisonId, Instant, JobId, LeafIndex } from "@/schemas/primitives";

/** Rises by at least one from event to event; a decimal string, because it is a 64-bit number. */
export const EventId = z.string().regex(/^\d{1,19}$/);

/** Events are kept at least so long for those who come back. */
export const EVENTS_KEPT_HOURS = 24;

const event = { v: z.literal(1), id: EventId, at: Instant };

const JobChanged = z.strictObject({ ...event, kind: z.literal("job.changed"), jobId: JobId });
const LogPublished = z.strictObject({
  ...event,
  kind: z.literal("log.published"),
  size: LeafIndex,
});
const ComparisonFiled = z.strictObject({
  ...event,
  kind: z.literal("comparison.filed"),
  jobId: JobId,
  comparisonId: ComparisonId,
});
const AttestationFiled = z.strictObject({
  ...event,
  kind: z.literal("attestation.filed"),
  jobId: JobId,
  attestationId: AttestationId,
});

/**
 * What happened, for whoever follows: docs/live-events.md. An event only says that a snapshot is stale;
 * it is never the data itself.
 */
export const LiveEvent = z.discriminatedUnion("kind", [
  JobChanged,
  LogPublished,
  ComparisonFiled,
  AttestationFiled,
]);
export type LiveEvent = z.infer<typeof LiveEvent>;

/** What the public stream says of itself: first where it stands, and whether something is missing before. */
const StreamHello = z.strictObject({
  v: z.literal(1),
  kind: z.literal("stream.hello"),
  at: Instant,
  /** The newest event that there is; null: there was none yet. */
  newestId: EventId.nullable(),
  keptHours: z.int().positive(),
});
const StreamGap = z.strictObject({
  v: z.literal(1),
  kind: z.literal("stream.gap"),
  at: Instant,
  /** What the client asked to go on after. */
  after: EventId,
  /** The oldest event that is still kept; null: there was none yet. */
  oldestId: EventId.nullable(),
});

/** One frame of the public stream at `/live/events`. */
export const LiveFrame = z.discriminatedUnion("kind", [
  JobChanged,
  LogPublished,
  ComparisonFiled,
  AttestationFiled,
  StreamHello,
  StreamGap,
]);
export type LiveFrame = z.infer<typeof LiveFrame>;
