import type { LastSeen } from "@/server/domain/verify/check-consistency";

/** Where a browser keeps what it saw: `localStorage`, or a stand-in. */
export type Memory = Pick<Storage, "getItem" | "setItem">;

/** A state of one log that this browser checked and believed. `root` is base64. */
export type SeenCheckpoint = {
  readonly origin: string;
  readonly size: bigint;
  readonly root: string;
  readonly at: string;
  /** The signed note, verbatim; null when an earlier version of this page did not keep it. */
  readonly note: string | null;
};

const keyOf = (origin: string) => `beacon.last-seen:${origin}`;

/** Sizes are kept as numbers where those are exact, else as decimals. */
function sizeOf(value: unknown): bigint | null {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : null;
  return typeof value === "string" && /^[1-9][0-9]{0,18}$/.test(value) ? BigInt(value) : null;
}

/** What this browser last saw of the log named `origin`; null when nothing, or nothing readable. */
export function recallCheckpoint(memory: Memory, origin: string): SeenCheckpoint | null {
  try {
    const value: unknown = JSON.parse(memory.getItem(keyOf(origin)) ?? "null");
    const seen = (value ?? {}) as Partial<Record<keyof SeenCheckpoint, unknown>>;
    const { root, at, note } = seen;
    const size = sizeOf(seen.size);
    if (size === null || size < 1n) return null;
    if (typeof root !== "string" || typeof at !== "string") return null;
    return { origin, size, root, at, note: typeof note === "string" ? note : null };
  } catch {
    return null;
  }
}

/** Keeps a checkpoint, unless the browser already knows a longer history of that log. */
export function rememberCheckpoint(memory: Memory, seen: SeenCheckpoint): void {
  const known = recallCheckpoint(memory, seen.origin);
  if (known !== null && known.size > seen.size) return;
  const size = seen.size > BigInt(Number.MAX_SAFE_INTEGER) ? String(seen.size) : Number(seen.size);
  try {
    memory.setItem(keyOf(seen.origin), JSON.stringify({ ...seen, size }));
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
