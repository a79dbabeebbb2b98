import type { JobSpec, ServiceRef } from "@/schemas/job-spec";
import { taskCountOf } from "@/server/domain/job/places";
import { paceOf } from "@/server/domain/service/gate";

/** The connection of a job that takes longest, and how long it takes at least. */
export type LeastTime = {
  readonly connection: string;
  readonly tasks: number;
  readonly perMinute: number;
  /** In whole seconds, upwards. */
  readonly seconds: number;
};

/**
 * How long a job takes at least, because no connection is asked faster than its pace, all its models together.
 * It may well take longer; how much longer, nobody knows before. Null: nothing that it asks has a limit.
 */
export function leastTimeOf(
  spec: Pick<JobSpec, "prompts" | "services" | "countries" | "home" | "repeats">,
  perMinuteOf: (service: ServiceRef) => number | null,
): LeastTime | null {
  const byConnection = new Map<string, { readonly tasks: number; readonly perMinute: number }>();
  for (const service of spec.services) {
    const perMinute = perMinuteOf(service);
    if (service.door === "model" || perMinute === null) continue;
    const { connection } = service.api;
    const tasks = taskCountOf({ ...spec, services: [service] });
    const known = byConnection.get(connection)?.tasks ?? 0;
    byConnection.set(connection, { perMinute, tasks: known + tasks });
  }
  const times = [...byConnection].map(([connection, { tasks, perMinute }]): LeastTime => {
    const { burst, intervalUs } = paceOf(perMinute);
    const seconds = Math.ceil((Math.max(0, tasks - burst) * intervalUs) / 1_000_000);
    return { connection, tasks, perMinute, seconds };
  });
  return times.reduce<LeastTime | null>(
    (longest, time) => (longest === null || time.seconds > longest.seconds ? time : longest),
    null,
  );
}
