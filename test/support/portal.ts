import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { JobSnapshot } from "@/schemas/snapshot";
import { type PortalClient, portalClient, waitForJob } from "@/server/cli/portal-client";
import { readEnv } from "@/server/env";

const POLL_MS = 250;

const told = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is set by e2e-setup.ts`);
  return value;
};

/** The installation that `e2e-setup.ts` started for this run. */
export const portal = {
  url: `http://127.0.0.1:${process.env.BEACON_TEST_PORT ?? "3123"}`,
  home: () => told("BEACON_TEST_HOME"),
  /** As `npm start` printed them. */
  admin: () => ({ email: told("BEACON_TEST_EMAIL"), password: told("BEACON_TEST_PASSWORD") }),
  /** Speaks to it as its operator. */
  client: (): PortalClient =>
    portalClient({ ...readEnv(), BEACON_HOME: told("BEACON_TEST_HOME") }, portal.url),
};

/** One of the published examples of job specs. */
export const exampleSpec = (name: string): Record<string, unknown> =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, "../../schemas/examples", `${name}.json`), "utf8"),
  );

/** Submits a job as the operator and waits until its comparison is published. */
export async function runJob(spec: unknown): Promise<JobSnapshot> {
  const client = portal.client();
  const { jobId } = await client.jobs.submit.mutate({ spec, submissionKey: randomUUID() });
  return waitForJob(client, jobId, POLL_MS, () => {});
}

/** The demonstration that every installation starts with. */
export async function demonstration(): Promise<JobSnapshot> {
  const client = portal.client();
  const { title } = exampleSpec("demonstration");
  const { items } = await client.jobs.list.query({ cursor: null, limit: 100 });
  const found = items.find((job) => job.title === title);
  if (found === undefined) throw new Error("the demonstration has not run");
  return client.jobs.byId.query({ jobId: found.id });
}
