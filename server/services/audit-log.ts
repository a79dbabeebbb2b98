import { JobSpec } from "@/schemas/job-spec";
import type { IntentEntry } from "@/schemas/log-entry";
import type { Cid } from "@/schemas/primitives";
import { fromHex, fromUtf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { type PlannedTask, planTasks, tasksDigestOf } from "@/server/domain/job/plan";
import {
  type AuditedClosings,
  type AuditedJob,
  auditClosings,
} from "@/server/domain/log/audit-closings";
import { auditPublished } from "@/server/domain/log/audit-published";
import type { ReadPublished } from "@/server/domain/log/audit-tree";
import { type Completeness, completenessOf } from "@/server/domain/log/completeness";
import { leafHashOf, nodeHash } from "@/server/domain/log/merkle";
import type { Policy } from "@/server/domain/log/policy";

/** Reads a block by its CID. Null: not served. */
export type ReadBlock = (cid: Cid) => Promise<Uint8Array | null>;

export type AuditReport = {
  readonly origin: string;
  readonly size: number;
  readonly cosigners: number;
  readonly tiles: number;
  /** Leaves that hold bytes of third parties, which are no entries of Beacon. */
  readonly thirdParty: number;
  readonly jobs: readonly (AuditedJob & {
    /** Task by task; null when the job's spec was not at hand, so that nobody knows the tasks. */
    readonly completeness: Completeness | null;
  })[];
  /** Whether what was announced was held against the jobs' specs, which needs their blocks. */
  readonly plans: "checked" | "not checked";
  /** What does not hold, in plain words. Empty: the log audits clean. */
  readonly problems: readonly string[];
};

/**
 * Audits a whole log from its bytes, trusting nothing but the policy: the checkpoint's signatures,
 * every leaf from the entry bundles, the root, every tile; that the announced tasks are those that the
 * spec makes, that each closed at most once and after its intent, and that none is open when its
 * deadline had passed as the last witness cosigned.
 *
 * @param readBlock null: no blocks are at hand, and the plans of jobs are not checked.
 *
 * @throws BeaconError CHECKPOINT_MALFORMED, NOTE_MALFORMED, TILE_NOT_FOUND and what verifying a note throws.
 */
export async function auditLog(
  policy: Policy,
  read: ReadPublished,
  readBlock: ReadBlock | null,
): Promise<AuditReport> {
  const leaves: Uint8Array[] = [];
  const log = await auditPublished(
    policy,
    read,
    { leafHashOf, nodeHash },
    { begin: () => undefined, take: (bundle) => void leaves.push(...bundle) },
  );
  const problems = [...log.problems];
  const at = new Date(log.atSeconds * 1_000);
  const { jobs, thirdParty } = auditClosings(leaves, at, problems);
  const audited: AuditReport["jobs"][number][] = [];
  for (const { intent, closings, ...job } of jobs) {
    const plan = readBlock === null ? null : await planOf(intent, readBlock, problems);
    const completeness = plan === null ? null : holdAgainst(plan, intent, closings, at, problems);
    audited.push({ ...job, completeness });
  }
  return {
    origin: log.origin,
    size: log.size,
    cosigners: log.cosigners,
    tiles: log.tiles,
    thirdParty,
    plans: readBlock === null ? "not checked" : "checked",
    jobs: audited,
    problems,
  };
}

/** Lays the announced job down again from its spec; null when the spec is not served. */
async function planOf(
  intent: IntentEntry,
  readBlock: ReadBlock,
  problems: string[],
): Promise<readonly PlannedTask[] | null> {
  const bytes = await readBlock(intent.spec_cid);
  const spec = JobSpec.safeParse(bytes === null ? null : JSON.parse(fromUtf8(bytes) ?? "null"));
  if (bytes === null || cidOf(bytes) !== intent.spec_cid || !spec.success) {
    problems.push(`the spec of job ${intent.job} is not served as it was announced`);
    return null;
  }
  const plan = planTasks(intent.job, spec.data, fromHex(intent.order_seed));
  if (tasksDigestOf(plan) !== intent.tasks_digest)
    problems.push(`job ${intent.job} announced other tasks than its spec makes`);
  return plan;
}

/** Holds what closed against what was announced. */
function holdAgainst(
  plan: readonly PlannedTask[],
  { job, deadline }: IntentEntry,
  closings: AuditedClosings["closings"],
  at: Date,
  problems: string[],
): Completeness {
  const completeness = completenessOf(plan, closings, new Date(deadline), at);
  for (const id of completeness.unannounced)
    problems.push(`task ${id} was never announced by job ${job}`);
  return completeness;
}
