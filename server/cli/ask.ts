import { randomInt, randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import type { JobSpec } from "@/schemas/job-spec";
import type { JobSnapshot, ResponseSnapshot } from "@/schemas/snapshot";
import type { ResponseState } from "@/schemas/task";
import type { CommandIo } from "@/server/cli/command";
import { followJob } from "@/server/cli/follow-job";
import { type PortalClient, portalClient, sayPortalFailure } from "@/server/cli/portal-client";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import type { Catalog, CatalogService } from "@/server/domain/job/catalog";
import { allPlacesOf } from "@/server/domain/job/places";
import { dollarsAtMost } from "@/server/domain/service/worst-case";
import { publicUrlOf, readEnv } from "@/server/env";

const USAGE = [
  'usage: beacon ask "QUESTION" --service ID [--model MODEL] [--repeats N] [--countries DE,KE]',
  "                  [--language TAG] [--max-tokens N] [--glm N] [--url URL]",
  "Without --countries it is asked from this machine.",
];

const OPTIONS = {
  service: { type: "string" },
  model: { type: "string" },
  repeats: { type: "string", default: "1" },
  countries: { type: "string", default: "" },
  // BCP 47's word for a language that nobody has named.
  language: { type: "string", default: "und" },
  "max-tokens": { type: "string", default: "512" },
  glm: { type: "string", default: "1" },
  url: { type: "string" },
} as const;

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
type Values = ReturnType<typeof parse>["values"];

/** A model on a small machine may take minutes for one answer. */
const DEADLINE_S = 900;
const PROMPT = "question";
const LONGEST_TITLE = 200;

/**
 * `beacon ask`: asks one question of one service as a job of its own, from this machine or from
 * countries, and prints what came back and where its evidence is.
 *
 * @returns 0 every task was answered, 1 not every one was, or the portal refused, 2 no portal or wrong usage.
 */
export async function askCommand(args: readonly string[], io: CommandIo): Promise<0 | 1 | 2> {
  const { values, positionals } = parse(args);
  const [question = "", ...more] = positionals;
  if (question.trim() === "" || more.length > 0 || values.service === undefined) {
    for (const line of USAGE) io.err(line);
    return 2;
  }
  const env = readEnv();
  const url = values.url ?? publicUrlOf(env);
  try {
    const client = portalClient(env, url);
    const catalog = await client.jobs.catalog.query();
    const spec = specOf(
      question,
      values,
      serviceIn(catalog, values.service, values.model),
      catalog,
    );
    const { jobId } = await client.jobs.submit.mutate({ spec, submissionKey: randomUUID() });
    io.out(`accepted: ${jobId}`);
    const job = await followJob(client, jobId, io);
    const areAllAnswered = await printAnswers(client, job, io);
    io.out(`${url}/jobs/${jobId}`);
    return areAllAnswered ? 0 : 1;
  } catch (error) {
    if (isBeaconError(error)) {
      io.err(`${error.code}: ${error.message}`);
      return error.code === "PORTAL_UNREACHABLE" ? 2 : 1;
    }
    return sayPortalFailure(error, io);
  }
}

/**
 * The one service that is meant: by its id in the catalogue, or by its connection and model.
 *
 * @throws BeaconError SERVICE_NOT_FOUND, and what keeps it from being asked
 */
function serviceIn({ services }: Catalog, id: string, model: string | undefined): CatalogService {
  const isMeant = ({ ref }: CatalogService) =>
    (ref.id === id || (ref.door !== "model" && ref.api.connection === id)) &&
    (model === undefined || ref.model === model);
  const [found, another] = services.filter(isMeant);
  if (found === undefined || another !== undefined)
    throw new BeaconError(
      "SERVICE_NOT_FOUND",
      `${found === undefined ? "There is no" : "There is more than one"} ${id}${model === undefined ? "" : ` with a model ${model}`}; name one of ${services.map(named).join("; ")}`,
    );
  if (found.obstacle !== null)
    throw new BeaconError(
      found.obstacle.code,
      `${id} cannot be asked now. ${found.obstacle.message}`,
    );
  return found;
}

const named = ({ ref }: CatalogService): string =>
  ref.door === "model"
    ? `--service ${ref.id}`
    : `--service ${ref.api.connection} --model ${ref.model}`;

/** One question as a job spec. What is wrong with it, the server says. */
function specOf(
  question: string,
  values: Values,
  { ref, charge }: CatalogService,
  { images }: Pick<Catalog, "images">,
): JobSpec {
  const countries = values.countries.split(",").filter((code) => code !== "");
  const pin = ref.door === "home" ? undefined : images?.[ref.door];
  const spec = {
    version: "1.0" as const,
    title: titleOf(question),
    system_prompt: null,
    prompts: [{ id: PROMPT, language: values.language, text: question }],
    services: [ref],
    countries: countries as JobSpec["countries"],
    ...(ref.door === "exit" && countries.length === 0 ? { home: true as const } : {}),
    repeats: Number(values.repeats),
    sampling: {
      temperature: 0.7,
      top_p: 1,
      max_output_tokens: Number(values["max-tokens"]),
      seed_base: randomInt(2 ** 31),
    },
    deadline_s: DEADLINE_S,
    contrasts: [],
    controls: [],
    ...(pin === undefined ? {} : { images: { [ref.door]: pin } }),
  };
  const worst = isCounted(spec) ? dollarsAtMost(spec, () => charge) : null;
  return {
    ...spec,
    budget: {
      glm: ref.door === "home" ? "0" : values.glm,
      usd: worst?.kind === "known" ? worst.usd : "0",
    },
  };
}

/** Whether its numbers are whole; what they are otherwise, the server refuses. */
const isCounted = ({ repeats, sampling }: Pick<JobSpec, "repeats" | "sampling">): boolean =>
  Number.isSafeInteger(repeats) && Number.isSafeInteger(sampling.max_output_tokens);

/** The question as a title: one line, without characters that steer text, no longer than a title may be. */
function titleOf(question: string): string {
  const line = `Asked: ${question}`.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return line.length <= LONGEST_TITLE
    ? line
    : `${line.slice(0, LONGEST_TITLE - 1).replace(/\p{Surrogate}$/u, "")}…`;
}

/** Says what came back, task by task. @returns whether every task was answered, be it with a refusal. */
async function printAnswers(
  client: PortalClient,
  job: JobSnapshot,
  io: CommandIo,
): Promise<boolean> {
  const places = allPlacesOf(job.spec);
  const tasks = [...job.tasks].sort(
    (a, b) => places.indexOf(a.country) - places.indexOf(b.country) || a.repeat - b.repeat,
  );
  let areAllAnswered = true;
  for (const task of tasks) {
    const response = await client.responses.byTask.query({ taskId: task.id });
    areAllAnswered &&= task.state !== null && !BROKEN.has(task.state);
    io.out("");
    io.out(`${task.country}, answer ${task.repeat + 1} of ${job.repeats}: ${stateOf(response)}`);
    const { outcome } = response;
    if (outcome?.kind === "result" && outcome.text !== null) io.out(printable(outcome.text));
  }
  io.out("");
  return areAllAnswered;
}

/** States in which nobody said anything to the question. */
const BROKEN: ReadonlySet<ResponseState> = new Set(["harness-error", "timed-out"]);

function stateOf({ outcome, exchange }: ResponseSnapshot): string {
  if (outcome === null) return "not closed";
  if (outcome.kind === "withdrawal") return `withdrawn (${outcome.reason})`;
  if (outcome.kind === "failure")
    return printable(`${outcome.state}, ${outcome.code}: ${outcome.message}`);
  return outcome.text === null && exchange !== null
    ? `${outcome.state} (HTTP ${exchange.response.status})`
    : outcome.state;
}

/** A stranger's text for a terminal: what a terminal takes for commands, or what turns text round, is shown as a mark. */
const printable = (text: string): string =>
  text.replace(/[^\P{Cc}\n\t]|[\u202A-\u202E\u2066-\u2069]/gu, "\uFFFD");
