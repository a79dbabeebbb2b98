import { createHash, randomBytes } from "node:crypto";

/** Random lower-case hex of `bytes` bytes: yagna's ids are made of it. */
export const randomHex = (bytes: number): string => randomBytes(bytes).toString("hex");

/** A node id as Golem writes it, derived from a name: the same provider is the same node after a restart. */
export const nodeIdOf = (name: string): string =>
  `0x${createHash("sha256").update(`beacon loopback node ${name}`).digest("hex").slice(0, 40)}`;
