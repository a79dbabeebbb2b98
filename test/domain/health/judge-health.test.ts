import { describe, expect, it } from "vitest";
import { CheckName, HealthCheck } from "@/schemas/health";
import { ERRORS } from "@/server/domain/errors";
import { worstOf } from "@/server/domain/health/finding";
import { judgeHalt, judgePublication, judgeWitnesses } from "@/server/domain/health/judge-log";
import {
  judgeAddress,
  judgeDatabase,
  judgeDisk,
  judgeMigrations,
  judgeProcess,
} from "@/server/domain/health/judge-process";
import { judgeContent, judgePulse, judgeQueues } from "@/server/domain/health/judge-work";
import { createPulses, type Pulse } from "@/server/domain/health/pulse";
import { NOON } from "@/test/support/builders";
import { aClock } from "@/test/support/fakes";

const NOW = NOON;
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1_000);
const aPulse = (fields: Partial<Pulse>): Pulse => ({
  since: ago(3_600),
  lastGoodAt: null,
  lastBad: null,
  ...fields,
});

describe("a process", () => {
  it("is ready while it runs, and neither before nor once it is told to end", () => {
    expect(judgeProcess("running")).toMatchObject({ name: "process", level: "ok", code: null });
    for (const stage of ["starting", "stopping"] as const)
      expect(judgeProcess(stage)).toMatchObject({ level: "fail", code: "PROCESS_NOT_READY" });
  });

  it("works without its metrics, and says so", () => {
    expect(judgeAddress(true)).toMatchObject({ level: "ok" });
    expect(judgeAddress(false)).toMatchObject({ level: "warn", code: "PORT_IN_USE" });
  });

  it("fails without its database, and is warned of a slow one", () => {
    expect(judgeDatabase({ tookMs: 4 })).toMatchObject({ level: "ok", ageSeconds: 0 });
    expect(judgeDatabase({ tookMs: 800 }).level).toBe("warn");
    const away = judgeDatabase({ code: "DATABASE_UNAVAILABLE" });
    expect(away).toMatchObject({ level: "fail", code: "DATABASE_UNAVAILABLE" });
  });

  it("fails on a database that lacks a migration, and works on one that knows more", () => {
    expect(judgeMigrations(["a", "b"], ["b", "a", "c"])).toMatchObject({ level: "ok" });
    const lacks = judgeMigrations(["a", "b", "c"], ["a"]);
    expect(lacks).toMatchObject({ level: "fail", code: "DATABASE_SCHEMA_FOREIGN" });
    expect(lacks.sentence).toContain("2 migrations, the first of them b");
  });

  it("is warned before the disk is full, and fails when it is; what could not be asked is not measured", () => {
    const of = (freeBytes: number) => judgeDisk({ freeBytes, totalBytes: 1e12 }).level;
    expect([of(5e10), of(5e8), of(5e7)]).toEqual(["ok", "warn", "fail"]);
    expect(judgeDisk(null).sentence).toContain("not measured");
  });
});

describe("the log", () => {
  it("fails when it is halted, since when and why", () => {
    expect(judgeHalt(null, NOW)).toMatchObject({ level: "ok" });
    const halted = judgeHalt({ reason: `LOG_FORKED: ${"x".repeat(600)}`, at: ago(60) }, NOW);
    expect(halted).toMatchObject({ level: "fail", code: "LOG_HALTED", ageSeconds: 60 });
    expect(HealthCheck.safeParse(halted).success).toBe(true);
  });

  it("is well while nothing waits, however old its last checkpoint is", () => {
    const facts = { size: 9, publishedSize: 9, pending: 0, oldestAt: null };
    expect(judgePublication(facts, NOW)).toMatchObject({ level: "ok", code: null });
  });

  it("warns of an entry that waits for half a minute, and fails after five", () => {
    const of = (seconds: number) =>
      judgePublication({ size: 9, publishedSize: 8, pending: 2, oldestAt: ago(seconds) }, NOW);
    expect(of(1)).toMatchObject({ level: "ok", ageSeconds: 1 });
    expect(of(31)).toMatchObject({ level: "warn", code: "LOG_UNPUBLISHED" });
    expect(of(301)).toMatchObject({ level: "fail", code: "LOG_UNPUBLISHED" });
    expect(of(31).sentence).toBe("3 entries wait for publication, the oldest for 31 s.");
  });

  it("warns of witnesses that do not cosign, and of none that was never asked", () => {
    expect(judgeWitnesses([], NOW)).toMatchObject({ level: "ok", ageSeconds: null });
    expect(judgeWitnesses([{ code: null, at: ago(5) }], NOW)).toMatchObject({
      level: "ok",
      ageSeconds: 5,
    });
    const some = judgeWitnesses(
      [
        { code: null, at: ago(5) },
        { code: "WITNESS_UNAVAILABLE", at: ago(9) },
      ],
      NOW,
    );
    expect(some).toMatchObject({ level: "warn", code: "WITNESS_UNAVAILABLE" });
    expect(some.sentence).toContain("1 of 2");
  });
});

describe("what is tried again and again", () => {
  const RHYTHM = {
    name: "log-writer",
    who: "The log's writer",
    patienceMs: 30_000,
    silentCode: "LOG_WRITER_SILENT",
  } as const;
  const judged = (fields: Partial<Pulse>) => judgePulse(RHYTHM, aPulse(fields), NOW);

  it("is judged by its last real outcome and that one's age", () => {
    expect(judged({ lastGoodAt: ago(2) })).toMatchObject({ level: "ok", ageSeconds: 2 });
    expect(judged({ lastGoodAt: ago(31) })).toMatchObject({
      level: "fail",
      code: "LOG_WRITER_SILENT",
      ageSeconds: 31,
    });
  });

  it("is warned of while it fails for a short time, and fails after a long one", () => {
    const lastBad = { at: ago(1), code: "QUORUM_NOT_MET" } as const;
    expect(judged({ lastGoodAt: ago(5), lastBad })).toMatchObject({
      level: "warn",
      code: "QUORUM_NOT_MET",
      ageSeconds: 1,
    });
    expect(judged({ lastGoodAt: ago(40), lastBad })).toMatchObject({
      level: "fail",
      code: "QUORUM_NOT_MET",
    });
    expect(judged({ lastBad })).toMatchObject({ level: "fail" });
    expect(judged({ lastBad }).sentence).toContain("never succeeded");
  });

  it("is well again once it succeeded after a failure", () => {
    const lastBad = { at: ago(9), code: "INTERNAL" } as const;
    expect(judged({ lastGoodAt: ago(3), lastBad })).toMatchObject({ level: "ok", code: null });
  });

  it("has failed when it never showed life for long, and not before", () => {
    expect(judged({ since: ago(5) })).toMatchObject({ level: "ok", ageSeconds: null });
    expect(judged({ since: ago(60) })).toMatchObject({ level: "fail", code: "LOG_WRITER_SILENT" });
  });

  it("may be silent where there may be nothing to do", () => {
    const quiet = { ...RHYTHM, silentCode: null };
    expect(judgePulse(quiet, aPulse({ lastGoodAt: ago(9_000) }), NOW).level).toBe("ok");
    expect(judgePulse(quiet, null, NOW)).toMatchObject({ level: "ok", ageSeconds: null });
  });

  it("is watched from its first word on, and remembers the last of each", () => {
    const clock = aClock();
    const pulses = createPulses(clock.now);
    expect(pulses.of("x")).toBeNull();
    pulses.watch("x");
    clock.pass(1_000);
    pulses.bad("x", "INTERNAL");
    clock.pass(1_000);
    pulses.good("x");
    pulses.watch("x");
    expect(pulses.of("x")).toEqual({
      since: NOON,
      lastGoodAt: new Date(NOON.getTime() + 2_000),
      lastBad: { at: new Date(NOON.getTime() + 1_000), code: "INTERNAL" },
    });
  });
});

describe("queues", () => {
  const aQueue = (fields: object = {}) => ({
    queue: "job.compare",
    isRunning: true,
    everyMs: null,
    pulse: aPulse({ lastGoodAt: ago(9_000) }),
    ...fields,
  });

  it("are worked on, however long ago the last message was where none has to come", () => {
    expect(judgeQueues([aQueue(), aQueue({ pulse: null })], NOW)).toMatchObject({
      level: "ok",
      ageSeconds: 9_000,
    });
  });

  it("fail without a worker, and when a message that comes regularly does not", () => {
    expect(judgeQueues([aQueue({ isRunning: false })], NOW)).toMatchObject({
      level: "fail",
      code: "QUEUE_SILENT",
    });
    const sweep = (seconds: number) =>
      judgeQueues(
        [
          aQueue({
            queue: "sweep.reconcile",
            everyMs: 2_000,
            pulse: aPulse({ lastGoodAt: ago(seconds) }),
          }),
        ],
        NOW,
      ).level;
    expect([sweep(29), sweep(31)]).toEqual(["ok", "fail"]);
  });

  it("are warned of by an error that is not old, and the worst is said first", () => {
    const failing = (seconds: number) =>
      aQueue({ pulse: aPulse({ lastBad: { at: ago(seconds), code: "INTERNAL" } }) });
    expect(judgeQueues([failing(20)], NOW)).toMatchObject({ level: "warn", code: "INTERNAL" });
    expect(judgeQueues([failing(120)], NOW).level).toBe("ok");
    expect(judgeQueues([failing(20), aQueue({ isRunning: false })], NOW).level).toBe("fail");
  });
});

describe("content stores", () => {
  it("are judged by what became of moving blocks, and by how long one waits", () => {
    const none = { blocks: 0, oldestAt: null };
    const good = aPulse({ lastGoodAt: ago(5) });
    expect(judgeContent(good, none, NOW).level).toBe("ok");
    const bad = aPulse({
      lastGoodAt: ago(5),
      lastBad: { at: ago(1), code: "CONTENT_STORE_UNAVAILABLE" },
    });
    expect(judgeContent(bad, none, NOW)).toMatchObject({
      level: "warn",
      code: "CONTENT_STORE_UNAVAILABLE",
    });
    expect(judgeContent(good, { blocks: 1, oldestAt: ago(700) }, NOW)).toMatchObject({
      level: "warn",
      sentence: "1 block waits for a content store, the oldest for 12 min.",
    });
  });
});

describe("all of them together", () => {
  it("are as well as the worst of them", () => {
    expect(worstOf([])).toBe("ok");
    expect(worstOf(["ok", "warn"])).toBe("warn");
    expect(worstOf(["warn", "fail", "ok"])).toBe("fail");
  });

  it("say codes of the one table, names of the one list, and sentences that fit", () => {
    const worst: readonly HealthCheck[] = [
      judgeProcess("starting"),
      judgeAddress(false),
      judgeDatabase({ code: "DATABASE_UNAVAILABLE" }),
      judgeMigrations(["x".repeat(100)], []),
      judgeDisk({ freeBytes: 0, totalBytes: 1 }),
      judgeHalt({ reason: "x".repeat(1_000), at: NOW }, NOW),
      judgePublication({ size: 1, publishedSize: 0, pending: 0, oldestAt: ago(1e6) }, NOW),
      judgeWitnesses([{ code: "WITNESS_REFUSED", at: NOW }], NOW),
      judgeQueues([{ queue: "x", isRunning: false, pulse: null, everyMs: null }], NOW),
    ];
    for (const check of worst) {
      expect(HealthCheck.safeParse(check).success, check.name).toBe(true);
      expect(check.level, check.name).not.toBe("ok");
      expect(Object.keys(ERRORS), check.name).toContain(check.code);
      expect(CheckName.options).toContain(check.name);
    }
  });
});
