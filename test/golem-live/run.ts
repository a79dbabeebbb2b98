/**
 * `npm run test:golem-live`: the suite for a real Golem network, which an operator starts by hand. It
 * rents machines, which costs money, and is never part of `npm test`.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { countriesOf } from "@/test/golem-live/live-countries";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Why the suite is not run; null: it can be. */
function refusal({ YAGNA_APPKEY, BEACON_LIVE_COUNTRIES }: NodeJS.ProcessEnv): string | null {
  if (YAGNA_APPKEY === undefined || YAGNA_APPKEY === "")
    return "YAGNA_APPKEY is not set: this suite rents on a real Golem network, and there is none to rent on. docs/golem.md says how to set one up.";
  if (countriesOf(BEACON_LIVE_COUNTRIES) === null)
    return "BEACON_LIVE_COUNTRIES is not a list of countries: set it to where to rent, such as DE,US.";
  return null;
}

const reason = refusal(process.env);
if (reason !== null) {
  process.stderr.write(`Not run. ${reason}\n`);
  process.exit(2);
}
const child = spawn(
  process.execPath,
  [
    join(ROOT, "node_modules", "vitest", "vitest.mjs"),
    "run",
    "--config",
    join(ROOT, "vitest.golem-live.config.ts"),
  ],
  { cwd: ROOT, stdio: "inherit", env: { ...process.env, NODE_ENV: "test" } },
);
child.once("error", () => process.exit(1));
child.once("exit", (code) => process.exit(code ?? 1));
