import { JobSpec, MAX_TASKS } from "@/schemas/job-spec";
import type { Amount } from "@/schemas/primitives";
import { canonicalBytes, MAX_BLOCK_BYTES } from "@/server/domain/digest";
import type { ErrorCode } from "@/server/domain/errors";
import { comparisonBytesAtMost, MAX_COMPARED_PAIRS } from "@/server/domain/eval/comparison-size";
import { compareAmounts, unitsOf } from "@/server/domain/job/amount";
import { allPlacesOf, placesOf, taskCountOf } from "@/server/domain/job/places";

/** What one job may spend here, whoever asks. */
export type BudgetLimits = { readonly glm: Amount; readonly usd: Amount };

/** What is wrong first, where, and one plain sentence that says what to change. */
export type Refusal = {
  readonly code: ErrorCode;
  readonly path: string;
  readonly message: string;
};

/** What must hold across fields, and which fields it looks at: it can be asked when those are well-formed. */
type Rule = {
  readonly reads: readonly (keyof JobSpec)[];
  readonly check: (spec: JobSpec, limits: BudgetLimits) => Refusal | null;
};

const rule = <K extends keyof JobSpec>(
  reads: readonly K[],
  check: (spec: Pick<JobSpec, K>, limits: BudgetLimits) => Refusal | null,
): Rule => ({ reads, check });

const invalid = (path: string, message: string): Refusal => ({
  code: "JOB_SPEC_INVALID",
  path,
  message,
});

/** The first place of a value that stood before, or -1. */
const firstRepeated = (values: readonly string[]): number =>
  values.findIndex((value, i) => values.indexOf(value) < i);

const idsAreUnique = rule(["prompts", "services", "contrasts"], (spec) => {
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
});

const countriesAreUnique = rule(["countries"], ({ countries }) => {
  const at = firstRepeated(countries);
  return at < 0
    ? null
    : invalid(`countries[${at}]`, `${countries[at]} is listed twice; name each country once.`);
});

/** Every service has somewhere to be asked from, and every country something to ask. */
const placesFitServices = rule(["services", "countries", "home"], (spec) => {
  const at = spec.services.findIndex((service) => placesOf(spec, service).length === 0);
  if (at >= 0)
    return invalid(
      "countries",
      `services[${at}] is asked from no place; name at least one country.`,
    );
  if (spec.countries.length > 0 && spec.services.every(({ door }) => door === "home"))
    return invalid(
      "countries",
      "Every service is reached from home only; leave countries empty, or add a service that countries can ask.",
    );
  if (spec.home && !spec.services.some(({ door }) => door === "exit"))
    return invalid("home", "No service on the internet is asked; leave home out.");
  return null;
});

/** A service on the internet is asked over TLS; one at home may be on this machine. */
const internetIsAskedSafely = rule(["services"], ({ services }) => {
  const at = services.findIndex(
    (service) => service.door === "exit" && !service.api.base_url.startsWith("https://"),
  );
  return at < 0
    ? null
    : invalid(
        `services[${at}].api.base_url`,
        `services[${at}] is asked through strangers' machines; its address must begin with https://.`,
      );
});

/** A job spec is published whole, so that a name and a password in an address would be as well. */
const addressesHoldNoSecret = rule(["services"], ({ services }) => {
  const at = services.findIndex((service) => {
    if (service.door === "model") return false;
    const { username, password } = new URL(service.api.base_url);
    return username !== "" || password !== "";
  });
  return at < 0
    ? null
    : invalid(
        `services[${at}].api.base_url`,
        `services[${at}] has a user's name in its address, which the log would publish; leave it out.`,
      );
});

const contrastsNameCountriesOfTheJob = rule(
  ["contrasts", "services", "countries", "home"],
  (spec) => {
    const { contrasts } = spec;
    const places = allPlacesOf(spec);
    for (const [i, { baseline, against }] of contrasts.entries()) {
      for (const [field, country] of [
        ["baseline", baseline] as const,
        ...against.map((country, j) => [`against[${j}]`, country] as const),
      ]) {
        const path = `contrasts[${i}].${field}`;
        if (!places.includes(country))
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
  },
);

const controlsNameServicesOfTheJob = rule(["controls", "services"], ({ controls, services }) => {
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
});

type Texts = Pick<JobSpec, "title" | "system_prompt" | "prompts" | "services">;

function firstBrokenText(spec: Texts): Refusal | null {
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
}

const textIsUnicode = rule(["title", "system_prompt", "prompts", "services"], firstBrokenText);

/** Characters that steer or hide text without being seen: a title is shown in many places. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const textsCanBeRead = rule(["title", "prompts"], ({ title, prompts }) => {
  if (UNSEEN.test(title))
    return invalid("title", "title holds invisible or steering characters; type it again.");
  const blank = [
    ["title", title],
    ...prompts.map(({ text }, i) => [`prompts[${i}].text`, text]),
  ].find(([, text]) => text?.trim() === "");
  return blank === undefined
    ? null
    : invalid(blank[0] ?? "", `${blank[0]} is blank; write something.`);
});

const tasksFit = rule(["prompts", "services", "countries", "home", "repeats"], (spec) => {
  const { prompts, services, repeats } = spec;
  const tasks = taskCountOf(spec);
  if (tasks > MAX_TASKS)
    return {
      code: "JOB_SPEC_TOO_MANY_TASKS",
      path: "repeats",
      message: `${prompts.length} prompts x ${services.length} services x ${allPlacesOf(spec).length} places x ${repeats} repeats are ${tasks} tasks; ask for at most ${MAX_TASKS}.`,
    };
  return null;
});

/** Of every field. */
const WHOLE = Object.keys(JobSpec.shape) as (keyof JobSpec)[];

const comparisonFits = rule(WHOLE, (spec) => {
  const figures = spec.prompts.length * spec.services.length * allPlacesOf(spec).length ** 2;
  if (figures <= MAX_COMPARED_PAIRS && comparisonBytesAtMost(spec) <= MAX_BLOCK_BYTES) return null;
  return {
    code: "JOB_SPEC_TOO_MANY_TASKS",
    path: "prompts",
    message:
      "The comparison would not fit one block; ask fewer prompts, services or countries in one job.",
  };
});

const specFits = rule(WHOLE, (spec) => {
  // Half a character has no canonical bytes; that rule says so.
  if (firstBrokenText(spec) !== null) return null;
  const sizeBytes = canonicalBytes(spec).length;
  if (sizeBytes <= MAX_BLOCK_BYTES) return null;
  return {
    code: "JOB_SPEC_PROMPT_TOO_LARGE",
    path: "prompts",
    message: `The prompts together make a job spec of ${sizeBytes} bytes; one block holds ${MAX_BLOCK_BYTES}, so shorten or split them.`,
  };
});

const budgetFits = rule(["budget", "services"], ({ budget, services }, limits) => {
  if (unitsOf(budget.glm) === 0n && services.some(({ door }) => door !== "home"))
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
});

/** What must hold across the fields of a spec, in the order in which a person would mend it. */
export const SPEC_RULES: readonly Rule[] = [
  idsAreUnique,
  countriesAreUnique,
  placesFitServices,
  internetIsAskedSafely,
  addressesHoldNoSecret,
  contrastsNameCountriesOfTheJob,
  controlsNameServicesOfTheJob,
  textIsUnicode,
  textsCanBeRead,
  tasksFit,
  comparisonFits,
  specFits,
  budgetFits,
];
