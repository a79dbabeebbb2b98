import type { BundleManifest } from "@/schemas/bundle-manifest";
import type { IntentEntry, LogEntry } from "@/schemas/log-entry";
import { announcedTasks } from "@/server/domain/bundle/announced-tasks";
import { BUNDLE_FILE } from "@/server/domain/bundle/bundle";
import {
  type BundleFacts,
  type BundleProblem,
  type BundleReceipt,
  problem,
} from "@/server/domain/bundle/report";
import type { PlannedTask } from "@/server/domain/job/plan";
import { type Closing, completenessOf } from "@/server/domain/log/completeness";

type Closes = Extract<LogEntry, { task: string }>;

const KINDS = {
  "beacon.result/v1": "result",
  "beacon.failure/v1": "failure",
  "beacon.withdrawal/v1": "withdrawal",
} as const satisfies Record<Closes["type"], Closing["kind"]>;

const WITHOUT_SPEC: BundleProblem = {
  kind: "missing",
  file: BUNDLE_FILE.spec,
  sentence: "Without it nobody can say which tasks the job announced.",
  code: "BLOCK_NOT_FOUND",
};

/**
 * Holds what the sound receipts close against what the job announced, task by task: a receipt that was
 * left out is named by the task that it would have closed.
 *
 * @param spec the bytes of the job's spec; null when the bundle has not got them.
 */
export function checkClosings(
  manifest: BundleManifest,
  sound: readonly BundleReceipt[],
  spec: Uint8Array | null,
): { readonly problems: readonly BundleProblem[]; readonly tasks: BundleFacts["tasks"] } {
  const intent = intentIn(sound);
  if (intent?.job !== manifest.job)
    return { problems: [problem(null, "No sound receipt announces this job.")], tasks: null };
  if (spec === null) return { problems: [WITHOUT_SPEC], tasks: null };
  const planned = announcedTasks(intent, spec);
  if (planned === null)
    return {
      problems: [
        problem(
          BUNDLE_FILE.spec,
          "It does not make the tasks that the log announced for this job.",
        ),
      ],
      tasks: null,
    };
  const closings = sound.flatMap(closingIn);
  const found = completenessOf(planned, closings, new Date(intent.deadline), new Date(0));
  const tasks = {
    announced: found.announced,
    results: found.results,
    failures: found.failures,
    withdrawals: found.withdrawals,
    open: found.open.length,
  };
  const problems = [
    ...found.open.map((task) =>
      problem(
        `receipts/${task.task}.tlog-proof`,
        `Task ${task.task} (${task.prompt} to ${task.service} from ${task.country}, repeat ${task.repeat + 1}) was announced, and no sound receipt here closes it.`,
      ),
    ),
    ...found.unannounced.map((task) =>
      problem(null, `Task ${task} was closed and never announced.`),
    ),
    ...found.doubled.map((task) => problem(null, `Task ${task} was closed more than once.`)),
    ...checkCells(planned, sound),
    // With tasks left open the counts cannot agree, and that is said already.
    ...(tasks.open > 0 ? [] : checkCounts(manifest, tasks)),
  ];
  return { problems, tasks };
}

function intentIn(sound: readonly BundleReceipt[]): IntentEntry | null {
  for (const { report } of sound)
    if (report.facts?.entry.type === "beacon.intent/v1") return report.facts.entry;
  return null;
}

function closingIn({ report }: BundleReceipt): readonly Closing[] {
  if (report.facts === null) return [];
  const { entry, index } = report.facts;
  return "task" in entry
    ? [{ task: entry.task, kind: KINDS[entry.type], index: Number(index) }]
    : [];
}

/** A receipt speaks of the cell that the announcement gave to its task, and of no other. */
function checkCells(
  planned: readonly PlannedTask[],
  sound: readonly BundleReceipt[],
): readonly BundleProblem[] {
  const byId = new Map<string, PlannedTask>(planned.map((task) => [task.id, task]));
  return sound.flatMap(({ file, report }) => {
    const entry = report.facts?.entry;
    if (entry === undefined || !("task" in entry)) return [];
    const task = byId.get(entry.task);
    const isRight =
      task === undefined ||
      (task.promptId === entry.prompt &&
        task.serviceId === entry.service &&
        task.country === entry.country &&
        task.repeat === entry.repeat &&
        task.seed === entry.seed);
    return isRight ? [] : [problem(file, "It speaks of another question than its task announced.")];
  });
}

function checkCounts(
  { tasks: said }: BundleManifest,
  found: NonNullable<BundleFacts["tasks"]>,
): readonly BundleProblem[] {
  const isRight =
    said.announced === found.announced &&
    said.results === found.results &&
    said.failures === found.failures &&
    said.withdrawn === found.withdrawals;
  return isRight
    ? []
    : [
        problem(
          BUNDLE_FILE.manifest,
          "It counts the tasks of the job otherwise than the receipts do.",
        ),
      ];
}
