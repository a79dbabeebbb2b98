import type { IntentEntry } from "@/schemas/log-entry";
import type { JobId } from "@/schemas/primitives";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import type { Signer } from "@/server/adapters/keys/key-store";
import { hex } from "@/server/domain/bytes";
import { canonicalBytes, digestOfBytes } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";
import { jobIdFrom } from "@/server/domain/identity";
import { type BudgetLimits, parseJobSpec } from "@/server/domain/job/parse-spec";
import { planTasks, tasksDigestOf } from "@/server/domain/job/plan";
import { fileEntry } from "@/server/domain/log/filing";
import { instantOf } from "@/server/domain/time";

export type SubmitJobDeps = {
  readonly jobs: Pick<JobStore, "createOnce">;
  readonly content: Pick<ContentStore, "put">;
  readonly runner: Signer;
  readonly origin: string;
  /** Whether the services that jobs ask here are simulated. */
  readonly simulated: boolean;
  readonly limits: BudgetLimits;
  /** Models that can be asked here. */
  readonly models: readonly string[];
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
};

/**
 * Accepts a job spec: keeps its canonical bytes as a block, then stores job, tasks and the intent's
 * log entry in one transaction. Sessions are asked for only when a published checkpoint includes
 * the intent, which is the log writer's to see.
 *
 * Safe to repeat: the submission key names the job.
 *
 * @throws BeaconError JOB_SPEC_* as `parseJobSpec` says.
 */
export async function submitJob(
  deps: SubmitJobDeps,
  ownerId: string,
  input: { readonly spec: unknown; readonly submissionKey: string },
): Promise<{ jobId: JobId; created: boolean }> {
  const spec = parseJobSpec(input.spec, deps.limits);
  const unknown = spec.services.find(({ model }) => !deps.models.includes(model));
  if (unknown !== undefined)
    throw new BeaconError(
      "JOB_SPEC_SERVICE_UNKNOWN",
      `No model ${unknown.model} can be asked here; there are ${deps.models.join(", ")}.`,
      { details: { path: "services" } },
    );
  const specBytes = canonicalBytes(spec);
  const specCid = await deps.content.put(specBytes);
  const id = jobIdFrom(deps.random16());
  const orderSeed = deps.random16();
  const tasks = planTasks(id, spec, orderSeed);
  const createdAt = deps.now();
  const deadlineAt = new Date(createdAt.getTime() + spec.deadline_s * 1_000);
  const intent: IntentEntry = {
    v: 1,
    type: "beacon.intent/v1",
    at: instantOf(createdAt),
    simulated: deps.simulated,
    job: id,
    spec_cid: specCid,
    tasks_digest: tasksDigestOf(tasks),
    tasks: tasks.length,
    repeats: spec.repeats,
    contrasts: spec.contrasts.map((contrast) => contrast.id),
    stop_rule: "every-announced-task-closes",
    order_seed: hex(orderSeed),
    deadline: instantOf(deadlineAt),
    runner_key: deps.runner.keyId,
  };
  const job = await deps.jobs.createOnce(
    {
      id,
      ownerId,
      submissionKey: input.submissionKey,
      spec,
      specCid,
      specDigest: digestOfBytes(specBytes),
      simulated: deps.simulated,
      orderSeed,
      createdAt,
      deadlineAt,
    },
    tasks,
    fileEntry(intent, deps.origin, deps.runner),
  );
  return { jobId: job.id, created: job.created };
}
