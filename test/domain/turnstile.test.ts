import { describe, expect, it } from "vitest";
import { createTurnstile } from "@/server/domain/turnstile";

/** Work that ends when it is told to. */
function aWork() {
  let end = () => {};
  let isBegun = false;
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    run: () => {
      isBegun = true;
      return done;
    },
    end: () => end(),
    isBegun: () => isBegun,
  };
}
const busy = () => new Error("too many wait");
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a turnstile", () => {
  it("lets so many in, the others one by one as they leave, in their order", async () => {
    const pass = createTurnstile(2, 5, busy);
    const works = [aWork(), aWork(), aWork(), aWork()];
    const passed = works.map(({ run }) => pass(run));
    const begun = () => works.map(({ isBegun }) => isBegun());
    await settled();
    expect(begun()).toEqual([true, true, false, false]);
    works[1]?.end();
    await settled();
    expect(begun()).toEqual([true, true, true, false]);
    for (const { end } of works) end();
    await Promise.all(passed);
    expect(begun()).toEqual([true, true, true, true]);
  });

  it("sends away whom it has no room for, and has room again afterwards", async () => {
    const pass = createTurnstile(1, 1, busy);
    const [first, second] = [aWork(), aWork()];
    const passed = [pass(first.run), pass(second.run)];
    await expect(pass(async () => {})).rejects.toThrow("too many wait");
    first.end();
    second.end();
    await Promise.all(passed);
    expect(await pass(async () => "in")).toBe("in");
  });

  it("lets the next one in after one that failed", async () => {
    const pass = createTurnstile(1, 1, busy);
    const failed = pass(async () => {
      throw new Error("the work failed");
    });
    const next = pass(async () => "in");
    await expect(failed).rejects.toThrow("the work failed");
    expect(await next).toBe("in");
  });
});
