import { describe, expect, it } from "vitest";
import { createRecent } from "@/server/api/recent";

const at = (ms: number) => new Date(ms);

describe("answers of just now", () => {
  it("are made once while they are young, also for those who ask at once", async () => {
    const recent = createRecent<number>(10, 1_000);
    let made = 0;
    const ask = (ms: number) => recent.of("a", at(ms), async () => ++made);
    expect(await Promise.all([ask(0), ask(0), ask(999)])).toEqual([1, 1, 1]);
    expect(await ask(1_000)).toBe(2);
  });

  it("are not kept when they failed", async () => {
    const recent = createRecent<number>(10, 1_000);
    const fail = () => Promise.reject(new Error("no"));
    await expect(recent.of("a", at(0), fail)).rejects.toThrow("no");
    expect(await recent.of("a", at(0), async () => 1)).toBe(1);
  });

  it("are forgotten beyond the limit, the oldest first", async () => {
    const recent = createRecent<string>(2, 1_000);
    for (const key of ["a", "b", "c"]) await recent.of(key, at(0), async () => key);
    expect(await recent.of("b", at(1), async () => "again")).toBe("b");
    expect(await recent.of("a", at(1), async () => "again")).toBe("again");
  });
});
