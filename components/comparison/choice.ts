import type { JobSpec } from "@/schemas/job-spec";
import type { TaskId } from "@/schemas/primitives";
import type { TaskCell } from "@/schemas/snapshot";
import { NON_ANSWERS, type RateOutcome } from "@/server/domain/eval/rates";

/** Over what rates are counted: one prompt of one service, all prompts of one service, everything. */
export const RATE_SCOPES = ["prompt", "service", "job"] as const;
export type RateScope = (typeof RATE_SCOPES)[number];

/** What the reader of a comparison looks at: kept in the URL, so that it can be sent to somebody. */
export type Choice = {
  readonly prompt: string;
  readonly service: string;
  /** 0-based. */
  readonly repeat: number;
  /** The two tasks whose answers are laid beside each other: the reference, and the other. Null: not chosen. */
  readonly a: TaskId | null;
  readonly b: TaskId | null;
  readonly outcome: RateOutcome;
  readonly scope: RateScope;
};

type Query = { readonly [key: string]: string | string[] | undefined };

const one = (value: string | string[] | undefined) =>
  typeof value === "string" ? value : undefined;

type Cell = Pick<TaskCell, "id" | "prompt" | "service" | "repeat" | "status">;

const OUTCOMES: readonly RateOutcome[] = [...NON_ANSWERS, "no-answer"];
const DEFAULT_OUTCOME: RateOutcome = "refused";
const DEFAULT_SCOPE: RateScope = "prompt";

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
  const taskIn = (name: "a" | "b") => tasks.find(({ id }) => id === one(query[name]))?.id ?? null;
  return {
    prompt: prompt ?? "",
    service: first?.service ?? "",
    repeat: first?.repeat ?? 0,
    a: taskIn("a"),
    b: taskIn("b"),
    outcome: OUTCOMES.find((outcome) => outcome === query.outcome) ?? DEFAULT_OUTCOME,
    scope: RATE_SCOPES.find((scope) => scope === query.scope) ?? DEFAULT_SCOPE,
  };
}

/** The URL of a choice on its job's page. Repeats are counted from one where people read them. */
export function choicePath(
  jobId: string,
  { prompt, service, repeat, a, b, outcome, scope }: Choice,
  anchor: string,
): string {
  const query = new URLSearchParams({ prompt, service, repeat: String(repeat + 1) });
  if (a !== null) query.set("a", a);
  if (b !== null) query.set("b", b);
  if (outcome !== DEFAULT_OUTCOME) query.set("outcome", outcome);
  if (scope !== DEFAULT_SCOPE) query.set("scope", scope);
  return `/jobs/${jobId}?${query.toString()}#${anchor}`;
}
