import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createTRPCClient, httpLink, TRPCClientError } from "@trpc/client";
import superjson from "superjson";
import type { JobId } from "@/schemas/primitives";
import type { JobSnapshot } from "@/schemas/snapshot";
import type { AppRouter } from "@/server/api/root";
import type { CommandIo } from "@/server/cli/command";
import { BeaconError } from "@/server/domain/errors";
import { type Env, publicUrlOf } from "@/server/env";

const PATIENCE_MS = 60_000;

export type PortalClient = ReturnType<typeof createTRPCClient<AppRouter>>;

/** Speaks tRPC to the portal that runs over this state folder, as its operator. */
export function portalClient(env: Env, url: string = publicUrlOf(env)): PortalClient {
  if (!isOurs(url, env))
    throw new BeaconError(
      "PORTAL_UNREACHABLE",
      `${url} is not this installation; its token is sent nowhere else.`,
    );
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

/** Speaks tRPC to whichever portal is at `url`, as nobody: for what everybody may ask. */
export const openClient = (url: string): PortalClient =>
  createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${url}/api/trpc`, transformer: superjson })],
  });

/** Whether the operator's token may be sent there: to this machine, or where the installation is served. */
function isOurs(url: string, env: Env): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname, origin } = new URL(url);
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
  return isLoopback || origin === new URL(publicUrlOf(env)).origin;
}

/**
 * Says why a call to the portal failed.
 *
 * @returns the exit code: 1 refused, 2 nobody answers.
 * @throws whatever did not come from a call, as it is
 */
export function sayPortalFailure(error: unknown, io: CommandIo): 1 | 2 {
  const { code, message, isUnreachable } = portalFailure(error);
  io.err(`${code}: ${message}`);
  return isUnreachable ? 2 : 1;
}

/** What a call to the portal failed with: its code, or that nobody answered. */
function portalFailure(error: unknown): {
  code: string;
  message: string;
  isUnreachable: boolean;
} {
  if (error instanceof TRPCClientError) {
    const data: { beaconCode?: string | null; code?: string } | undefined = error.data;
    if (isNobodyThere(error.cause))
      return {
        code: "PORTAL_UNREACHABLE",
        message: "No portal answers; start it with `npm start`.",
        isUnreachable: true,
      };
    if (data === undefined || data === null)
      return {
        code: "REQUEST_UNSENDABLE",
        message: `It cannot be sent as it is: ${error.message}`,
        isUnreachable: false,
      };
    return {
      code: data.beaconCode ?? data.code ?? "UNKNOWN",
      message: error.message,
      isUnreachable: false,
    };
  }
  throw error;
}

/** Whether a call failed because no answer came at all. Node's fetch says so with a TypeError. */
const isNobodyThere = (cause: unknown): boolean =>
  cause instanceof TypeError && cause.message === "fetch failed";

/**
 * Waits until a job is over and its last entry is published.
 *
 * A portal that does not answer, or not well, is asked again for a minute: it may be starting.
 *
 * @param onChange called with every snapshot that differs in its counts from the one before.
 */
export async function waitForJob(
  client: PortalClient,
  jobId: JobId,
  everyMs: number,
  onChange: (job: JobSnapshot) => void,
): Promise<JobSnapshot> {
  let failingSince: number | null = null;
  for (let last = ""; ; await new Promise((resolve) => setTimeout(resolve, everyMs))) {
    const job = await client.jobs.byId.query({ jobId }).catch((error: unknown) => {
      failingSince ??= Date.now();
      if (Date.now() - failingSince > PATIENCE_MS) throw error;
      return null;
    });
    if (job === null) continue;
    failingSince = null;
    const seen = JSON.stringify([job.status, job.counts]);
    if (seen !== last) onChange(job);
    last = seen;
    if (job.comparisonIndex !== null) return job;
  }
}
