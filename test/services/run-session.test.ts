import { afterEach, describe, expect, it, vi } from "vitest";
import type { Place } from "@/schemas/country";
import { BeaconError } from "@/server/domain/errors";
import { LEASE_MS, type RunSessionDeps, runSession } from "@/server/services/run-session";
import { logger } from "@/server/telemetry/logger";
import { aJob, anAskedFrom, DE, KE, NOON } from "@/test/support/builders";
import { aClock, counting16, fakeBus, fakeProducer } from "@/test/support/fakes";

afterEach(() => vi.useRealTimers());
const never = new AbortController().signal;

function aSlot(over: Partial<RunSessionDeps> = {}) {
  let job = aJob();
  let open: { country: Place; queued: number; running: number }[] = [
    { country: DE, queued: 2, running: 0 },
  ];
  const clock = aClock();
  const producer = fakeProducer();
  const from = anAskedFrom();
  const ends: Parameters<RunSessionDeps["sessions"]["end"]>[1][] = [];
  const steps: string[] = [];
  const deps: { -readonly [K in keyof RunSessionDeps]: RunSessionDeps[K] } = {
    jobs: { byId: async () => job, isWithdrawn: async () => job.withdrawnAt !== null },
    tasks: {
      extendLeases: async () => void steps.push("extend"),
      release: async () => void steps.push("release"),
      open: async () => open,
    },
    sessions: {
      begin: async () => true,
      heartbeat: async () => true,
      end: async (_, end) => {
        steps.push("end");
        ends.push(end);
      },
    },
    bus: fakeBus(),
    producer,
    open: async () => {
      steps.push("open");
      return {
        from,
        refusal: null,
        lookAgain: async () => void steps.push("look"),
        close: async () => {
          steps.push("close");
          return { status: "SETTLED", costGlm: "0.01", reason: null };
        },
      };
    },
    askTasks: async () => {
      steps.push("ask");
      open = [];
    },
    file: async () => void steps.push("file"),
    log: logger.child({}, { level: "silent" }),
    now: clock.now,
    random16: counting16(),
    ...over,
  };
  return {
    deps,
    clock,
    producer,
    from,
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

describe("a session", () => {
  it("opens, asks, looks again, asks for the comparison, settles and is filed", async () => {
    const slot = aSlot();
    await slot.run();
    expect(slot.steps).toEqual(["open", "ask", "look", "close", "end", "release", "file"]);
    expect(slot.ends).toEqual([{ status: "SETTLED", at: NOON, costGlm: "0.01", reason: null }]);
    expect(slot.producer.messages).toMatchObject([{ queue: "job.compare", key: aJob().id }]);
  });

  it.each<[string, (slot: Slot) => void]>([
    ["the slot is held", (slot) => Object.assign(slot.deps.sessions, { begin: async () => false })],
    [
      "its place has nothing open",
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
  ])("opens nothing when %s", async (_, arrange) => {
    const slot = aSlot();
    arrange(slot);
    await slot.run();
    expect(slot.steps).toEqual([]);
  });

  it("that finds nobody to rent ends as lost and gives back what it holds", async () => {
    const slot = aSlot({
      open: async () => {
        throw new BeaconError("GOLEM_NO_OFFER", "no offer in DE");
      },
    });
    await slot.run();
    expect(slot.ends).toMatchObject([{ status: "LOST", costGlm: null }]);
    expect(slot.ends[0]?.reason).toContain("GOLEM_NO_OFFER");
    expect(slot.steps).toEqual(["release", "end", "release", "file"]);
  });

  it("whose provider went away is lost, is not looked at again, and what it costs is still asked", async () => {
    const slot = aSlot();
    slot.deps.askTasks = async () => slot.from.lose();
    await slot.run();
    expect(slot.ends).toMatchObject([{ status: "LOST", costGlm: "0.01" }]);
    expect(slot.steps).toEqual(["open", "close", "end", "release", "file"]);
  });

  it("through which nothing may be asked asks nothing, and is lost with what it cost", async () => {
    const slot = aSlot();
    const { open } = slot.deps;
    const refusal = new BeaconError("GOLEM_COUNTRY_MISMATCH", "its exit is elsewhere");
    slot.deps.open = async (...args) => ({ ...(await open(...args)), refusal });
    await slot.run();
    expect(slot.steps).toEqual(["open", "close", "end", "release", "file"]);
    expect(slot.ends).toMatchObject([{ status: "LOST", costGlm: "0.01" }]);
    expect(slot.ends[0]?.reason).toBe("GOLEM_COUNTRY_MISMATCH: its exit is elsewhere");
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
    expect(slot.steps).toEqual(["open", "look", "release", "close", "end", "release", "file"]);
  });

  it("shows life while it asks, and stops when it was declared lost meanwhile", async () => {
    vi.useFakeTimers();
    let isHeld = true;
    const slot = aSlot({ askTasks: (_, stop) => aborted(stop) });
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

  it("breaks off what is being asked when its job is withdrawn, and settles", async () => {
    vi.useFakeTimers();
    const slot = aSlot({ askTasks: ({ broken }) => aborted(broken) });
    const ended = slot.run();
    await vi.advanceTimersByTimeAsync(1_000);
    slot.change({ withdrawnAt: NOON });
    await vi.advanceTimersByTimeAsync(LEASE_MS);
    await ended;
    expect(slot.ends).toMatchObject([{ status: "SETTLED", costGlm: "0.01" }]);
  });
});

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
