import { describe, expect, it } from "vitest";
import { TaskStatus } from "@/schemas/task";
import { isBeaconError } from "@/server/domain/errors";
import {
  isClosed,
  nextTaskStatus,
  TASK_TRANSITIONS,
  type TaskEvent,
  taskStateDiagram,
} from "@/server/domain/job/state";

const EVENTS: readonly TaskEvent[] = ["claim", "release", "succeed", "fail", "withdraw"];

describe("a task's life", () => {
  it("moves only as the table says; everything else is refused with its code", () => {
    for (const from of TaskStatus.options)
      for (const event of EVENTS) {
        const to = TASK_TRANSITIONS[from][event];
        if (to !== undefined) expect(nextTaskStatus(from, event)).toBe(to);
        else
          expect(() => nextTaskStatus(from, event)).toThrow(
            expect.toSatisfy((e) => isBeaconError(e) && e.code === "TASK_TRANSITION_ILLEGAL"),
          );
      }
  });

  it("is over in exactly three statuses", () => {
    expect(TaskStatus.options.filter(isClosed)).toEqual(["SUCCEEDED", "FAILED", "WITHDRAWN"]);
  });

  it("can close from wherever it stands", () => {
    for (const status of TaskStatus.options)
      expect(isClosed(status) || isClosed(nextTaskStatus(status, "fail"))).toBe(true);
  });

  it("is drawn with one arrow for each line of the table", () => {
    const drawn = taskStateDiagram();
    const moves = TaskStatus.options.flatMap((from) => Object.entries(TASK_TRANSITIONS[from]));
    expect(drawn.split("\n").filter((line) => /: \w+$/.test(line))).toHaveLength(moves.length);
    expect(drawn).toContain("  RUNNING --> SUCCEEDED: succeed\n");
  });
});
