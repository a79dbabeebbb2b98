import type { TaskStatus } from "@/schemas/task";
import { BeaconError } from "@/server/domain/errors";

export type TaskEvent = "claim" | "release" | "succeed" | "fail" | "withdraw";

/** The whole life of a task. What is not in the table cannot happen. */
export const TASK_TRANSITIONS: Readonly<
  Record<TaskStatus, Partial<Record<TaskEvent, TaskStatus>>>
> = {
  QUEUED: { claim: "RUNNING", fail: "FAILED", withdraw: "WITHDRAWN" },
  RUNNING: { release: "QUEUED", succeed: "SUCCEEDED", fail: "FAILED", withdraw: "WITHDRAWN" },
  SUCCEEDED: {},
  FAILED: {},
  WITHDRAWN: {},
};

/** @throws BeaconError TASK_TRANSITION_ILLEGAL */
export function nextTaskStatus(from: TaskStatus, event: TaskEvent): TaskStatus {
  const to = TASK_TRANSITIONS[from][event];
  if (to === undefined)
    throw new BeaconError("TASK_TRANSITION_ILLEGAL", `a ${from} task cannot ${event}`, {
      details: { from, event },
    });
  return to;
}

/** Whether a task has closed in the log for good. */
export const isClosed = (status: TaskStatus): boolean =>
  Object.keys(TASK_TRANSITIONS[status]).length === 0;

/**
 * The task's life as Mermaid text: what `diagrams/task-state.mmd` holds. Made from the table, so
 * that the picture cannot say anything else.
 */
export function taskStateDiagram(): string {
  const statuses = Object.keys(TASK_TRANSITIONS) as TaskStatus[];
  const arrows = statuses.flatMap((from) =>
    Object.entries(TASK_TRANSITIONS[from]).map(([event, to]) => `  ${from} --> ${to}: ${event}`),
  );
  const ends = statuses.filter(isClosed).map((status) => `  ${status} --> [*]`);
  return ["stateDiagram-v2", "  [*] --> QUEUED", ...arrows, ...ends, ""].join("\n");
}
