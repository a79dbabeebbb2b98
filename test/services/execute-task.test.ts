import { describe, expect, it } from "vitest";
import { ExchangeDocument } from "@/schemas/evidence";
import type { ChatOutcome } from "@/server/adapters/llm/model";
import { fromUtf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import type { GateOutcome } from "@/server/domain/service/gate";
import { type ExecuteTaskDeps, executeTask } from "@/server/services/execute-task";
import { aSpec } from "@/test/domain/job/job-specs";
import {
  aChatFailure,
  aChatResponse,
  anAskedFrom,
  anOpenSession,
  aTaskRow,
} from "@/test/support/builders";
import { aClock, aModel, memoryContent } from "@/test/support/fakes";

function aRun(
  outcomes: readonly (ChatOutcome | (() => ChatOutcome))[],
  task = aTaskRow(),
  over: Partial<ExecuteTaskDeps> = {},
) {
  const model = aModel(...outcomes);
  const content = memoryContent();
  const clock = aClock();
  const from = anAskedFrom();
  const withdrawal = new AbortController();
  const session = anOpenSession({ from, broken: withdrawal.signal });
  const turns: GateOutcome[] = [];
  const deps: ExecuteTaskDeps = {
    model,
    content,
    enter: async () => ({ leave: async (outcome) => void turns.push(outcome) }),
    keyOf: async () => "a key of a service",
    costOf: () => null,
    // No test waits: what would be waited for is told to the clock.
    withDeadline: async (limitMs, signals, work) => {
      const reason = signals.find((signal) => signal.aborted);
      const controller = new AbortController();
      if (reason !== undefined) controller.abort(reason.reason);
      for (const signal of signals)
        signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
      const timer = setImmediate(() => {
        if (limitMs < 60_000) clock.pass(limitMs);
        controller.abort(new DOMException("over", "TimeoutError"));
      });
      return work(controller.signal).finally(() => clearImmediate(timer));
    },
    pause: async (waitMs) => clock.pass(waitMs),
    now: clock.now,
    ...over,
  };
  return {
    model,
    content,
    clock,
    vantage: from,
    withdrawal,
    turns,
    session,
    job: session.job,
    task,
    run: (stop: AbortSignal = new AbortController().signal) =>
      executeTask(deps, session, task, stop),
  };
}

/** How often it was tried, as the outcome says. */
const attemptsOf = (outcome: Awaited<ReturnType<typeof executeTask>>) =>
  outcome.kind === "BACK" ? [] : outcome.attempts;

describe("a task", () => {
  it("closes with the response, whose bytes are kept as they came", async () => {
    const response = aChatResponse();
    const { run, content, model, task } = aRun([response]);
    const outcome = await run();
    expect(outcome).toMatchObject({ kind: "RESULT", state: "answered", taskId: task.id });
    expect(attemptsOf(outcome)).toHaveLength(1);
    if (outcome.kind !== "RESULT") throw new Error("a response makes a result");
    expect(content.blocks.get(outcome.cid)).toEqual(response.bytes);
    const exchange = fromUtf8(content.blocks.get(outcome.exchangeCid) ?? new Uint8Array());
    expect(ExchangeDocument.parse(JSON.parse(exchange ?? ""))).toMatchObject({
      task: task.id,
      response: { cid: outcome.cid, size_bytes: response.bytes.length },
    });
    expect(model.asked).toMatchObject([{ model: "control-regional", seed: task.seed }]);
  });

  it.each(["refused", "empty", "host-filtered", "truncated", "harness-error"] as const)(
    "is never asked again when the response is %s",
    async (state) => {
      const { run, model } = aRun([aChatResponse({ state }), aChatResponse()]);
      expect(await run()).toMatchObject({ kind: "RESULT", state });
      expect(model.asked).toHaveLength(1);
    },
  );

  it("is asked again only before the first byte, and every attempt is listed", async () => {
    const { run, model } = aRun([aChatFailure(), aChatFailure(), aChatResponse()]);
    const outcome = await run();
    expect(outcome).toMatchObject({ kind: "RESULT" });
    expect(model.asked).toHaveLength(3);
    expect(new Set(model.asked.map((request) => JSON.stringify(request))).size).toBe(1);
    expect(attemptsOf(outcome).map((attempt) => attempt.outcome)).toEqual([
      expect.stringContaining("MODEL_UNREACHABLE"),
      expect.stringContaining("MODEL_UNREACHABLE"),
      expect.stringContaining("answered"),
    ]);
  });

  it("closes as a failure when no attempt of three brings a byte", async () => {
    const { run, model } = aRun([aChatFailure()]);
    const outcome = await run();
    expect(outcome).toMatchObject({
      kind: "FAILURE",
      code: "MODEL_UNREACHABLE",
      fault: "provider",
    });
    expect(attemptsOf(outcome)).toHaveLength(3);
    expect(model.asked).toHaveLength(3);
  });

  it.each([
    ["MODEL_RESPONSE_CUT_SHORT", "provider"],
    ["MODEL_RESPONSE_TOO_LARGE", "model"],
    ["MODEL_TIMED_OUT", "model"],
  ] as const)("closes as a failure after the first byte: %s", async (code, fault) => {
    const failure = aChatFailure({ code, fault, beforeFirstByte: false });
    const { run, model } = aRun([failure, aChatResponse()]);
    expect(await run()).toMatchObject({ kind: "FAILURE", code, fault });
    expect(model.asked).toHaveLength(1);
  });

  it("is not asked again once the job's deadline has passed", async () => {
    const { run, model, clock, job } = aRun([
      () => {
        clock.pass(job.spec.deadline_s * 1_000);
        return aChatFailure();
      },
    ]);
    expect(await run()).toMatchObject({ kind: "FAILURE" });
    expect(model.asked).toHaveLength(1);
  });
});

describe("a provider that is lost", () => {
  it("before the first byte gives the task back", async () => {
    const { run, vantage, model } = aRun([
      () => {
        vantage.lose();
        return aChatFailure();
      },
    ]);
    expect(await run()).toMatchObject({ kind: "BACK" });
    expect(model.asked).toHaveLength(1);
    expect(model.signals[0]?.aborted).toBe(true);
  });

  it("after the first byte makes a failure", async () => {
    const { run, vantage } = aRun([
      () => {
        vantage.lose();
        return aChatFailure({ code: "MODEL_RESPONSE_CUT_SHORT", beforeFirstByte: false });
      },
    ]);
    expect(await run()).toMatchObject({ kind: "FAILURE", code: "MODEL_RESPONSE_CUT_SHORT" });
  });

  it("is whose fault it was, when the request was broken off because of it", async () => {
    const { run, vantage } = aRun([
      () => {
        vantage.lose();
        const timedOut = { code: "MODEL_TIMED_OUT", fault: "model", state: "timed-out" } as const;
        return aChatFailure({ ...timedOut, beforeFirstByte: false });
      },
    ]);
    expect(await run()).toMatchObject({
      kind: "FAILURE",
      state: "harness-error",
      fault: "provider",
      code: "GOLEM_PROVIDER_LOST",
    });
  });

  it("with a whole response leaves the response", async () => {
    const { run, vantage } = aRun([
      () => {
        vantage.lose();
        return aChatResponse();
      },
    ]);
    expect(await run()).toMatchObject({ kind: "RESULT" });
  });

  it("for the fourth time closes the task, with the earlier sessions among its attempts", async () => {
    const { run, vantage } = aRun(
      [
        () => {
          vantage.lose();
          return aChatFailure();
        },
      ],
      aTaskRow({ claims: 4 }),
    );
    const outcome = await run();
    expect(outcome).toMatchObject({ kind: "FAILURE", code: "MODEL_UNREACHABLE" });
    expect(attemptsOf(outcome)).toHaveLength(4);
  });
});

describe("a job that is withdrawn", () => {
  it("gives the task back that was being asked", async () => {
    const { run, withdrawal } = aRun([
      () => {
        withdrawal.abort(new Error("the job was withdrawn"));
        return aChatFailure();
      },
    ]);
    expect(await run()).toMatchObject({ kind: "BACK" });
  });
});

describe("a service on the internet", () => {
  const service = {
    id: "gpt",
    door: "exit" as const,
    model: "gpt",
    api: {
      connection: "openai",
      dialect: "openai" as const,
      base_url: "https://api.openai.com/v1",
    },
  };
  const spec = aSpec({ services: [service], contrasts: [], controls: [] });
  const aServiceRun = (
    outcomes: Parameters<typeof aRun>[0],
    over: Partial<ExecuteTaskDeps> = {},
  ) => {
    const run = aRun(outcomes, aTaskRow({ serviceId: "gpt" }), over);
    Object.assign(run.job, { spec });
    return run;
  };

  it("is asked with its key, which stands in nothing that is kept", async () => {
    const { run, model, content } = aServiceRun([aChatResponse()]);
    const outcome = await run();
    expect(model.asked[0]).toMatchObject({ key: "a key of a service", api: service.api });
    const kept = [...content.blocks.values()].map((block) => fromUtf8(block)).join("\n");
    expect(`${kept}${JSON.stringify(outcome)}`).not.toContain("a key of a service");
  });

  it("says which way was taken: from home, no exit was used", async () => {
    const { run, content, vantage } = aServiceRun([aChatResponse()]);
    Object.assign(vantage, { provider: null, country: "home" });
    const outcome = await run();
    if (outcome.kind !== "RESULT") throw new Error("a response makes a result");
    const bytes = content.blocks.get(outcome.exchangeCid) ?? new Uint8Array();
    expect(JSON.parse(fromUtf8(bytes) ?? "")).toMatchObject({ door: "home" });
  });

  it("does not count waiting for its turn as being asked", async () => {
    const run = aServiceRun([aChatResponse()], {
      enter: async () => {
        run.clock.pass(5_000);
        return { leave: async () => {} };
      },
    });
    const begun = run.clock.now().getTime();
    const outcome = await run.run();
    expect(outcome.kind === "RESULT" ? outcome.startedAt?.getTime() : null).toBe(begun + 5_000);
    expect(outcome).toMatchObject({ latencyMs: 0 });
  });

  it("that did not take the question is asked again when it said, each time on record", async () => {
    const away = aChatResponse({
      state: "harness-error",
      code: "MODEL_RATE_LIMITED",
      tryAgainAfterMs: 7_000,
    });
    const { run, model, clock, turns } = aServiceRun([away, away, aChatResponse()]);
    const begun = clock.now().getTime();
    const outcome = await run();
    expect(outcome).toMatchObject({ kind: "RESULT", state: "answered" });
    expect(attemptsOf(outcome)).toHaveLength(3);
    expect(model.asked).toHaveLength(3);
    expect(clock.now().getTime() - begun).toBe(14_000);
    expect(turns).toEqual([{ retryAfterMs: 7_000 }, { retryAfterMs: 7_000 }, "ok"]);
  });

  it("that never takes the question leaves its last answer as the result", async () => {
    const away = aChatResponse({ state: "harness-error", tryAgainAfterMs: 1_000 });
    const { run, model } = aServiceRun([away]);
    expect(await run()).toMatchObject({ kind: "RESULT", state: "harness-error" });
    expect(model.asked).toHaveLength(6);
  });

  it("that must be left alone for longer gets its task back unasked, and says so", async () => {
    const refuse = async () => {
      throw new BeaconError("SERVICE_PAUSED", "not now");
    };
    const { run, model } = aServiceRun([aChatResponse()], { enter: refuse });
    expect(await run()).toEqual({ kind: "BACK", wasAsked: false, isPaused: true });
    expect(model.asked).toHaveLength(0);
  });

  it("is asked nothing any more once the session stops while it waits for its turn", async () => {
    const stop = new AbortController();
    const { run, model } = aServiceRun([aChatResponse()], {
      enter: async () => {
        stop.abort();
        throw new Error("the wait was ended");
      },
    });
    expect(await run(stop.signal)).toEqual({ kind: "BACK", wasAsked: false, isPaused: false });
    expect(model.asked).toHaveLength(0);
  });

  it("is not asked without its key, and the task says so and costs nothing", async () => {
    const keyOf = async () => {
      throw new BeaconError("SERVICE_KEY_MISSING", "there is none");
    };
    const { run, model } = aServiceRun([aChatResponse()], { keyOf });
    expect(await run()).toMatchObject({
      kind: "FAILURE",
      code: "SERVICE_KEY_MISSING",
      fault: "beacon",
      wasSent: false,
    });
    expect(model.asked).toHaveLength(0);
  });

  it("that is paid for is never asked twice out of one reservation", async () => {
    const run = aServiceRun([aChatFailure()]);
    Object.assign(run.session, { paid: new Set(["gpt"]) });
    expect(await run.run()).toEqual({ kind: "BACK", wasAsked: true, isPaused: false });
    expect(run.model.asked).toHaveLength(1);
  });
});
