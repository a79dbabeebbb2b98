import { webcrypto } from "node:crypto";
import type { KeptKey, KeyPlace, KeyShelf } from "@/components/attest/key-vault";

/** A shelf that a test can look into. */
export function aShelf(kept: KeptKey[] = []): KeyShelf & { readonly kept: KeptKey[] } {
  return {
    kept,
    of: async (account) => kept.filter((key) => key.account === account),
    put: async (key) => void kept.push(key),
    drop: async (id) => {
      const at = kept.findIndex((key) => key.id === id);
      if (at >= 0) kept.splice(at, 1);
    },
  };
}

/** A browser that can do everything, every part of it replaceable. Its keys are real ones. */
export function aKeyPlace(changes: Partial<KeyPlace> = {}, shelf = aShelf()): KeyPlace {
  let seconds = 0;
  return {
    subtle: webcrypto.subtle as unknown as SubtleCrypto,
    openShelf: async () => shelf,
    now: () => new Date(Date.UTC(2026, 10, 23, 12, 0, seconds++)),
    ...changes,
  };
}
