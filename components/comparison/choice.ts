import type { JobSpec } from "@/schemas/job-spec";

/** What the reader of a comparison looks at: kept in the URL, so that it can be sent to somebody. */
export type Choice = {
  readonly prompt: string;
  readonly service: string /** 0-based. */;
  readonly repeat: number;
};

type Query = { readonly [key: string]: string | string[] | undefined };

const one = (value: string | string[] | undefined) =>
  typeof value === "string" ? value : undefined;

/** The choice that a URL makes; whatever it leaves out or gets wrong is the first of its kind. */
export function choiceFrom(query: Query, spec: JobSpec): Choice {
  const prompt = spec.prompts.find(({ id }) => id === one(query.prompt)) ?? spec.prompts[0];
  const service = spec.services.find(({ id }) => id === one(query.service)) ?? spec.services[0];
  const repeat = Number(one(query.repeat) ?? "1") - 1;
  return {
    prompt: prompt?.id ?? "",
    service: service?.id ?? "",
    repeat: Number.isInteger(repeat) && repeat >= 0 && repeat < spec.repeats ? repeat : 0,
  };
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
