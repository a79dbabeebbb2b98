import type { ErrorCode } from "@/server/domain/errors";

/** Why each file of `schemas/examples/invalid/` is refused, and which field is to be changed. */
export const CODE_OF_INVALID_EXAMPLE: Readonly<
  Record<string, { readonly code: ErrorCode; readonly path: string }>
> = {
  "address-with-key": { code: "JOB_SPEC_INVALID", path: "services[0].api.base_url" },
  "address-with-slash": { code: "JOB_SPEC_INVALID", path: "services[0].api.base_url" },
  "budget-missing": { code: "JOB_SPEC_BUDGET_MISSING", path: "budget" },
  "budget-nothing": { code: "JOB_SPEC_BUDGET_MISSING", path: "budget.glm" },
  "budget-over-limit": { code: "JOB_SPEC_BUDGET_OVER_LIMIT", path: "budget.glm" },
  "contrast-country-not-asked": {
    code: "JOB_SPEC_COUNTRY_UNKNOWN",
    path: "contrasts[0].against[0]",
  },
  "countries-without-service": { code: "JOB_SPEC_INVALID", path: "countries" },
  "door-unknown": { code: "JOB_SPEC_INVALID", path: "services[0].door" },
  "exit-without-api": { code: "JOB_SPEC_INVALID", path: "services[0].api" },
  "exit-without-tls": { code: "JOB_SPEC_INVALID", path: "services[0].api.base_url" },
  "home-false": { code: "JOB_SPEC_INVALID", path: "home" },
  "home-in-countries": { code: "JOB_SPEC_COUNTRY_UNKNOWN", path: "countries[1]" },
  "home-not-asked": { code: "JOB_SPEC_COUNTRY_UNKNOWN", path: "contrasts[0].baseline" },
  "home-without-exit": { code: "JOB_SPEC_INVALID", path: "home" },
  "image-digest-short": { code: "JOB_SPEC_INVALID", path: "images.model.sha3_224" },
  "model-with-api": { code: "JOB_SPEC_INVALID", path: "services[0]" },
  "service-without-place": { code: "JOB_SPEC_INVALID", path: "countries" },
  "simulation-fault-unknown": {
    code: "JOB_SPEC_INVALID",
    path: "simulation.providers[0].fault",
  },
  "control-service-unknown": { code: "JOB_SPEC_SERVICE_UNKNOWN", path: "controls[0].service" },
  "country-unknown": { code: "JOB_SPEC_COUNTRY_UNKNOWN", path: "countries[1]" },
  "field-unknown": { code: "JOB_SPEC_INVALID", path: "" },
  "prompt-id-twice": { code: "JOB_SPEC_INVALID", path: "prompts[1].id" },
  "repeats-zero": { code: "JOB_SPEC_REPEATS_INVALID", path: "repeats" },
  "too-many-tasks": { code: "JOB_SPEC_TOO_MANY_TASKS", path: "repeats" },
};
