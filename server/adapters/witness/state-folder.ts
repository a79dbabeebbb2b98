import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { originDigest } from "@/server/adapters/witness/monitoring-path";
import { readWitnessState } from "@/server/adapters/witness/witness-state";

/** Where in a witness's state folder the log `origin` is kept: one file a log. */
export const stateFileIn = (folder: string, origin: string): string =>
  join(folder, `${originDigest(origin)}.json`);

/**
 * Looks over a state folder before anything is signed: every log's file must be readable, and drafts
 * that a killed process left behind are removed. Only the holder of the folder may do so.
 *
 * @throws BeaconError WITNESS_REFUSED naming the damaged file.
 */
export async function checkStateFolder(folder: string, origins: readonly string[]): Promise<void> {
  for (const origin of origins) await readWitnessState(stateFileIn(folder, origin), origin);
  for (const name of await readdir(folder))
    if (/^[0-9a-f]{64}\.json\.[0-9a-f-]{36}\.tmp$/.test(name)) await rm(join(folder, name));
}
