import { expect, it } from "vitest";
import type { LiveEvent } from "@/schemas/live-event";
import { Instant } from "@/schemas/primitives";
import { createFollowers } from "@/server/adapters/db/followers";
import { aJobId, NOON } from "@/test/support/builders";

const anEvent = (id: number): LiveEvent => ({
  v: 1,
  id: String(id),
  at: Instant.parse(NOON.toISOString()),
  kind: "job.changed",
  jobId: aJobId(),
});

/** Followers over events that are stored in an array. */
function overStored() {
  const stored: LiveEvent[] = [];
  const followers = createFollowers({
    after: async (id) => stored.filter((event) => BigInt(event.id) > id),
    newest: async () => BigInt(stored.at(-1)?.id ?? 0),
  });
  return { stored, followers };
}

/** Follows until the test ends; collects the ids that it is told. */
function told(followers: ReturnType<typeof overStored>["followers"]): number[] {
  const ids: number[] = [];
  void (async () => {
    for await (const { id } of followers.follow(new AbortController().signal)) ids.push(Number(id));
  })();
  return ids;
}

it("who read up to an id while nobody could listen is told of all that came after it", async () => {
  const { stored, followers } = overStored();
  stored.push(anEvent(1), anEvent(2));
  followers.hold();
  const late = told(followers);
  followers.readUpTo(2n);
  stored.push(anEvent(3));
  followers.readUpTo(3n);
  stored.push(anEvent(4));
  await followers.catchUp();
  followers.tell(anEvent(5));
  await expect.poll(() => late).toEqual([3, 4, 5]);
});

it("who reads once everybody listens changes nothing for the others", async () => {
  const { stored, followers } = overStored();
  stored.push(anEvent(1));
  await followers.catchUp();
  const ids = told(followers);
  stored.push(anEvent(2));
  followers.readUpTo(2n);
  followers.tell(anEvent(2));
  await expect.poll(() => ids).toEqual([2]);
});
