import type { Place } from "@/schemas/country";
import type { JobId, TaskId } from "@/schemas/primitives";
import type { TaskStatus } from "@/schemas/task";

export type TaskRow = {
  readonly id: TaskId;
  readonly jobId: JobId;
  readonly position: number;
  readonly promptId: string;
  readonly serviceId: string;
  readonly country: Place;
  readonly repeat: number;
  readonly seed: number;
  readonly status: TaskStatus;
  /** How often it was handed out. More than once: a session was lost while it held the task. */
  readonly claims: number;
};

/** A row as the database gives it, without the columns that belong to the store. */
export const taskRow = (
  task: Omit<TaskRow, "id" | "jobId" | "country"> & { id: string; jobId: string; country: string },
): TaskRow => ({
  id: task.id as TaskId,
  jobId: task.jobId as JobId,
  position: task.position,
  promptId: task.promptId,
  serviceId: task.serviceId,
  country: task.country as Place,
  repeat: task.repeat,
  seed: task.seed,
  status: task.status,
  claims: task.claims,
});
