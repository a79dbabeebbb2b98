import type { JobSpec } from "@/schemas/job-spec";
import type { IntentEntry } from "@/schemas/log-entry";
import type { JobId } from "@/schemas/primitives";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { ServiceStore } from "@/server/adapters/db/service-store";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import type { Signer } from "@/server/adapters/keys/key-store";
import { hex } from "@/server/domain/bytes";
import { canonicalBytes, digestOfBytes } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";
import { jobIdFrom } from "@/server/domain/identity";
import { parseJobSpec } from "@/server/domain/job/parse-spec";
import { planTasks, tasksDigestOf } from "@/server/domain/job/plan";
import type { BudgetLimits } from "@/server/domain/job/spec-rules";
import { fileEntry } from "@/server/domain/log/filing";
import { isJobSimulated, pricesOfJob } from "@/server/domain/service/known-services";
import { dayOf, instantOf } from "@/server/domain/time";

export type SubmitJobDeps = {
  readonly jobs: Pick<JobStore, "createOnce">;
  readonly content: Pick<ContentStore, "put">;
  readonly runner: Signer;
  readonly origin: string;
  /** Whether the Golem network and its vendor are simulated here. */
  readonly simulated: boolean;
  readonly limits: BudgetLimits;
  /** Models that can be asked inside rented machines here. */
  readonly models: readonly string[];
  /** Services on the internet and at home that can be asked here. */
  readonly services: Pick<ServiceStore, "list">;
  /** What rented machines run here; null on the loopback network, where nothing is downloaded. */
  readonly images: JobSpec["images"] | null;
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
 * @throws BeaconError JOB_SPEC_* as `parseJobSpec` says, JOB_SPEC_IMAGE_UNKNOWN, JOB_SPEC_SIMULATION_REFUSED,
 *   SERVICE_* as `pricesOfJob` says.
 */
export async function submitJob(
  deps: SubmitJobDeps,
  ownerId: string,
  input: { readonly spec: unknown; readonly submissionKey: string },
): Promise<{ jobId: JobId; created: boolean }> {
  const spec = parseJobSpec(input.spec, deps.limits);
  checkImages(spec, deps.images);
  if (spec.simulation !== undefined && !deps.simulated)
    throw new BeaconError(
      "JOB_SPEC_SIMULATION_REFUSED",
      "simulation makes faults on purpose, which only a portal on the loopback network does; leave it out.",
      { details: { path: "simulation" } },
    );
  const services = await deps.services.list();
  pricesOfJob(spec, services, dayOf(deps.now()));
  const unknown = spec.services.find(
    ({ door, model }) => door === "model" && !deps.models.includes(model),
  );
  if (unknown !== undefined)
    throw new BeaconError(
      "JOB_SPEC_SERVICE_UNKNOWN",
      `No model ${unknown.model} can be asked here; there are ${deps.models.join(", ")}.`,
      { details: { path: "services" } },
    );
  const specBytes = canonicalBytes(spec);
  const specCid = await deps.content.put(specBytes);
  const id = jobIdFrom(deps.random16());
  const simulated = deps.simulated && isJobSimulated(spec, services);
  const orderSeed = deps.random16();
  const tasks = planTasks(id, spec, orderSeed);
  const createdAt = deps.now();
  const deadlineAt = new Date(createdAt.getTime() + spec.deadline_s * 1_000);
  const intent: IntentEntry = {
    v: 1,
    type: "beacon.intent/v1",
    at: instantOf(createdAt),
    simulated,
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
      simulated,
      orderSeed,
      createdAt,
      deadlineAt,
    },
    tasks,
    fileEntry(intent, deps.origin, deps.runner),
  );
  return { jobId: job.id, created: job.created };
}

/** On a real network a spec pins what its providers run, and it is what this installation runs. */
function checkImages(spec: JobSpec, known: JobSpec["images"] | null): void {
  if (known === null) return;
  for (const door of ["model", "exit"] as const) {
    if (!spec.services.some((service) => service.door === door)) continue;
    const [pinned, here] = [spec.images?.[door], known?.[door]];
    if (pinned === undefined || pinned.sha3_224 !== here?.sha3_224)
      throw new BeaconError(
        "JOB_SPEC_IMAGE_UNKNOWN",
        here === undefined
          ? `No image for the ${door} door is configured here.`
          : `images.${door} must pin what providers run: sha3_224 ${here.sha3_224}.`,
        { details: { path: `images.${door}` } },
      );
  }
}
