import type { CommandIo } from "@/server/cli/command";
import { contextFor, openInspection } from "@/server/context";
import { visitDatabase } from "@/server/database";
import { readEnv } from "@/server/env";
import { type FsckReport, fsckLog } from "@/server/services/fsck-log";

/**
 * `beacon log fsck`: reads the installation's database and rebuilds the log from its entries' bytes.
 * The portal may run meanwhile, and need not.
 *
 * @returns 0 everything fits, 1 something is damaged, 2 there is no log to look at.
 * @throws BeaconError DATABASE_UNAVAILABLE, KEY_FILE_INVALID
 */
export async function fsckCommand(isJson: boolean, io: CommandIo): Promise<0 | 1 | 2> {
  const env = { ...readEnv(), BEACON_HOME: io.home };
  const database = await visitDatabase(env);
  if (database === null) {
    io.err("There is no log here yet.");
    return 2;
  }
  const startedAt = Date.now();
  const context = contextFor({ ...env, DATABASE_URL: database.url });
  try {
    const inspection = await openInspection(database.url);
    const report = await fsckLog({ ...context, inspection }).finally(() => inspection.close());
    const seconds = (Date.now() - startedAt) / 1_000;
    for (const line of isJson ? [JSON.stringify(report)] : linesOf(report, seconds)) io.out(line);
    return report.damages.length === 0 ? 0 : 1;
  } finally {
    await context.close();
    await database.close();
  }
}

function* linesOf(report: FsckReport, seconds: number): Generator<string> {
  const { entries, thirdParty, tiles, checkpoints, underOtherPolicy, pending } = report;
  yield `${report.origin}: ${entries} entries (${thirdParty} of them third-party bytes), ${tiles} tiles, ${checkpoints} checkpoints, ${pending} pending, in ${seconds.toFixed(1)} s`;
  if (report.haltedReason !== null) yield `halted: ${report.haltedReason}`;
  if (underOtherPolicy > 0)
    yield `${underOtherPolicy} older checkpoints do not meet the policy of now, which may have been another then`;
  for (const { where, what } of report.damages) yield `${where}: ${what}`;
  if (report.moreDamages > 0) yield `and ${report.moreDamages} more`;
  if (report.damages.length > 0) yield "the log is damaged";
  else
    yield report.haltedReason === null
      ? "everything fits"
      : "everything fits, and the log is halted: docs/auditing.md says what to do";
}
