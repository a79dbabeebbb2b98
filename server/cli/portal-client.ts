import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createTRPCClient, httpLink, TRPCClientError } from "@trpc/client";
import superjson from "superjson";
import type { JobId } from "@/schemas/primitives";
import type { JobSnapshot } from "@/schemas/snapshot";
import type { AppRouter } from "@/server/api/root";
import { BeaconError } from "@/server/domain/errors";
import { type Env, publicUrlOf } from "@/server/env";

export type PortalClient = ReturnType<typeof createTRPCClient<AppRouter>>;

/** Speaks tRPC to the portal that runs over this state folder, as its operator. */
export function portalClient(env: Env, url: string = publicUrlOf(env)): PortalClient {
  let token: string;
  try {
    token = readFileSync(join(env.BEACON_HOME, "keys", "operator.token"), "utf8").trim();
  } catch (error) {
    throw new BeaconError(
      "PORTAL_UNREACHABLE",
      `There is no installation in ${env.BEACON_HOME}; run \`npm start\` first.`,
      { cause: error },
    );
  }
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${url}/api/trpc`,
        transformer: superjson,
        headers: { authorization: `Bearer ${token}` },
      }),
    ],
  });
}

/** What a call to the portal failed with: its code, or that nobody answered. */
export function portalFailure(error: unknown): {
  code: string;
  message: string;
  isUnreachable: boolean;
} {
  if (error instanceof TRPCClientError) {
    const data: { beaconCode?: string | null; code?: string } | undefined = error.data;
    if (data === undefined || data === null)
      return {
        code: "PORTAL_UNREACHABLE",
        message: "No portal answers; start it with `npm start`.",
        isUnreachable: true,
      };
    return {
      code: data.beaconCode ?? data.code ?? "UNKNOWN",
      message: error.message,
      isUnreachable: false,
    };
  }
  throw error;
}

/**
 * Waits until a job is over and its last entry is published.
 *
 * @param onChange called with every snapshot that differs in its counts from the one before.
 */
export async function waitForJob(
  client: PortalClient,
  jobId: JobId,
  everyMs: number,
  onChange: (job: JobSnapshot) => void,
): Promise<JobSnapshot> {
  for (let last = ""; ; ) {
    const job = await client.jobs.byId.query({ jobId });
    const seen = JSON.stringify([job.status, job.counts]);
    if (seen !== last) onChange(job);
    last = seen;
    if (job.comparisonIndex !== null) return job;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
