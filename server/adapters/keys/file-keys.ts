import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createKeyFile, readKeyFile } from "@/server/adapters/keys/key-file";
import type { Signer } from "@/server/adapters/keys/key-store";
import { BeaconError } from "@/server/domain/errors";

/** The keys of an installation. One key does one work: their messages must never be mistaken. */
export type InstallationKeys = {
  /** Signs checkpoints, and the registrations of runner keys. */
  readonly log: Signer;
  /** Signs entries. */
  readonly runner: Signer;
  /** Cosigns checkpoints, on behalf of the same operator. */
  readonly witness: Signer;
};

/**
 * The installation's keys from `log.pem`, `runner.pem` and `witness.pem` in `folder`. Missing files
 * (and the folder) are made; a damaged file is never replaced.
 *
 * @throws BeaconError KEY_FILE_INVALID naming the file.
 */
export function openKeys(folder: string): InstallationKeys {
  makeFolder(folder);
  const open = (name: string): Signer => openOrCreate(join(folder, `${name}.pem`));
  return { log: open("log"), runner: open("runner"), witness: open("witness") };
}

function openOrCreate(path: string): Signer {
  // Read again at the end: another process may have made the file since the first look.
  const signer = readKeyFile(path) ?? createKeyFile(path) ?? readKeyFile(path);
  if (signer === null)
    throw new BeaconError("KEY_FILE_INVALID", `${path} comes and goes`, { details: { path } });
  return signer;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new BeaconError("KEY_FILE_INVALID", `${folder} cannot hold keys`, {
      cause,
      details: { path: folder },
    });
  }
}
