import type { Instant } from "@/schemas/primitives";

/** RFC 3339 in UTC with milliseconds: how every instant is written on the wire. */
export const instantOf = (date: Date): Instant => date.toISOString() as Instant;

/** The UTC day of an instant: `2026-11-22`. */
export const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
