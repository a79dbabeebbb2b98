import type { z } from "zod";
import { JobSpec, MAX_PROMPT_LENGTH, MAX_TASKS } from "@/schemas/job-spec";
import type { Amount } from "@/schemas/primitives";
import { canonicalBytes, MAX_BLOCK_BYTES } from "@/server/domain/digest";
import { BeaconError, type ErrorCode } from "@/server/domain/errors";
import { comparisonBytesAtMost, MAX_COMPARED_PAIRS } from "@/server/domain/eval/comparison-size";
import { compareAmounts, unitsOf } from "@/server/domain/job/amount";

/** What one job may spend here, whoever asks. */
export type BudgetLimits = { readonly glm: Amount; readonly usd: Amount };

/** What is wrong first, where, and one plain sentence that says what to change. */
type Refusal = { readonly code: ErrorCode; readonly path: string; readonly message: string };

/**
 * A job spec out of whatever was sent, or the first thing that is wrong with it.
 *
 * @param limits the installation's caps on what one job may spend.
 * @throws BeaconError JOB_SPEC_COUNTRY_UNKNOWN, JOB_SPEC_REPEATS_INVALID, JOB_SPEC_BUDGET_MISSING,
 *   JOB_SPEC_BUDGET_OVER_LIMIT, JOB_SPEC_PROMPT_TOO_LARGE, JOB_SPEC_TOO_MANY_TASKS,
 *   JOB_SPEC_SERVICE_UNKNOWN, JOB_SPEC_INVALID; `details.path` names the field.
 */
export function parseJobSpec(input: unknown, limits: BudgetLimits): JobSpec {
  const parsed = JobSpec.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    if (issue === undefined) throw new Error("zod refused without an issue");
    throw refused(refusalOf(issue, input));
  }
  for (const rule of RULES) {
    const refusal = rule(parsed.data, limits);
    if (refusal !== null) throw refused(refusal);
  }
  return parsed.data;
}

const refused = ({ code, path, message }: Refusal): BeaconError =>
  new BeaconError(code, message, { details: { path } });

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
    issue.code === "invalid_value" &&
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

type Rule = (spec: JobSpec, limits: BudgetLimits) => Refusal | null;

const invalid = (path: string, message: string): Refusal => ({
  code: "JOB_SPEC_INVALID",
  path,
  message,
});

/** The first place of a value that stood before, or -1. */
const firstRepeated = (values: readonly string[]): number =>
  values.findIndex((value, i) => values.indexOf(value) < i);

const idsAreUnique: Rule = (spec) => {
  for (const field of ["prompts", "services", "contrasts"] as const) {
    const ids = spec[field].map(({ id }) => id);
    const at = firstRepeated(ids);
    if (at >= 0)
      return invalid(
        `${field}[${at}].id`,
        `Two ${field} are called ${ids[at]}; give each its own id.`,
      );
  }
  return null;
};

const countriesAreUnique: Rule = ({ countries }) => {
  const at = firstRepeated(countries);
  return at < 0
    ? null
    : invalid(`countries[${at}]`, `${countries[at]} is listed twice; name each country once.`);
};

const contrastsNameCountriesOfTheJob: Rule = ({ contrasts, countries }) => {
  for (const [i, { baseline, against }] of contrasts.entries()) {
    for (const [field, country] of [
      ["baseline", baseline] as const,
      ...against.map((country, j) => [`against[${j}]`, country] as const),
    ]) {
      const path = `contrasts[${i}].${field}`;
      if (!countries.includes(country))
        return {
          code: "JOB_SPEC_COUNTRY_UNKNOWN",
          path,
          message: `${path} is ${country}, which the job does not ask from; add it to countries or change the contrast.`,
        };
    }
    if (new Set([baseline, ...against]).size !== against.length + 1)
      return invalid(
        `contrasts[${i}].against`,
        `contrasts[${i}] names a country twice; a contrast compares different countries.`,
      );
  }
  return null;
};

const controlsNameServicesOfTheJob: Rule = ({ controls, services }) => {
  const ids = services.map(({ id }) => id);
  const at = controls.findIndex(({ service }) => !ids.includes(service));
  if (at >= 0)
    return {
      code: "JOB_SPEC_SERVICE_UNKNOWN",
      path: `controls[${at}].service`,
      message: `controls[${at}] names ${controls[at]?.service}, which is no service of this job; use one of ${ids.join(", ").slice(0, 200)}.`,
    };
  const again = firstRepeated(controls.map(({ service }) => service));
  return again < 0
    ? null
    : invalid(
        `controls[${again}].service`,
        `${controls[again]?.service} is a control twice; a service is a positive or a negative control.`,
      );
};

const textIsUnicode: Rule = (spec) => {
  const texts: readonly (readonly [path: string, text: string])[] = [
    ["title", spec.title],
    ["system_prompt", spec.system_prompt ?? ""],
    ...spec.prompts.map(({ text }, i) => [`prompts[${i}].text`, text] as const),
    ...spec.services.map(({ model }, i) => [`services[${i}].model`, model] as const),
  ];
  const broken = texts.find(([, text]) => /\p{Surrogate}|\0/u.test(text));
  return broken === undefined
    ? null
    : invalid(
        broken[0],
        `${broken[0]} holds half a character (a lone surrogate) or a NUL; type it again.`,
      );
};

/** Characters that steer or hide text without being seen: a title is shown in many places. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const textsCanBeRead: Rule = ({ title, prompts }) => {
  if (UNSEEN.test(title))
    return invalid("title", "title holds invisible or steering characters; type it again.");
  const blank = [
    ["title", title],
    ...prompts.map(({ text }, i) => [`prompts[${i}].text`, text]),
  ].find(([, text]) => text?.trim() === "");
  return blank === undefined
    ? null
    : invalid(blank[0] ?? "", `${blank[0]} is blank; write something.`);
};

const tasksFit: Rule = ({ prompts, services, countries, repeats }) => {
  const tasks = prompts.length * services.length * countries.length * repeats;
  if (tasks > MAX_TASKS)
    return {
      code: "JOB_SPEC_TOO_MANY_TASKS",
      path: "repeats",
      message: `${prompts.length} prompts x ${services.length} services x ${countries.length} countries x ${repeats} repeats are ${tasks} tasks; ask for at most ${MAX_TASKS}.`,
    };
  return null;
};

const comparisonFits: Rule = (spec) => {
  const figures = spec.prompts.length * spec.services.length * spec.countries.length ** 2;
  if (figures <= MAX_COMPARED_PAIRS && comparisonBytesAtMost(spec) <= MAX_BLOCK_BYTES) return null;
  return {
    code: "JOB_SPEC_TOO_MANY_TASKS",
    path: "prompts",
    message:
      "The comparison would not fit one block; ask fewer prompts, services or countries in one job.",
  };
};

const specFits: Rule = (spec) => {
  const sizeBytes = canonicalBytes(spec).length;
  if (sizeBytes <= MAX_BLOCK_BYTES) return null;
  return {
    code: "JOB_SPEC_PROMPT_TOO_LARGE",
    path: "prompts",
    message: `The prompts together make a job spec of ${sizeBytes} bytes; one block holds ${MAX_BLOCK_BYTES}, so shorten or split them.`,
  };
};

const budgetFits: Rule = ({ budget }, limits) => {
  if (unitsOf(budget.glm) === 0n)
    return {
      code: "JOB_SPEC_BUDGET_MISSING",
      path: "budget.glm",
      message: "budget.glm is 0; say how much GLM may be spent on rented providers.",
    };
  for (const money of ["glm", "usd"] as const)
    if (compareAmounts(budget[money], limits[money]) > 0)
      return {
        code: "JOB_SPEC_BUDGET_OVER_LIMIT",
        path: `budget.${money}`,
        message: `budget.${money} is ${budget[money]}; this portal allows at most ${limits[money]} a job.`,
      };
  return null;
};

/** What must hold across fields, in the order in which a person would mend it. */
const RULES: readonly Rule[] = [
  idsAreUnique,
  countriesAreUnique,
  contrastsNameCountriesOfTheJob,
  controlsNameServicesOfTheJob,
  textIsUnicode,
  textsCanBeRead,
  tasksFit,
  comparisonFits,
  specFits,
  budgetFits,
];
