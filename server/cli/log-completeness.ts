import { join } from "node:path";
import { parseArgs } from "node:util";
import { JobId } from "@/schemas/primitives";
import type { CommandIo } from "@/server/cli/command";
import { auditPortal, unreadable } from "@/server/cli/published-log";
import type { NamedTask } from "@/server/domain/log/completeness";
import { publicUrlOf, readEnv } from "@/server/env";
import type { AuditReport } from "@/server/services/audit-log";

/** Open tasks that are named on a line of their own; `--json` names all. */
const NAMED = 100;

type Job = AuditReport["jobs"][number];

/**
 * `beacon log completeness JOB`: reads the whole log over HTTP, as a stranger would, and says of one
 * job what was announced, how it closed, and by name what is still open.
 *
 * @returns 0 complete, or open with its deadline to come; 1 something is missing, or the log does not
 *   audit; 2 nothing to read, no such job, or wrong usage.
 */
export async function completenessCommand(
  args: readonly string[],
  io: CommandIo,
): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { url: { type: "string" }, policy: { type: "string" }, json: { type: "boolean" } },
  });
  const wanted = JobId.safeParse(positionals[0]);
  if (!wanted.success) {
    io.err("usage: beacon log completeness JOB [--url URL] [--policy FILE] [--json]");
    return 2;
  }
  try {
    const policyFile = values.policy ?? join(io.home, "policy.txt");
    const report = await auditPortal(values.url ?? publicUrlOf(readEnv()), policyFile);
    const job = report.jobs.find((one) => one.job === wanted.data);
    if (job === undefined) {
      io.err(`The log of ${report.origin} announces no job ${wanted.data}.`);
      return 2;
    }
    if (values.json === true) io.out(JSON.stringify({ ...job, problems: report.problems }));
    else {
      for (const line of completenessLines(report, job)) io.out(line);
      for (const problem of report.problems) io.out(`the log does not hold: ${problem}`);
    }
    return report.problems.length === 0 && isOnCourse(job) ? 0 : 1;
  } catch (error) {
    io.err(unreadable(error));
    return 2;
  }
}

/** Whether nothing is missing: what is open may still close in time. */
const isOnCourse = ({ completeness }: Job): boolean =>
  completeness !== null && (isComplete(completeness) || !completeness.isOver);

/** What `beacon log completeness` says of one job of an audited log, line by line. */
export function* completenessLines(
  { origin, size }: AuditReport,
  { job, announced, results, failures, withdrawn, completeness }: Job,
): Generator<string> {
  yield `${job} in ${origin}, ${size} entries: ${announced} announced`;
  yield `  closed as result    ${results}`;
  yield `  closed as failure   ${failures}`;
  yield `  withdrawn           ${withdrawn}`;
  if (completeness === null) {
    yield "  The job's spec is not at hand, so nobody can say which tasks are open.";
    return;
  }
  const { open, isOver, unannounced, doubled } = completeness;
  yield `  still open          ${isOver ? 0 : open.length}`;
  yield `  overdue             ${isOver ? open.length : 0}`;
  for (const task of open.slice(0, NAMED))
    yield `    ${isOver ? "missing" : "open"}: ${nameOf(task)}`;
  if (open.length > NAMED) yield `    and ${open.length - NAMED} more; --json names all`;
  for (const task of unannounced) yield `    never announced: ${task}`;
  for (const task of doubled) yield `    closed more than once: ${task}`;
  yield isComplete(completeness)
    ? "Every announced task has closed in the log, once."
    : isOver
      ? "What was announced is not what the log shows."
      : "Not every announced task has closed yet.";
}

const nameOf = ({ task, prompt, service, country, repeat }: NamedTask): string =>
  `${task} (${prompt}, ${service}, ${country}, repeat ${repeat + 1})`;

/** Whether every announced task closed, once, and nothing else did. */
const isComplete = (completeness: NonNullable<Job["completeness"]>): boolean =>
  completeness.open.length + completeness.unannounced.length + completeness.doubled.length === 0;
