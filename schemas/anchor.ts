import { z } from "zod";

/** Who vouches: a time-stamp authority (RFC 3161), or Bitcoin by way of an OpenTimestamps calendar. */
export const AnchorKind = z.enum(["rfc3161", "opentimestamps"]);
export type AnchorKind = z.infer<typeof AnchorKind>;

/** PENDING goes to FINAL or to FAILED, and stays there. */
export const AnchorStatus = z.enum(["PENDING", "FINAL", "FAILED"]);
export type AnchorStatus = z.infer<typeof AnchorStatus>;

/** An anchor's name: `anc-` and 16 bytes, in base32, of a hash over kind, service and size. */
export const AnchorId = z
  .string()
  .regex(/^anc-[a-z2-7]{26}$/)
  .brand<"anc">();
export type AnchorId = z.infer<typeof AnchorId>;
