/** Answers of just now, so that what is dear to work out is not worked out for everybody who asks. */
export type Recent<V> = {
  /** The answer under `key`, made when there is none that is young enough. Who asks meanwhile waits for it. */
  of(key: string, at: Date, make: () => Promise<V>): Promise<V>;
};

/**
 * Keeps the last `limit` answers for `keptMs` each. One that failed is not kept.
 */
export function createRecent<V>(limit: number, keptMs: number): Recent<V> {
  // A Map goes through its entries in the order in which they were put: the oldest first.
  const kept = new Map<string, { readonly until: number; readonly answer: Promise<V> }>();
  return {
    of(key, at, make) {
      const found = kept.get(key);
      if (found !== undefined && at.getTime() < found.until) return found.answer;
      const answer = make();
      const entry = { until: at.getTime() + keptMs, answer };
      kept.delete(key);
      kept.set(key, entry);
      for (const oldest of kept.keys()) {
        if (kept.size <= limit) break;
        kept.delete(oldest);
      }
      answer.catch(() => {
        if (kept.get(key) === entry) kept.delete(key);
      });
      return answer;
    },
  };
}
