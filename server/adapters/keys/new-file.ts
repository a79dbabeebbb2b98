import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { BeaconError } from "@/server/domain/errors";

/**
 * Writes a file that did not exist, readable by its owner only. It is there whole and on disk for
 * good, or not at all, and never in the place of another: a key that is overwritten is lost for ever.
 *
 * @returns false when `path` exists already.
 * @throws BeaconError KEY_FILE_INVALID when the file cannot be written.
 */
export function writeNewFile(path: string, text: string): boolean {
  const draft = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  try {
    writeDurably(draft, text);
    linkSync(draft, path); // unlike rename, this refuses to replace a file
    syncFolder(dirname(path));
    return true;
  } catch (cause) {
    if (isCode(cause, "EEXIST")) return false;
    throw new BeaconError("KEY_FILE_INVALID", `${path} cannot be written`, {
      cause,
      details: { path },
    });
  } finally {
    removeIfThere(draft);
  }
}

/**
 * A key that others of the machine can read is no secret.
 *
 * @throws BeaconError KEY_FILE_INVALID when group or others may read or write the file, or it is missing.
 */
export function mustBePrivate(path: string): void {
  let mode: number;
  try {
    ({ mode } = statSync(path));
  } catch (cause) {
    throw new BeaconError("KEY_FILE_INVALID", `${path} cannot be read`, {
      cause,
      details: { path },
    });
  }
  if ((mode & 0o077) !== 0)
    throw new BeaconError(
      "KEY_FILE_INVALID",
      `${path} is open to others of this machine: chmod 600 ${path}`,
      { details: { path } },
    );
}

/** Whether `error` is one of the file system's, with this code. */
export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;

function writeDurably(path: string, text: string): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes durable that files came, went or changed their names in a folder. */
export function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
}
