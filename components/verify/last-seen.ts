import type { LastSeen } from "@/server/domain/verify/check-consistency";

/** Where a browser keeps what it saw: `localStorage`, or a stand-in. */
export type Memory = Pick<Storage, "getItem" | "setItem">;

/** A state of one log that this browser checked and believed. `root` is base64. */
export type SeenCheckpoint = {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly at: string;
};

const keyOf = (origin: string) => `beacon.last-seen:${origin}`;

/** What this browser last saw of the log named `origin`; null when nothing, or nothing readable. */
export function recallCheckpoint(memory: Memory, origin: string): SeenCheckpoint | null {
  try {
    const value: unknown = JSON.parse(memory.getItem(keyOf(origin)) ?? "null");
    const { size, root, at } = (value ?? {}) as Partial<Record<keyof SeenCheckpoint, unknown>>;
    if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 1) return null;
    if (typeof root !== "string" || typeof at !== "string") return null;
    return { origin, size, root, at };
  } catch {
    return null;
  }
}

/** Keeps a checkpoint, unless the browser already knows a longer history of that log. */
export function rememberCheckpoint(memory: Memory, seen: SeenCheckpoint): void {
  const known = recallCheckpoint(memory, seen.origin);
  if (known !== null && known.size > seen.size) return;
  try {
    memory.setItem(keyOf(seen.origin), JSON.stringify(seen));
  } catch {
    // A browser that keeps nothing checks everything but this one link.
  }
}

/** In the verifier's terms. */
export const asLastSeen = (
  seen: SeenCheckpoint,
  fromBase64: (text: string) => Uint8Array | null,
): LastSeen | null => {
  const root = fromBase64(seen.root);
  return root === null ? null : { size: seen.size, root };
};
