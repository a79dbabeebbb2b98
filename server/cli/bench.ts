import { parseArgs } from "node:util";
import type { CommandIo } from "@/server/cli/command";

export const BENCH_USAGE = "bench pipeline [--prompts 500] [--latency 20] [--json]";

/**
 * `beacon bench pipeline`: measures, on this machine, the way from a submitted job to its last
 * published receipt, in an installation of its own that is thrown away afterwards.
 *
 * @returns 0 measured, 2 wrong usage.
 */
export async function benchCommand(args: readonly string[], io: CommandIo): Promise<0 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      prompts: { type: "string", default: "500" },
      latency: { type: "string", default: "20" },
      json: { type: "boolean", default: false },
    },
  });
  const prompts = Number(values.prompts);
  const latencyMs = Number(values.latency);
  const isUsable = Number.isInteger(prompts) && prompts > 0 && prompts <= 500 && latencyMs >= 0;
  if (positionals[0] !== "pipeline" || !isUsable) {
    io.err(`usage: beacon ${BENCH_USAGE}`);
    return 2;
  }
  const { benchPipeline } = await import("@/server/cli/bench-pipeline");
  const figures = await benchPipeline({ prompts, latencyMs });
  if (values.json) io.out(JSON.stringify(figures));
  else
    for (const [name, value] of Object.entries(figures))
      io.out(`${name.padEnd(28)} ${typeof value === "object" ? JSON.stringify(value) : value}`);
  return 0;
}
