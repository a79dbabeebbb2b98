/** A process for the supervisor's tests; STUB says what it does. */
import { existsSync, writeFileSync } from "node:fs";
import { BeaconError } from "@/server/domain/errors";
import { runProcess } from "@/server/lifecycle";

const { STUB = "runs", STUB_FILE = "" } = process.env;

await runProcess("stub", async () => {
  if (STUB === "fails") throw new BeaconError("GOLEM_UNAVAILABLE", "no yagna here");
  if (STUB === "crashes") process.exit(3);
  const held = setInterval(() => {}, 1_000);
  if (STUB === "dies once" && !existsSync(STUB_FILE)) {
    writeFileSync(STUB_FILE, "");
    setTimeout(() => process.exit(4), 50);
  }
  return async () => {
    if (STUB === "hangs") await new Promise(() => {});
    clearInterval(held);
    writeFileSync(STUB_FILE, "stopped");
  };
});
