import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createKeyFile } from "@/server/adapters/keys/key-file";
import { ROOT } from "@/test/support/run-tool";

/** How long a daemon may take to say where it listens. */
const PATIENCE_MS = 25_000;

/**
 * `beacon witness` as a process of its own, with a new key and all its state in `folder`.
 *
 * @param logVerifierKey the one log that it watches.
 */
export async function aWitnessDaemon(
  folder: string,
  logVerifierKey: string,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const key = join(folder, "witness.pem");
  createKeyFile(key);
  const child = spawn(
    process.execPath,
    [
      ...["--import", "tsx", "server/cli/beacon.ts", "witness"],
      ...["--name", "witness.example/stranger", "--key", key, "--log", logVerifierKey],
      ...["--listen", "127.0.0.1:0", "--state", join(folder, "state")],
    ],
    { cwd: ROOT, env: { ...process.env, BEACON_HOME: folder, DATABASE_URL: "" } },
  );
  const ended = once(child, "exit");
  const url = await new Promise<string>((resolve, reject) => {
    let said = "";
    const give = setTimeout(() => reject(new Error(`the witness said: ${said}`)), PATIENCE_MS);
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (part: string) => {
        said += part;
        const [, found] = /^listens (.+)$/m.exec(said) ?? [];
        if (found === undefined) return;
        clearTimeout(give);
        resolve(found);
      });
  });
  return {
    url,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
