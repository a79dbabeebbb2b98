import { expect, it } from "vitest";
import { createByteCache } from "@/server/api/byte-cache";

const bytes = (length: number) => new Uint8Array(length);

it("forgets what was unused for longest, and never holds more than its limit", () => {
  const cache = createByteCache(10);
  cache.keep("a", bytes(4));
  cache.keep("b", bytes(4));
  expect(cache.get("a")).toHaveLength(4);
  cache.keep("c", bytes(4));
  expect(cache.get("b")).toBeNull();
  expect(cache.get("a")).toHaveLength(4);
  cache.keep("a", bytes(8));
  expect(cache.get("c")).toBeNull();
  expect(cache.get("a")).toHaveLength(8);
});

it("keeps nothing that is larger than the limit, and nothing at all with none", () => {
  const cache = createByteCache(3);
  cache.keep("small", bytes(2));
  cache.keep("large", bytes(4));
  expect(cache.get("large")).toBeNull();
  expect(createByteCache(0).get("x")).toBeNull();
});
