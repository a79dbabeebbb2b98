import type { JobSpec, MAX_TASKS } from "@/schemas/job-spec";
import type { IntentEntry } from "@/schemas/log-entry";
import { fromHex, fromUtf8 } from "@/server/domain/bytes";
import { cidOf, type Json, MAX_BLOCK_BYTES } from "@/server/domain/digest";
import { taskCountOf } from "@/server/domain/job/places";
import { type PlannedTask, planTasks, tasksDigestOf } from "@/server/domain/job/plan";

/** The schema's figure, by its type: its module would bring zod into the verifier. */
const LIMIT: typeof MAX_TASKS = 20_000;

/** What laying down tasks needs of a spec. */
type Asked = Pick<JobSpec, "prompts" | "services" | "countries" | "home" | "repeats" | "sampling">;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isList = (value: unknown, item: (value: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(item);
const isNamed = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.id === "string" &&
  /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(value.id);
const isService = (value: unknown): boolean =>
  isNamed(value) &&
  isObject(value) &&
  (value.door === "model" || value.door === "exit" || value.door === "home");
const isCountry = (value: unknown): boolean =>
  typeof value === "string" && /^[A-Z]{2}$/.test(value);
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

function isAsked(spec: unknown): spec is Asked {
  return (
    isObject(spec) &&
    isList(spec.prompts, isNamed) &&
    isList(spec.services, isService) &&
    Array.isArray(spec.countries) &&
    spec.countries.every(isCountry) &&
    (spec.home === undefined || spec.home === true) &&
    isCount(spec.repeats) &&
    isObject(spec.sampling) &&
    isCount(spec.sampling.seed_base)
  );
}

/** A job's title as its spec names it; null when the bytes are not a spec. */
export function titleIn(spec: Uint8Array): string | null {
  const value = jsonIn(spec);
  return isObject(value) && typeof value.title === "string" ? value.title : null;
}

/**
 * Lays the announced tasks down again.
 *
 * @param spec the bytes that should be those of the intent's `spec_cid`.
 * @returns null when they are not, or do not make the tasks that the intent announced.
 */
export function announcedTasks(
  intent: IntentEntry,
  spec: Uint8Array,
): readonly PlannedTask[] | null {
  if (spec.length > MAX_BLOCK_BYTES || cidOf(spec) !== intent.spec_cid) return null;
  const asked = jsonIn(spec);
  if (!isAsked(asked)) return null;
  const tasks = taskCountOf(asked);
  if (tasks > LIMIT || tasks !== intent.tasks) return null;
  // Only what was just looked at is used to lay tasks down.
  const planned = planTasks(intent.job, asked as JobSpec, fromHex(intent.order_seed));
  return tasksDigestOf(planned) === intent.tasks_digest ? planned : null;
}

function jsonIn(bytes: Uint8Array): Json {
  try {
    return JSON.parse(fromUtf8(bytes) ?? "");
  } catch {
    return null;
  }
}
