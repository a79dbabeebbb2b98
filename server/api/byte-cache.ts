/** Keeps byte strings by name, the last used ones, up to a number of bytes. */
export type ByteCache = {
  get(name: string): Uint8Array | null;
  keep(name: string, bytes: Uint8Array): void;
};

/** @param limitBytes above this the longest unused are forgotten. */
export function createByteCache(limitBytes: number): ByteCache {
  // A Map goes through its entries in the order in which they were put.
  const kept = new Map<string, Uint8Array>();
  let sizeBytes = 0;
  const forget = (name: string): void => {
    sizeBytes -= kept.get(name)?.length ?? 0;
    kept.delete(name);
  };
  return {
    get(name) {
      const bytes = kept.get(name);
      if (bytes === undefined) return null;
      kept.delete(name);
      kept.set(name, bytes);
      return bytes;
    },
    keep(name, bytes) {
      forget(name);
      kept.set(name, bytes);
      sizeBytes += bytes.length;
      for (const [oldest] of kept) {
        if (sizeBytes <= limitBytes) break;
        forget(oldest);
      }
    },
  };
}
