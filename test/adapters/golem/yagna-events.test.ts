import { afterEach, expect, it, vi } from "vitest";
import { followEvents } from "@/server/adapters/golem/yagna-events";

afterEach(() => vi.useRealTimers());

it("goes on after a poll that never answers", async () => {
  vi.useFakeTimers();
  const taken: string[] = [];
  let polls = 0;
  let cancelled = 0;
  const never = () =>
    Object.assign(new Promise<readonly { eventDate: string }[]>(() => {}), {
      cancel: () => {
        cancelled += 1;
      },
    });
  const stop = followEvents({
    pollSeconds: 5,
    read: () => {
      polls += 1;
      return polls === 2
        ? Object.assign(Promise.resolve([{ eventDate: "later" }]), { cancel: () => {} })
        : never();
    },
    take: async ({ eventDate }) => void taken.push(eventDate),
  });
  // Its own five seconds, ten more, and a pause.
  await vi.advanceTimersByTimeAsync(14_000);
  expect(polls).toBe(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(taken).toEqual(["later"]);
  expect(cancelled).toBe(1);
  stop();
});
