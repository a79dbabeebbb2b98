import { readFileSync } from "node:fs";
import { JobSpec } from "@/schemas/job-spec";

/** A file of `schemas/examples/`, as whoever sends it would send it. */
export const exampleJson = (name: string): unknown =>
  JSON.parse(
    readFileSync(new URL(`../../../schemas/examples/${name}.json`, import.meta.url), "utf8"),
  );

/** A good job spec, any field of which may be set. */
export const aSpec = (fields: Partial<Record<keyof JobSpec, unknown>> = {}): JobSpec =>
  JobSpec.parse({ ...(exampleJson("quick") as object), ...fields });
