import { createHash } from "node:crypto";

/** 64 hex digits that stand for a log's origin in paths: of the monitoring endpoint, and of state files. */
export const originDigest = (origin: string): string =>
  createHash("sha256").update(origin, "utf8").digest("hex");

/** Where below its prefix a witness shows the checkpoint of a log that it holds (C2SP tlog-witness). */
export const monitoringPath = (origin: string): string => `${originDigest(origin)}/checkpoint`;
