import { afterEach, describe, expect, it, vi } from "vitest";
import { withDeadline } from "@/server/adapters/clock/deadline";
import type { SessionRow } from "@/server/adapters/db/session-store";
import type { RentOrder, VantageRenter } from "@/server/adapters/golem/vantage";
import { BeaconError } from "@/server/domain/errors";
import { LEASE_MS, type RunSessionDeps, runSession } from "@/server/services/run-session";
import { logger } from "@/server/telemetry/logger";
import {
  aJob,
  aSessionId,
  aSessionRow,
  aVantage,
  DE,
  KE,
  NOON,
  someGeo,
} from "@/test/support/builders";
import { aClock, counting16, fakeBus, fakeProducer } from "@/test/support/fakes";

afterEach(() => vi.useRealTimers());
const never = new AbortController().signal;

function aSlot(over: Partial<RunSessionDeps> = {}) {
  let job = aJob();
  let open = [{ country: DE, queued: 2, running: 0 }];
  const clock = aClock();
  const bus = fakeBus();
  const producer = fakeProducer();
  const vantage = aVantage();
  const orders: RentOrder[] = [];
  const allocations: { id: string; amountGlm: string }[] = [];
  const releasedAllocations: string[] = [];
  const sessions: SessionRow[] = [];
  const ends: Parameters<RunSessionDeps["sessions"]["end"]>[1][] = [];
  const steps: string[] = [];
  const renter: VantageRenter = {
    simulated: true,
    async createAllocation(amountGlm) {
      const id = `allocation-${allocations.length + 1}`;
      allocations.push({ id, amountGlm });
      return { id, total: amountGlm, spent: "0", remaining: amountGlm };
    },
    allocation: async (id) =>
      allocations.some((one) => one.id === id)
        ? { id, total: "1", spent: "0", remaining: "1" }
        : null,
    releaseAllocation: async (id) => void releasedAllocations.push(id),
    async rent(order) {
      orders.push(order);
      return vantage;
    },
    close: async () => {},
  };
  const deps: { -readonly [K in keyof RunSessionDeps]: RunSessionDeps[K] } = {
    jobs: {
      byId: async () => job,
      async replaceAllocation(_, from, to) {
        if (job.allocationId !== from) return false;
        job = { ...job, allocationId: to };
        return true;
      },
    },
    tasks: {
      extendLeases: async () => void steps.push("extend"),
      release: async () => void steps.push("release"),
      open: async () => open,
    },
    sessions: {
      begin: async () => true,
      heartbeat: async () => true,
      opened: async () => void steps.push("opened"),
      recordGeo: async () => void steps.push("geo"),
      end: async (_, end) => {
        steps.push("end");
        ends.push(end);
      },
      ofJob: async () => sessions,
    },
    renter,
    bus,
    producer,
    lookAtExit: async () => someGeo(),
    askTasks: async () => {
      steps.push("ask");
      open = [];
    },
    log: logger.child({}, { level: "silent" }),
    withDeadline,
    now: clock.now,
    random16: counting16(),
    ...over,
  };
  return {
    deps,
    clock,
    bus,
    producer,
    vantage,
    orders,
    allocations,
    releasedAllocations,
    sessions,
    ends,
    steps,
    run: (signal: AbortSignal = never) =>
      runSession(deps, { jobId: job.id, country: DE, slot: 0 }, signal),
    change: (fields: Partial<typeof job>) => {
      job = { ...job, ...fields };
    },
    setOpen: (now: typeof open) => {
      open = now;
    },
  };
}
type Slot = ReturnType<typeof aSlot>;
const lost = (provider: string | null, over: Partial<SessionRow> = {}) =>
  aSessionRow({
    status: "LOST",
    endedAt: NOON,
    providerId: provider,
    id: aSessionId(40),
    ...over,
  });

describe("a rental that does not end when it is told to", () => {
  it("is given up, so that another session may have the slot", async () => {
    vi.useFakeTimers();
    try {
      const slot = aSlot();
      const deaf = { ...slot.deps.renter, rent: () => new Promise<never>(() => {}) };
      slot.deps.renter = deaf;
      const running = slot.run();
      await vi.advanceTimersByTimeAsync(70_000);
      await running;
      expect(slot.ends).toMatchObject([{ status: "LOST" }]);
      expect(slot.ends[0]?.reason).toContain("GOLEM_UNAVAILABLE");
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a session", () => {
  it("rents, looks, asks, settles, and asks for the comparison of what it finished", async () => {
    const slot = aSlot();
    await slot.run();
    expect(slot.steps).toEqual(["opened", "geo", "ask", "geo", "end", "release"]);
    expect(slot.ends).toEqual([{ status: "SETTLED", at: NOON, costGlm: "0.01", reason: null }]);
    expect(slot.producer.messages).toMatchObject([{ queue: "job.compare", key: aJob().id }]);
    expect(slot.orders).toMatchObject([{ country: DE, allocationId: "allocation-1", avoid: [] }]);
  });

  it.each<[string, (slot: Slot) => void]>([
    ["the slot is held", (slot) => Object.assign(slot.deps.sessions, { begin: async () => false })],
    [
      "its country has nothing open",
      (slot) => slot.setOpen([{ country: KE, queued: 2, running: 0 }]),
    ],
    [
      "all that is open is being asked",
      (slot) => slot.setOpen([{ country: DE, queued: 0, running: 2 }]),
    ],
    [
      "the intent is not in the log",
      (slot) => slot.change({ intentIndex: null, dispatchedAt: null }),
    ],
  ])("rents nobody when %s", async (_, arrange) => {
    const slot = aSlot();
    arrange(slot);
    await slot.run();
    expect(slot.orders).toEqual([]);
    expect(slot.ends).toEqual([]);
  });

  it("that finds nobody to rent ends as lost and gives back what it holds", async () => {
    const slot = aSlot();
    slot.deps.renter.rent = async () => {
      throw new BeaconError("GOLEM_NO_OFFER", "no offer in DE");
    };
    await slot.run();
    expect(slot.ends).toMatchObject([{ status: "LOST", costGlm: null }]);
    expect(slot.ends[0]?.reason).toContain("GOLEM_NO_OFFER");
    expect(slot.steps.at(-1)).toBe("release");
  });

  it("whose provider went away is lost, and its bill is still asked for", async () => {
    const slot = aSlot({
      askTasks: async ({ vantage }) => (vantage as Slot["vantage"]).lose(),
    });
    await slot.run();
    expect(slot.ends).toMatchObject([{ status: "LOST", costGlm: "0.01" }]);
    expect(slot.vantage.settlements).toHaveLength(1);
  });

  it("that fails by an error of ours settles, gives back, and passes the error on", async () => {
    const broken = new Error("the disk is full");
    const slot = aSlot({
      askTasks: async () => {
        throw broken;
      },
    });
    await expect(slot.run()).rejects.toBe(broken);
    expect(slot.ends).toMatchObject([{ status: "LOST", costGlm: "0.01" }]);
    expect(slot.ends[0]?.reason).not.toContain("disk");
    expect(slot.steps.at(-1)).toBe("release");
  });

  it("shows life while it asks, and stops when it was declared lost meanwhile", async () => {
    vi.useFakeTimers();
    let isHeld = true;
    const slot = aSlot({
      askTasks: (_, stop) =>
        new Promise((resolve) => stop.addEventListener("abort", () => resolve(), { once: true })),
    });
    slot.deps.sessions.heartbeat = async () => isHeld;
    const ended = slot.run();
    await vi.advanceTimersByTimeAsync(LEASE_MS);
    expect(slot.steps.filter((step) => step === "extend").length).toBeGreaterThanOrEqual(3);
    isHeld = false;
    const extended = slot.steps.filter((step) => step === "extend").length;
    await vi.advanceTimersByTimeAsync(LEASE_MS);
    await ended;
    expect(slot.ends).toMatchObject([{ status: "LOST" }]);
    expect(slot.steps.filter((step) => step === "extend")).toHaveLength(extended);
  });
});

describe("whom a session avoids", () => {
  it.each<[string, SessionRow[], string[]]>([
    ["nobody at first", [], []],
    ["the provider that the last one was lost with", [lost("0xa")], ["0xa"]],
    [
      "all since one settled",
      [lost("0xa"), aSessionRow({ status: "SETTLED", endedAt: NOON }), lost("0xb"), lost("0xc")],
      ["0xb", "0xc"],
    ],
    [
      "nobody once all were avoided and nobody was left",
      [lost("0xa"), lost("0xb"), lost(null)],
      [],
    ],
    ["nobody for a loss in another country", [lost("0xa", { country: KE })], []],
    ["also while a sister session goes on", [lost("0xa"), aSessionRow({ slot: 1 })], ["0xa"]],
  ])("%s", async (_, sessions, avoided) => {
    const slot = aSlot();
    slot.sessions.push(...sessions);
    await slot.run();
    expect(slot.orders[0]?.avoid).toEqual(avoided);
  });
});

describe("a job's allocation", () => {
  it("is used by every session, and made again when the network lost it", async () => {
    const slot = aSlot();
    await slot.run();
    slot.setOpen([{ country: DE, queued: 1, running: 0 }]);
    await slot.run();
    expect(slot.allocations).toEqual([{ id: "allocation-1", amountGlm: "0.5" }]);
    slot.change({ allocationId: "allocation-of-yesterday" });
    slot.setOpen([{ country: DE, queued: 1, running: 0 }]);
    await slot.run();
    expect(slot.orders.at(-1)?.allocationId).toBe("allocation-2");
  });

  it("is never made over more than what the budget still has", async () => {
    const slot = aSlot();
    slot.sessions.push(lost("0xa", { costGlm: "0.3" }), lost("0xb", { costGlm: "0.15" }));
    await slot.run();
    expect(slot.allocations).toEqual([{ id: "allocation-1", amountGlm: "0.05" }]);
  });

  it("is not made when the budget is spent", async () => {
    const slot = aSlot();
    slot.sessions.push(lost("0xa", { costGlm: "0.7" }));
    await slot.run();
    expect(slot.allocations).toEqual([]);
    expect(slot.ends[0]?.reason).toContain("GOLEM_BUDGET_SPENT");
  });

  it("that a sister session made first is used, and one's own is given back", async () => {
    const slot = aSlot();
    const { replaceAllocation } = slot.deps.jobs;
    let isFirst = true;
    slot.deps.jobs.replaceAllocation = async (id, from, to) => {
      if (isFirst) {
        isFirst = false;
        await slot.deps.renter.createAllocation("0.5", NOON);
        await replaceAllocation(id, from, "allocation-2");
      }
      return replaceAllocation(id, from, to);
    };
    await slot.run();
    expect(slot.releasedAllocations).toEqual(["allocation-1"]);
    expect(slot.orders[0]?.allocationId).toBe("allocation-2");
  });
});
