import { expect } from "vitest";
import type { Context } from "@/server/context";
import { utf8 } from "@/server/domain/bytes";
import { isBeaconError } from "@/server/domain/errors";
import type { ReadPublished } from "@/server/domain/log/audit-tree";
import { type AuditReport, auditLog } from "@/server/services/audit-log";
import { readTile } from "@/server/services/read-tile";

type LogOf = Pick<Context, "log" | "policy" | "content">;

/** Reads what a log serves to strangers, without HTTP. */
export const readPublished =
  ({ log }: Pick<LogOf, "log">): ReadPublished =>
  async (path) => {
    if (path === "checkpoint") {
      const published = await log.published();
      return published === null ? null : utf8(published.note);
    }
    try {
      return await readTile({ log }, path);
    } catch (error) {
      if (isBeaconError(error) && error.code === "TILE_NOT_FOUND") return null;
      throw error;
    }
  };

/** Audits the whole published log from its bytes, as a stranger would, and expects nothing to be wrong. */
export async function checkLog(context: LogOf): Promise<AuditReport> {
  const report = await auditLog(context.policy, readPublished(context), context.content.get);
  expect(report.problems).toEqual([]);
  return report;
}
