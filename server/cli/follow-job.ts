import type { JobId } from "@/schemas/primitives";
import type { JobSnapshot } from "@/schemas/snapshot";
import type { CommandIo } from "@/server/cli/command";
import { type PortalClient, waitForJob } from "@/server/cli/portal-client";

const POLL_MS = 500;

/** Says how far a job is until it is over and its last entry is published. */
export const followJob = (
  client: PortalClient,
  jobId: JobId,
  io: Pick<CommandIo, "out">,
): Promise<JobSnapshot> =>
  waitForJob(client, jobId, POLL_MS, ({ status, counts }) => {
    const closed = counts.succeeded + counts.failed + counts.withdrawn;
    io.out(
      `${status.toLowerCase()}: ${closed} of ${counts.announced} tasks closed, ${counts.running} running`,
    );
  });
