import { startInstallation } from "@/test/support/installation";

/**
 * Playwright's global set-up: a whole installation in a temporary folder, by the command that people
 * use. Ready when its demonstration has been compared. Tests find BEACON_TEST_HOME,
 * BEACON_TEST_EMAIL and BEACON_TEST_PASSWORD in their environment.
 *
 * @returns what stops and removes it.
 */
export default async function setUpInstallation(): Promise<() => Promise<void>> {
  const beacon = await startInstallation({
    PORT: process.env.BEACON_TEST_PORT ?? "3123",
    DATABASE_URL: "",
    BEACON_DEMONSTRATION: "1",
    // Slow enough that a job can be watched.
    BEACON_CONTROL_LATENCY_MS: "900",
  });
  const signIn = /sign in as (\S+), password (\S+) \|/.exec(beacon.output());
  process.env.BEACON_TEST_HOME = beacon.home;
  process.env.BEACON_TEST_EMAIL = signIn?.[1] ?? "";
  process.env.BEACON_TEST_PASSWORD = signIn?.[2] ?? "";
  return () => beacon.remove();
}
