import { readFile } from "node:fs/promises";
import { portalClient, waitForJob } from "@/server/cli/portal-client";
import { readEnv } from "@/server/env";

const SPEC = "schemas/examples/demonstration.json";
/** Names the one demonstration of an installation: submitted again, it is the same job. */
const SUBMISSION_KEY = "00000000-0000-4000-8000-00000000de30";
const POLL_MS = 500;

/**
 * Submits the demonstration job, unless this installation has run it, and waits until it is compared
 * and published.
 *
 * @returns false when it had been compared before.
 */
export async function runDemonstration(url: string): Promise<boolean> {
  const client = portalClient(readEnv(), url);
  const spec: unknown = JSON.parse(await readFile(SPEC, "utf8"));
  const { jobId, created } = await client.jobs.submit.mutate({
    spec,
    submissionKey: SUBMISSION_KEY,
  });
  if (!created && (await client.jobs.byId.query({ jobId })).comparisonIndex !== null) return false;
  await waitForJob(client, jobId, POLL_MS, () => {});
  return true;
}
