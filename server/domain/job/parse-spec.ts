import type { z } from "zod";
import { JobSpec, MAX_PROMPT_LENGTH } from "@/schemas/job-spec";
import { BeaconError } from "@/server/domain/errors";
import { type BudgetLimits, type Refusal, SPEC_RULES } from "@/server/domain/job/spec-rules";

/**
 * A job spec out of whatever was sent, or the first thing that is wrong with it.
 *
 * @param limits the installation's caps on what one job may spend.
 * @throws BeaconError JOB_SPEC_COUNTRY_UNKNOWN, JOB_SPEC_REPEATS_INVALID, JOB_SPEC_BUDGET_MISSING,
 *   JOB_SPEC_BUDGET_OVER_LIMIT, JOB_SPEC_PROMPT_TOO_LARGE, JOB_SPEC_TOO_MANY_TASKS,
 *   JOB_SPEC_SERVICE_UNKNOWN, JOB_SPEC_INVALID; `details.path` names the field.
 */
export function parseJobSpec(input: unknown, limits: BudgetLimits): JobSpec {
  const [first] = refusalsOf(input, limits);
  if (first !== undefined)
    throw new BeaconError(first.code, first.message, { details: { path: first.path } });
  return JobSpec.parse(input);
}

/**
 * All that is wrong with whatever was sent, in the order in which a person would mend it: fields that are
 * not well-formed, then rules across those that are. Empty: it is a job spec.
 */
export function refusalsOf(input: unknown, limits: BudgetLimits): readonly Refusal[] {
  const parsed = JobSpec.safeParse(input);
  const issues = parsed.success ? [] : parsed.error.issues;
  const malformed = new Set(issues.map(({ path }) => path[0]));
  // An issue of no field is one of the whole: it is no object, or has fields that nobody knows.
  const rules = malformed.has(undefined)
    ? []
    : SPEC_RULES.filter(({ reads }) => !reads.some((field) => malformed.has(field)));
  const spec = parsed.success ? parsed.data : (input as JobSpec);
  return [
    ...issues.map((issue) => refusalOf(issue, input)),
    ...rules.flatMap(({ check }) => check(spec, limits) ?? []),
  ];
}

/** `prompts[0].text`, as a person would point at it. */
const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined,
    input,
  );

/** One schema issue in our words, with the code of the field that it is about. */
function refusalOf(issue: z.core.$ZodIssue, input: unknown): Refusal {
  const path = pathOf(issue.path);
  const value = valueAt(input, issue.path);
  const [field, , part] = issue.path;
  if (
    (issue.code === "invalid_value" || issue.code === "invalid_union") &&
    (field === "countries" || part === "baseline" || part === "against")
  )
    return {
      code: "JOB_SPEC_COUNTRY_UNKNOWN",
      path,
      message: `${path} is ${shown(value)}; write a country as its two-letter ISO 3166-1 code, such as KE.`,
    };
  if (field === "repeats")
    return {
      code: "JOB_SPEC_REPEATS_INVALID",
      path,
      message: `repeats is ${shown(value)}; choose a whole number from 1 to 50.`,
    };
  if (field === "budget" && issue.code !== "unrecognized_keys")
    return {
      code: "JOB_SPEC_BUDGET_MISSING",
      path,
      message: `${path} is ${shown(value)}; give the most that may be spent as a decimal string, such as "2.5".`,
    };
  if (field === "prompts" && part === "text" && issue.code === "too_big")
    return {
      code: "JOB_SPEC_PROMPT_TOO_LARGE",
      path,
      message: `${path} is longer than ${MAX_PROMPT_LENGTH.toLocaleString("en")} characters; shorten it.`,
    };
  return {
    code: "JOB_SPEC_INVALID",
    path,
    message: `Change ${path === "" ? "the job spec" : path}: ${issue.message.slice(0, 200)}.`,
  };
}

/** A value for a sentence: short, and never a whole document. */
function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (typeof value === "number" || typeof value === "boolean" || value === null)
    return String(value);
  return Array.isArray(value) ? "a list" : "an object";
}
