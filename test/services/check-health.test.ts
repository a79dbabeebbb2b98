import { describe, expect, it } from "vitest";
import { withDeadline } from "@/server/adapters/clock/deadline";
import type { Present } from "@/server/adapters/db/vital-store";
import { createPulses } from "@/server/domain/health/pulse";
import { CHECKS_OF, type CheckHealthDeps, checkHealth } from "@/server/services/check-health";
import { NOON } from "@/test/support/builders";
import { aClock } from "@/test/support/fakes";

const PRESENT: Present = {
  size: 3,
  publishedSize: 3,
  publishedAt: NOON,
  halted: null,
  pending: 0,
  oldestAt: null,
  outbox: { blocks: 0, oldestAt: null },
  witnesses: [{ code: null, at: NOON }],
  migrations: ["a"],
};

function deps(over: Partial<CheckHealthDeps> = {}) {
  const clock = aClock();
  const pulses = createPulses(clock.now);
  const all: CheckHealthDeps = {
    vitals: { present: async () => PRESENT },
    pulses,
    freeSpace: async () => ({ freeBytes: 1e11, totalBytes: 2e11 }),
    migrations: ["a"],
    queues: [],
    withDeadline,
    now: clock.now,
    ...over,
  };
  return { clock, pulses, all };
}
const levels = (checks: Awaited<ReturnType<typeof checkHealth>>) =>
  Object.fromEntries(checks.map(({ name, level }) => [name, level]));

describe("checkHealth", () => {
  it("looks at what a process of each kind needs, and at nothing else", async () => {
    const { all, pulses } = deps();
    pulses.good("log-writer");
    pulses.good("golem");
    for (const names of Object.values(CHECKS_OF)) {
      const checks = await checkHealth(all, names);
      expect(checks.map(({ name }) => name)).toEqual(names);
      expect(new Set(checks.map(({ level }) => level))).toEqual(new Set(["ok"]));
    }
  });

  it("says that the database is away, and nothing of what it would have to ask it", async () => {
    const away = async () => {
      throw new Error("no connection");
    };
    const { all, pulses } = deps({ vitals: { present: away } });
    pulses.good("log-writer");
    expect(levels(await checkHealth(all, CHECKS_OF.workers))).toEqual({
      database: "fail",
      "log-writer": "ok",
      queues: "ok",
      disk: "ok",
    });
  });

  it("waits for a database that hangs no longer than its time", async () => {
    const { all } = deps({
      vitals: { present: () => new Promise(() => {}) },
      withDeadline: (_ms, signals, work) => withDeadline(5, signals, work),
    });
    expect(levels(await checkHealth(all, ["database"]))).toEqual({ database: "fail" });
  });

  it("names a halted log, a database of another version, and a disk that is full", async () => {
    const { all } = deps({
      vitals: {
        present: async () => ({ ...PRESENT, halted: { reason: "LOG_FORKED: x", at: NOON } }),
      },
      migrations: ["a", "b"],
      freeSpace: async () => ({ freeBytes: 5, totalBytes: 1e9 }),
    });
    expect(levels(await checkHealth(all, CHECKS_OF.portal))).toEqual({
      database: "ok",
      migrations: "fail",
      "log-halt": "fail",
      publication: "ok",
      disk: "fail",
    });
  });

  it("judges a writer and a Golem node by the age of what became of them last", async () => {
    const { all, pulses, clock } = deps();
    pulses.good("log-writer");
    pulses.bad("golem", "GOLEM_UNAVAILABLE");
    clock.pass(31_000);
    const found = await checkHealth(all, ["log-writer", "golem"]);
    expect(found).toMatchObject([
      { level: "fail", code: "LOG_WRITER_SILENT", ageSeconds: 31 },
      { level: "fail", code: "GOLEM_UNAVAILABLE", ageSeconds: 31 },
    ]);
  });

  it("works without knowing how much room there is", async () => {
    const { all } = deps({ freeSpace: () => Promise.reject(new Error("no such call")) });
    expect(await checkHealth(all, ["disk"])).toMatchObject([{ level: "ok", ageSeconds: null }]);
  });
});
