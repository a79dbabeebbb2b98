import { describe, expect, it } from "vitest";
import { withDeadline } from "@/server/adapters/clock/deadline";

const untilAborted = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    else signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  });

describe("withDeadline", () => {
  it("aborts with a time-out when the time is over", async () => {
    expect(await withDeadline(5, [], untilAborted)).toMatchObject({ name: "TimeoutError" });
  });

  it("aborts for the reason of whichever signal aborts first", async () => {
    const first = new AbortController();
    const work = withDeadline(60_000, [first.signal, new AbortController().signal], untilAborted);
    first.abort("gone");
    expect(await work).toBe("gone");
    expect(await withDeadline(60_000, [AbortSignal.abort("gone")], untilAborted)).toBe("gone");
  });

  it("leaves nothing behind: what aborts later aborts nothing", async () => {
    const later = new AbortController();
    const inner = await withDeadline(60_000, [later.signal], async (signal) => signal);
    later.abort();
    expect(inner.aborted).toBe(false);
  });
});
