import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Halted } from "@/server/adapters/db/log-halt";
import { readVerifiers } from "@/server/cli/served-verifiers";
import { type Context, contextFor } from "@/server/context";
import { isBeaconError } from "@/server/domain/errors";
import { readEnv } from "@/server/env";
import { createAccount } from "@/server/services/create-account";
import { registerRunner } from "@/server/services/register-runner";
import { registerVerifiers } from "@/server/services/register-verifiers";
import { revokeKey } from "@/server/services/revoke-key";

/** The first admin's address; only a name to sign in with, no mail is sent. */
const ADMIN_EMAIL = "admin@beacon.local";

/**
 * Makes an installation whole: keys, the registration of the runner's key and the revocation of
 * those before it, commitments to the verification programs, the policy file, and an admin when
 * there is none. Safe to repeat.
 *
 * @returns the new admin's password, which is kept nowhere but as a hash; null when there is an admin. And
 *   whether the log was halted before.
 */
export async function prepareInstallation(
  databaseUrl: string,
): Promise<{ newAdmin: { email: string; password: string } | null; halted: Halted | null }> {
  const env = { ...readEnv(), DATABASE_URL: databaseUrl };
  const context = contextFor(env);
  try {
    await registerRunner(context);
    await revokeRetired(context);
    await registerVerifiers(context, await readVerifiers());
    await writeFile(join(env.BEACON_HOME, "policy.txt"), context.policyText);
    const halted = await context.logHalt.read();
    if ((await context.accounts.count("admin")) > 0) return { newAdmin: null, halted };
    const password = randomBytes(12).toString("base64url");
    const admin = { email: ADMIN_EMAIL, name: "Admin", role: "admin" as const, password };
    await createAccount(context, admin);
    return { newAdmin: { email: ADMIN_EMAIL, password }, halted };
  } finally {
    await context.close();
  }
}

/** A key that the log never registered needs no revocation: no receipt can lean on it. */
async function revokeRetired(context: Context): Promise<void> {
  for (const retired of context.retiredKeys)
    try {
      await revokeKey(context, retired);
    } catch (error) {
      if (!isBeaconError(error) || error.code !== "KEY_NOT_FOUND") throw error;
    }
}
