import type { JobSpec } from "@/schemas/job-spec";
import type { TaskCell } from "@/schemas/snapshot";

/** What the reader of a comparison looks at: kept in the URL, so that it can be sent to somebody. */
export type Choice = {
  readonly prompt: string;
  readonly service: string /** 0-based. */;
  readonly repeat: number;
};

type Query = { readonly [key: string]: string | string[] | undefined };

const one = (value: string | string[] | undefined) =>
  typeof value === "string" ? value : undefined;

type Cell = Pick<TaskCell, "prompt" | "service" | "repeat" | "status">;

/**
 * The choice that a URL makes. The prompt that it leaves out or gets wrong is the first; the service and
 * the repeat are those in which the most countries have a response to read, the first of equals.
 */
export function choiceFrom(query: Query, spec: JobSpec, tasks: readonly Cell[]): Choice {
  const prompt = (spec.prompts.find(({ id }) => id === one(query.prompt)) ?? spec.prompts[0])?.id;
  const service = spec.services.find(({ id }) => id === one(query.service));
  const services = service === undefined ? spec.services : [service];
  const all = Array.from({ length: spec.repeats }, (_, repeat) => repeat);
  const repeat = Number(one(query.repeat)) - 1;
  const repeats = all.includes(repeat) ? [repeat] : all;
  const responses = new Map<string, number>();
  for (const task of tasks)
    if (task.prompt === prompt && task.status === "SUCCEEDED") {
      const key = `${task.service} ${task.repeat}`;
      responses.set(key, (responses.get(key) ?? 0) + 1);
    }
  const [first] = services
    .flatMap(({ id }) => repeats.map((n) => ({ service: id, repeat: n })))
    .map((cell) => ({ ...cell, n: responses.get(`${cell.service} ${cell.repeat}`) ?? 0 }))
    .sort((a, b) => b.n - a.n);
  return { prompt: prompt ?? "", service: first?.service ?? "", repeat: first?.repeat ?? 0 };
}

/** The URL of a choice on its job's page. Repeats are counted from one where people read them. */
export function choicePath(
  jobId: string,
  { prompt, service, repeat }: Choice,
  anchor: string,
): string {
  const query = new URLSearchParams({ prompt, service, repeat: String(repeat + 1) });
  return `/jobs/${jobId}?${query.toString()}#${anchor}`;
}
