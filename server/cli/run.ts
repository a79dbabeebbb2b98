import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { CommandIo } from "@/server/cli/command";
import { followJob } from "@/server/cli/follow-job";
import { portalClient, sayPortalFailure } from "@/server/cli/portal-client";
import { isBeaconError } from "@/server/domain/errors";
import { publicUrlOf, readEnv } from "@/server/env";

export const RUN_USAGE = "run SPEC.json [--wait] [--key UUID] [--url URL]";

/**
 * `beacon run`: submits a job spec to the running portal.
 *
 * @returns 0 accepted (with --wait: compared), 1 refused or withdrawn, 2 no portal or no such file.
 */
export async function runCommand(args: readonly string[], io: CommandIo): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { wait: { type: "boolean" }, key: { type: "string" }, url: { type: "string" } },
  });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) {
    io.err(`usage: beacon ${RUN_USAGE}`);
    return 2;
  }
  let spec: unknown;
  try {
    // Some editors begin a file with a byte-order mark; JSON knows none.
    spec = JSON.parse((await readFile(file, "utf8")).replace(/^\uFEFF/, ""));
  } catch {
    io.err(`${file} is not a readable JSON file.`);
    return 2;
  }
  try {
    const env = readEnv();
    const url = values.url ?? publicUrlOf(env);
    const client = portalClient(env, url);
    const submissionKey = values.key ?? randomUUID();
    const { jobId, created } = await client.jobs.submit.mutate({ spec, submissionKey });
    io.out(`${created ? "accepted" : "known already"}: ${jobId}`);
    io.out(`${url}/jobs/${jobId}`);
    if (values.wait !== true) return 0;
    const job = await followJob(client, jobId, io);
    io.out(`comparison published as entry ${job.comparisonIndex}`);
    return job.status === "COMPLETED" ? 0 : 1;
  } catch (error) {
    if (isBeaconError(error)) {
      io.err(`${error.code}: ${error.message}`);
      return 2;
    }
    return sayPortalFailure(error, io);
  }
}
