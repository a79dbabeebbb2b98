import { describe, expect, it } from "vitest";
import type { TaskId } from "@/schemas/primitives";
import type { TaskRow } from "@/server/adapters/db/task-row";
import { type AskTasksDeps, askTasks, type FinishedTask } from "@/server/services/ask-tasks";
import { anOutcome, aTaskRow, NOON, anOpenSession as session } from "@/test/support/builders";
import { fakeBus } from "@/test/support/fakes";

/** A job with `count` tasks in memory, and what becomes of them. */
function someTasks(count: number, over: Partial<AskTasksDeps> = {}) {
  const queued: TaskRow[] = Array.from({ length: count }, (_, n) =>
    aTaskRow({ repeat: n, position: n }),
  );
  const asked: TaskId[] = [];
  const released: TaskId[] = [];
  const givenBack: TaskId[] = [];
  const closed: FinishedTask[] = [];
  const bus = fakeBus();
  let running = 0;
  const peak = { running: 0 };
  const deps: AskTasksDeps = {
    tasks: {
      claim: async ({ limit }) => ({ tasks: queued.splice(0, limit), isUsdSpent: false }),
      release: async (_, ids) => void released.push(...(ids ?? [])),
      giveBack: async (_, ids) => void givenBack.push(...ids),
    },
    bus,
    execute: async (_, task) => {
      asked.push(task.id);
      peak.running = Math.max(peak.running, ++running);
      await new Promise(setImmediate);
      running -= 1;
      return anOutcome(task);
    },
    close: async (_, finished) => {
      closed.push(...finished);
      return finished.length;
    },
    jobs: { dollars: async () => ({ cap: "1", reserved: "0", spent: "1" }) },
    atMostUsd: new Map(),
    pause: async () => {},
    leaseMs: 12_000,
    now: () => NOON,
    ...over,
  };
  return { deps, queued, asked, released, givenBack, closed, bus, peak };
}
const never = new AbortController().signal;
const once = (ids: readonly TaskId[]) => new Set(ids).size === ids.length;

describe("a session", () => {
  it("asks every open task once, some at a time, and closes each", async () => {
    const tasks = someTasks(200);
    await askTasks(tasks.deps, session(), never);
    expect(tasks.asked).toHaveLength(200);
    expect(once(tasks.asked)).toBe(true);
    expect(tasks.closed.map(({ task }) => task.id).sort()).toEqual([...tasks.asked].sort());
    expect(tasks.peak.running).toBe(16);
    const { provider } = session().from;
    expect(tasks.closed[0]?.vantage).toEqual({
      providerId: provider?.id,
      geo: "verified",
      vantage: provider?.vantage,
    });
    expect(tasks.bus.announced.length).toBeGreaterThan(0);
  });

  it("gives back a task whose provider was lost before the first byte", async () => {
    const tasks = someTasks(3);
    const lostWith = tasks.queued[1]?.id;
    const { execute } = tasks.deps;
    await askTasks(
      {
        ...tasks.deps,
        execute: async (open, task, stop) =>
          task.id === lostWith && task.claims === 1
            ? { kind: "BACK", wasAsked: true, isPaused: false }
            : execute(open, task, stop),
      },
      session(),
      never,
    );
    expect(tasks.released).toEqual([lostWith]);
    expect(tasks.closed).toHaveLength(2);
  });

  it("that is stopped begins nothing new, closes what came and gives the rest back unasked", async () => {
    const stop = new AbortController();
    const tasks = someTasks(200);
    const { execute } = tasks.deps;
    await askTasks(
      {
        ...tasks.deps,
        execute: async (open, task) => {
          if (tasks.asked.length === 20) stop.abort();
          return execute(open, task, stop.signal);
        },
      },
      session(),
      stop.signal,
    );
    expect(tasks.asked.length).toBeLessThanOrEqual(20 + 16);
    expect(tasks.closed).toHaveLength(tasks.asked.length);
    const left = tasks.queued.length + tasks.givenBack.length + tasks.asked.length;
    expect(left).toBe(200);
    expect(once([...tasks.givenBack, ...tasks.asked])).toBe(true);
  });

  it("that finds nothing open asks nothing", async () => {
    const tasks = someTasks(0);
    await askTasks(tasks.deps, session(), never);
    expect(tasks.closed).toEqual([]);
  });
});

describe("when the dollars are spent", () => {
  it("what they pay for is asked and closed before it is said", async () => {
    const tasks = someTasks(20);
    let calls = 0;
    const claim: AskTasksDeps["tasks"]["claim"] = async () => ({
      tasks: ++calls === 1 ? tasks.queued.splice(0, 5) : [],
      isUsdSpent: true,
    });
    const asking = askTasks(
      { ...tasks.deps, tasks: { ...tasks.deps.tasks, claim } },
      session(),
      never,
    );
    await expect(asking).rejects.toMatchObject({ code: "SERVICE_BUDGET_SPENT" });
    expect(tasks.closed).toHaveLength(5);
  });
});

describe("when something of ours fails", () => {
  const broken = new Error("the disk is full");

  it("while a task is asked, what came back meanwhile is closed before it is said", async () => {
    const tasks = someTasks(200);
    const { execute } = tasks.deps;
    const failing: AskTasksDeps["execute"] = async (open, task, stop) => {
      if (task.position === 20) throw broken;
      return execute(open, task, stop);
    };
    await expect(askTasks({ ...tasks.deps, execute: failing }, session(), never)).rejects.toBe(
      broken,
    );
    expect(tasks.closed).toHaveLength(tasks.asked.length);
    expect(tasks.asked.length).toBeLessThan(64);
    expect(tasks.queued.length + tasks.givenBack.length + tasks.asked.length).toBe(199);
  });

  it("while a batch is closed, it is closed once more and nothing new is begun", async () => {
    const tasks = someTasks(200);
    let calls = 0;
    const { close } = tasks.deps;
    const failing: AskTasksDeps["close"] = async (open, finished) => {
      if (++calls === 2) throw broken;
      return close(open, finished);
    };
    await expect(askTasks({ ...tasks.deps, close: failing }, session(), never)).rejects.toBe(
      broken,
    );
    expect(tasks.closed.map(({ task }) => task.id).sort()).toEqual([...tasks.asked].sort());
    expect(tasks.asked.length).toBeLessThan(200);
  });

  it("while tasks are claimed, it is said and takes no process down", async () => {
    const tasks = someTasks(200);
    let calls = 0;
    const { claim } = tasks.deps.tasks;
    const failing: AskTasksDeps["tasks"] = {
      ...tasks.deps.tasks,
      claim: async (want) => {
        if (++calls === 2) throw broken;
        return claim(want);
      },
    };
    await expect(askTasks({ ...tasks.deps, tasks: failing }, session(), never)).rejects.toBe(
      broken,
    );
    expect(tasks.closed).toHaveLength(tasks.asked.length);
    expect(tasks.givenBack.length + tasks.asked.length).toBe(64);
  });
});
