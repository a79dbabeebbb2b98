import { parseArgs } from "node:util";
import type { CommandIo } from "@/server/cli/command";
import { takePidLock } from "@/server/cli/pid-lock";
import { type Context, contextFor, openVaultRotation } from "@/server/context";
import { visitDatabase } from "@/server/database";
import { BeaconError } from "@/server/domain/errors";
import { readEnv } from "@/server/env";
import { rotateVault } from "@/server/services/rotate-vault";

const USAGE = "usage: beacon vault rotate";

/**
 * `beacon vault rotate`: seals the keys of all services under a new master key. The portal may run
 * meanwhile, and need not. When it was broken off, it is run again.
 *
 * @returns 0 done, 2 nothing to rotate, or wrong usage.
 * @throws BeaconError ALREADY_RUNNING, VAULT_KEY_WRONG, KEY_FILE_INVALID, DATABASE_UNAVAILABLE
 */
export async function vaultCommand(args: readonly string[], io: CommandIo): Promise<0 | 2> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
  if (positionals.length !== 1 || positionals[0] !== "rotate") {
    io.err(USAGE);
    return 2;
  }
  const env = { ...readEnv(), BEACON_HOME: io.home };
  const database = await visitDatabase(env);
  if (database === null) {
    io.err("There is no installation here yet, and no key to seal anew.");
    return 2;
  }
  const context = contextFor({ ...env, DATABASE_URL: database.url });
  try {
    return await rotate(context, io);
  } finally {
    await context.close();
    await database.close();
  }
}

async function rotate(context: Context, io: CommandIo): Promise<0> {
  const vault = await openVaultRotation(context);
  // Beside the key file: two installations may be told to use one.
  const lock = takePidLock(`${vault.path}.lock`);
  if ("heldBy" in lock)
    throw new BeaconError("ALREADY_RUNNING", `Process ${lock.heldBy} is rotating the vault.`);
  try {
    const { masterKeyId, resealed, retired } = await rotateVault({ ...context, vault });
    io.out(`${masterKeyId} seals from now on; ${resealed} keys were sealed anew.`);
    for (const file of retired) io.out(`retired: ${file}`);
    io.out("Back the new master key up, apart from the database.");
    if (retired.length > 0)
      io.out(
        "Retired ones open nothing but older backups of the database: delete them when you keep none. If one was seen by others, have the vendors replace the keys themselves.",
      );
    return 0;
  } finally {
    lock.release();
  }
}
