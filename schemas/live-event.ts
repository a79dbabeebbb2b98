import { z } from "zod";
import { JobId, LeafIndex } from "@/schemas/primitives";

/** Rises by at least one from event to event; a decimal string, because it is a 64-bit number. */
export const EventId = z.string().regex(/^\d{1,19}$/);

/** What the WebSocket carries. An event only says that a snapshot is stale; it is never the data itself. */
export const LiveEvent = z.discriminatedUnion("kind", [
  z.strictObject({ id: EventId, kind: z.literal("job.changed"), jobId: JobId }),
  z.strictObject({ id: EventId, kind: z.literal("log.published"), size: LeafIndex }),
]);
export type LiveEvent = z.infer<typeof LiveEvent>;
