import { describe, expect, it } from "vitest";
import { withDeadline } from "@/server/adapters/clock/deadline";
import type { ChatOutcome } from "@/server/adapters/llm/model";
import { executeTask } from "@/server/services/execute-task";
import {
  aChatFailure,
  aChatResponse,
  aJob,
  aSessionId,
  aTaskRow,
  aVantage,
} from "@/test/support/builders";
import { aClock, aModel, memoryContent } from "@/test/support/fakes";

function aRun(outcomes: readonly (ChatOutcome | (() => ChatOutcome))[], task = aTaskRow()) {
  const model = aModel(...outcomes);
  const content = memoryContent();
  const clock = aClock();
  const vantage = aVantage();
  const job = aJob();
  return {
    model,
    content,
    clock,
    vantage,
    job,
    task,
    run: () =>
      executeTask(
        { model, content, withDeadline, now: clock.now },
        job,
        aSessionId(),
        vantage,
        task,
      ),
  };
}

describe("a task", () => {
  it("closes with the response, whose bytes are kept as they came", async () => {
    const response = aChatResponse();
    const { run, content, model, task } = aRun([response]);
    const outcome = await run();
    expect(outcome).toMatchObject({ kind: "RESULT", state: "answered", taskId: task.id });
    expect(outcome?.attempts).toHaveLength(1);
    if (outcome?.kind !== "RESULT") throw new Error("a response makes a result");
    expect(content.blocks.get(outcome.cid)).toEqual(response.bytes);
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
    expect(outcome?.attempts.map((attempt) => attempt.outcome)).toEqual([
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
    expect(outcome?.attempts).toHaveLength(3);
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
    expect(await run()).toBeNull();
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
    expect(outcome?.attempts).toHaveLength(4);
  });
});
