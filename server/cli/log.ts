import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { CommandIo } from "@/server/cli/command";
import { isBeaconError } from "@/server/domain/errors";
import { parsePolicy } from "@/server/domain/log/policy";
import { publicUrlOf, readEnv } from "@/server/env";
import { type AuditReport, auditLog, type ReadPublished } from "@/server/services/audit-log";

export const LOG_USAGE = "log head|audit [--url URL] [--policy FILE] [--json]";

/** Reads over HTTP what a portal serves below `url`. Null: it does not serve it. */
const readOver =
  (url: string): ReadPublished =>
  async (path) => {
    const response = await fetch(`${url}/${path}`);
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  };

/**
 * `beacon log head` prints the published checkpoint; `beacon log audit` reads the whole log over
 * HTTP, as a stranger would, and checks it against a policy.
 *
 * @returns 0 sound, 1 not sound, 2 nothing to read or wrong usage.
 */
export async function logCommand(args: readonly string[], io: CommandIo): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { url: { type: "string" }, policy: { type: "string" }, json: { type: "boolean" } },
  });
  const url = values.url ?? publicUrlOf(readEnv());
  const read = readOver(`${url}/tlog`);
  try {
    if (positionals[0] === "head") return await head(read, io);
    if (positionals[0] !== "audit") return missing(io, `usage: beacon ${LOG_USAGE}`);
    const policyFile = values.policy ?? join(io.home, "policy.txt");
    return await audit(url, policyFile, values.json === true, io);
  } catch (error) {
    return missing(io, sentenceOf(error));
  }
}

async function head(read: ReadPublished, io: CommandIo): Promise<0 | 2> {
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
  const policy = parsePolicy(await readFile(policyFile, "utf8"));
  const readBlock = readOver(`${url}/ipfs`);
  const report = await auditLog(policy, readOver(`${url}/tlog`), (cid) =>
    readBlock(`${cid}?format=raw`),
  );
  for (const line of isJson ? [JSON.stringify(report)] : linesOf(report)) io.out(line);
  return report.problems.length === 0 ? 0 : 1;
}

function sentenceOf(error: unknown): string {
  if (isBeaconError(error)) return `${error.code}: ${error.message}`;
  if (error instanceof TypeError) return "No portal answers; start it with `npm start`.";
  if (error instanceof Error && "code" in error && error.code === "ENOENT")
    return "There is no policy to check against; name one with --policy.";
  if (error instanceof Error) return `The log cannot be audited: ${error.message}`;
  throw error;
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
  for (const problem of report.problems) yield `does not hold: ${problem}`;
  yield report.problems.length === 0 ? "the log audits clean" : "the log does not audit";
}
