import { concat } from "@/server/domain/bytes";
import { sha256 } from "@/server/domain/sha256";

/** A stream of choices that follows from its seed alone: the same seed, the same choices. */
export type Draws = {
  /** A whole number from 0 to `limit - 1`, every one equally likely. `limit` is 1 to 2^32. */
  readonly below: (limit: number) => number;
  /** True with probability `p`, in steps of 2^-32. */
  readonly chance: (p: number) => boolean;
  /** One of `items`, which are not empty. */
  readonly pick: <T>(items: readonly T[]) => T;
  /** A new array in an order drawn by Fisher and Yates' method, from the last place down. */
  readonly shuffled: <T>(items: readonly T[]) => T[];
};

const WORDS = 2 ** 32;

/**
 * The draws of a seed, made so that anyone can repeat them: block `i` is sha256(seed, then `i` as
 * four big-endian bytes); each block is read as eight big-endian 32-bit words; a number below `n`
 * is the next word modulo `n`, where words of the last incomplete multiple of `n` are passed over,
 * so that no number is favoured.
 */
export function drawsFrom(seed: Uint8Array): Draws {
  let block = new DataView(new ArrayBuffer(0));
  let blocks = 0;
  let at = 0;
  const word = (): number => {
    if (at === block.byteLength) {
      const counter = new Uint8Array(4);
      new DataView(counter.buffer).setUint32(0, blocks++);
      const hash = sha256(concat(seed, counter));
      block = new DataView(hash.buffer, hash.byteOffset, hash.byteLength);
      at = 0;
    }
    at += 4;
    return block.getUint32(at - 4);
  };
  const below = (limit: number): number => {
    const fair = WORDS - (WORDS % limit);
    let drawn = word();
    while (drawn >= fair) drawn = word();
    return drawn % limit;
  };
  return {
    below,
    chance: (p) => word() < p * WORDS,
    pick: <T>(items: readonly T[]): T => {
      if (items.length === 0) throw new Error("nothing to pick from");
      return items[below(items.length)] as T;
    },
    shuffled: <T>(items: readonly T[]): T[] => {
      const out = [...items];
      for (let i = out.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [out[i], out[j]] = [out[j] as T, out[i] as T];
      }
      return out;
    },
  };
}
