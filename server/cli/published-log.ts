import { readFile } from "node:fs/promises";
import { isBeaconError } from "@/server/domain/errors";
import type { ReadPublished } from "@/server/domain/log/audit-tree";
import { parsePolicy } from "@/server/domain/log/policy";
import { type AuditReport, auditLog } from "@/server/services/audit-log";

/** Reads over HTTP what a portal serves below `url`. Null: it does not serve it. */
export const readOver =
  (url: string): ReadPublished =>
  async (path) => {
    const response = await fetch(`${url}/${path}`);
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  };

/** Reads the whole log of the portal at `url`, and its jobs' specs, and checks them against a policy file. */
export async function auditPortal(url: string, policyFile: string): Promise<AuditReport> {
  const policy = parsePolicy(await readFile(policyFile, "utf8"));
  const readBlock = readOver(`${url}/ipfs`);
  return auditLog(policy, readOver(`${url}/tlog`), (cid) => readBlock(`${cid}?format=raw`));
}

/** Why a log could not be read, in one sentence. */
export function unreadable(error: unknown): string {
  if (isBeaconError(error)) return `${error.code}: ${error.message}`;
  if (error instanceof TypeError) return "No portal answers; start it with `npm start`.";
  if (error instanceof Error && "code" in error && error.code === "ENOENT")
    return "There is no policy to check against; name one with --policy.";
  if (error instanceof Error) return `The log cannot be audited: ${error.message}`;
  throw error;
}
