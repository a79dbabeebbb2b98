import { describe, expect, it } from "vitest";
import { announced, aSessionId, DE, KE, NOON, someGeo } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const later = (ms: number) => new Date(NOON.getTime() + ms);
let count = 0;
const nextId = () => aSessionId(++count);

async function aSlot(country = DE) {
  const { id: jobId } = await announced(house.context);
  return { jobId, country, slot: 0 };
}
const begin = (slot: Awaited<ReturnType<typeof aSlot>>, id = nextId(), at = NOON) =>
  house.context.sessions.begin({ ...slot, id, startedAt: at }, new Date(at.getTime() - 12_000));

describe("a slot", () => {
  it("is held by one session, with eight that want it at once", async () => {
    const slot = await aSlot();
    const answers = await Promise.all(Array.from({ length: 8 }, () => begin(slot)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await house.context.sessions.ofJob(slot.jobId)).toHaveLength(1);
  });

  it("is one of its own in each country and for each number", async () => {
    const slot = await aSlot();
    expect(await begin(slot)).toBe(true);
    expect(await begin({ ...slot, country: KE })).toBe(true);
    expect(await begin({ ...slot, slot: 1 })).toBe(true);
  });

  it("is free again when its session has ended", async () => {
    const slot = await aSlot();
    const id = nextId();
    await begin(slot, id);
    const settled = { status: "SETTLED" as const, at: later(5), costGlm: "0.01", reason: null };
    await house.context.sessions.end(id, settled);
    expect(await begin(slot)).toBe(true);
  });

  it("passes on from a silent session, which hears of it when it wakes up", async () => {
    const slot = await aSlot();
    const [silent, next] = [nextId(), nextId()];
    await begin(slot, silent);
    expect(await begin(slot, next, later(12_001))).toBe(true);
    expect(await house.context.sessions.heartbeat(silent, later(12_002))).toBe(false);
    expect(await house.context.sessions.heartbeat(next, later(12_002))).toBe(true);
    expect(await house.context.sessions.byId(silent)).toMatchObject({ status: "LOST" });
  });
});

describe("a session", () => {
  it("that shows no life is lost, one that does is not", async () => {
    const { sessions } = house.context;
    const [silent, alive] = [nextId(), nextId()];
    const slot = await aSlot();
    await begin(slot, silent);
    await begin({ ...slot, country: KE }, alive);
    await sessions.heartbeat(alive, later(10_000));
    await sessions.loseSilent(later(5_000), later(17_000));
    expect(await sessions.byId(silent)).toMatchObject({ status: "LOST", endedAt: later(17_000) });
    expect(await sessions.byId(alive)).toMatchObject({ status: "RENTING", endedAt: null });
    expect(await sessions.heartbeat(silent, later(17_001))).toBe(false);
  });

  it("that was declared lost stays lost, and still says what it cost", async () => {
    const { sessions } = house.context;
    const id = nextId();
    await begin(await aSlot(), id);
    await sessions.loseSilent(later(1), later(2));
    const end = { status: "SETTLED" as const, at: later(3), costGlm: "0.25", reason: null };
    await sessions.end(id, end);
    await sessions.end(id, { ...end, costGlm: "9" });
    expect(await sessions.byId(id)).toMatchObject({
      status: "LOST",
      endedAt: later(2),
      costGlm: "0.25",
    });
  });

  it("keeps its provider and its evidence, whatever the provider calls itself", async () => {
    const { sessions } = house.context;
    const id = nextId();
    await begin(await aSlot(), id);
    await sessions.opened(id, {
      providerId: `0x${"cd".repeat(20)}`,
      providerName: "a\0name",
      agreementId: "agreement",
      activityId: "activity",
      allocationId: "allocation",
    });
    await sessions.recordGeo(id, someGeo(), null);
    expect(await sessions.byId(id)).toMatchObject({ status: "OPEN", geo: someGeo() });
  });
});
