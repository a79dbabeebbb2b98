import type { Writable } from "node:stream";

/** Writes the same again and again, as fast as the other side takes it, until it has had enough. */
export function pour(into: Writable, what: Uint8Array | string): void {
  while (!into.destroyed && into.write(what));
  if (!into.destroyed) into.once("drain", () => pour(into, what));
}
