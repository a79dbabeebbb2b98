import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LoadPlan, LoadResult } from "@/server/cli/bench-log-load";
import type { BenchPart, PartMessage } from "@/server/cli/bench-log-parts";
import { environmentWith } from "@/server/env";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A process of `beacon bench log`, running. */
export type Part = {
  readonly child: ChildProcess;
  readonly url: string | null;
  readonly verifierKey: string | null;
  /** Has the load generator make and send requests. */
  put(plan: LoadPlan): Promise<LoadResult>;
};

/** Starts one of the processes of `beacon bench log` and waits until it is ready. */
export async function startPart(
  name: BenchPart,
  environment: Readonly<Record<string, string>>,
): Promise<Part> {
  const child = fork(join(ROOT, "server/cli/beacon.ts"), ["bench", name], {
    cwd: ROOT,
    env: environmentWith(environment),
    execArgv: ["--import", "tsx"],
  });
  const next = <Kind extends PartMessage["kind"]>(kind: Kind) =>
    new Promise<Extract<PartMessage, { kind: Kind }>>((resolve, reject) => {
      child.once("message", (message: PartMessage) => {
        if (message.kind === kind) resolve(message as Extract<PartMessage, { kind: Kind }>);
        else reject(new Error(`${name} said ${message.kind}`));
      });
      child.once("exit", (code) => reject(new Error(`${name} ended with ${code}`)));
    });
  const { url, verifierKey } = await next("ready");
  return {
    child,
    url,
    verifierKey,
    async put(plan) {
      const loaded = next("loaded");
      child.send(plan);
      return (await loaded).result;
    },
  };
}
