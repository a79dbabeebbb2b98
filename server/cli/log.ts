import { join } from "node:path";
import { parseArgs } from "node:util";
import type { CommandIo } from "@/server/cli/command";
import { auditPortal, readOver, unreadable } from "@/server/cli/published-log";
import { publicUrlOf, readEnv } from "@/server/env";
import type { AuditReport } from "@/server/services/audit-log";

export const LOG_USAGE =
  "log head|audit|fsck|completeness JOB [--url URL] [--policy FILE] [--json]";

/**
 * `beacon log head` prints the published checkpoint; `beacon log audit` reads the whole log over
 * HTTP, as a stranger would, and checks it against a policy; `beacon log fsck` rebuilds it from the
 * database.
 *
 * @returns 0 sound, 1 not sound, 2 nothing to read or wrong usage.
 */
export async function logCommand(args: readonly string[], io: CommandIo): Promise<0 | 1 | 2> {
  if (args[0] === "completeness")
    return (await import("@/server/cli/log-completeness")).completenessCommand(args.slice(1), io);
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { url: { type: "string" }, policy: { type: "string" }, json: { type: "boolean" } },
  });
  if (positionals.length > 1) return missing(io, `usage: beacon ${LOG_USAGE}`);
  const url = values.url ?? publicUrlOf(readEnv());
  const read = readOver(`${url}/tlog`);
  try {
    if (positionals[0] === "head") return await head(read, io);
    if (positionals[0] === "fsck") {
      const { fsckCommand } = await import("@/server/cli/log-fsck");
      return await fsckCommand(values.json === true, io);
    }
    if (positionals[0] !== "audit") return missing(io, `usage: beacon ${LOG_USAGE}`);
    const policyFile = values.policy ?? join(io.home, "policy.txt");
    return await audit(url, policyFile, values.json === true, io);
  } catch (error) {
    return missing(io, unreadable(error));
  }
}

async function head(read: ReturnType<typeof readOver>, io: CommandIo): Promise<0 | 2> {
  const checkpoint = await read("checkpoint");
  if (checkpoint === null) return missing(io, "The log has not published a checkpoint yet.");
  io.out(new TextDecoder().decode(checkpoint).trimEnd());
  return 0;
}

async function audit(
  url: string,
  policyFile: string,
  isJson: boolean,
  io: CommandIo,
): Promise<0 | 1> {
  const report = await auditPortal(url, policyFile);
  for (const line of isJson ? [JSON.stringify(report)] : linesOf(report)) io.out(line);
  return report.problems.length === 0 ? 0 : 1;
}

function missing(io: CommandIo, line: string): 2 {
  io.err(line);
  return 2;
}

function* linesOf(report: AuditReport): Generator<string> {
  yield `${report.origin}: ${report.size} entries, ${report.tiles} tiles, ${report.cosigners} cosignatures`;
  for (const job of report.jobs) {
    const closed = job.results + job.failures + job.withdrawn;
    yield `${job.job}: ${closed} of ${job.announced} closed (${job.results} results, ${job.failures} failures, ${job.withdrawn} withdrawn)`;
  }
  if (report.thirdParty > 0) yield `${report.thirdParty} entries are bytes of third parties`;
  for (const problem of report.problems) yield `does not hold: ${problem}`;
  yield report.problems.length === 0 ? "the log audits clean" : "the log does not audit";
}
