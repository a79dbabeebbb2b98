import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { contextFor } from "@/server/context";
import { readEnv } from "@/server/env";
import { createAccount } from "@/server/services/create-account";
import { registerRunner } from "@/server/services/register-runner";

/** The first admin's address; only a name to sign in with, no mail is sent. */
const ADMIN_EMAIL = "admin@beacon.local";

/**
 * Makes an installation whole: keys, the registration of the runner's key, the policy file, and an
 * admin when there is none. Safe to repeat.
 *
 * @returns the new admin's password, which is kept nowhere but as a hash; null when there is an admin.
 */
export async function prepareInstallation(
  databaseUrl: string,
): Promise<{ newAdmin: { email: string; password: string } | null }> {
  const env = { ...readEnv(), DATABASE_URL: databaseUrl };
  const context = contextFor(env);
  try {
    await registerRunner(context);
    await writeFile(join(env.BEACON_HOME, "policy.txt"), context.policyText);
    if ((await context.accounts.count("admin")) > 0) return { newAdmin: null };
    const password = randomBytes(12).toString("base64url");
    const admin = { email: ADMIN_EMAIL, name: "Admin", role: "admin" as const, password };
    await createAccount(context, admin);
    return { newAdmin: { email: ADMIN_EMAIL, password } };
  } finally {
    await context.close();
  }
}
