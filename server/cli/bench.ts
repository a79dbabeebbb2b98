import { parseArgs } from "node:util";
import type { CommandIo } from "@/server/cli/command";

export const BENCH_USAGE =
  "bench log [--chromium PATH] | pipeline [--prompts 500] [--latency 20] | dispatch [--tasks 5000] [--latency 2000] | explorer [--rows 100000] [--json]";

/**
 * `beacon bench pipeline`: measures, on this machine, the way from a submitted job to its last
 * published receipt; `beacon bench dispatch`: how ten countries are asked through both doors while
 * providers fail; `beacon bench log`: the log by itself; `beacon bench explorer`: the explorer's
 * searches. Each in an installation of its own that is thrown away afterwards.
 *
 * @returns 0 measured, 2 wrong usage.
 */
export const benchCommand = (args: readonly string[], io: CommandIo): Promise<0 | 2> =>
  args[0] === "explorer" ? benchSearches(args.slice(1), io) : benchInstallations(args, io);

async function benchSearches(args: readonly string[], io: CommandIo): Promise<0 | 2> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: "string", default: "100000" },
      json: { type: "boolean", default: false },
    },
  });
  const rows = Number(values.rows);
  if (!Number.isInteger(rows) || rows < 1 || rows > 10_000_000) {
    io.err(`usage: beacon ${BENCH_USAGE}`);
    return 2;
  }
  const { benchExplorer } = await import("@/server/cli/bench-explorer");
  show(await benchExplorer(rows), values.json, io);
  return 0;
}

async function benchInstallations(args: readonly string[], io: CommandIo): Promise<0 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      prompts: { type: "string", default: "500" },
      latency: { type: "string" },
      tasks: { type: "string", default: "5000" },
      chromium: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const [what] = positionals;
  if (what === "log") {
    const { benchLog } = await import("@/server/cli/bench-log");
    const figures = await benchLog((line) => io.err(line), values.chromium ?? null);
    show(figures, values.json, io);
    return 0;
  }
  if (what?.startsWith("log-") === true && process.send !== undefined) {
    const { BENCH_PARTS, runBenchPart } = await import("@/server/cli/bench-log-parts");
    const part = BENCH_PARTS.find((name) => name === what);
    if (part !== undefined) return runBenchPart(part);
  }
  if (what === "dispatch") {
    const order = { tasks: Number(values.tasks), latencyMs: Number(values.latency ?? "2000") };
    if (Number.isInteger(order.tasks) && order.tasks >= 20 && order.latencyMs >= 0) {
      const { benchDispatch } = await import("@/server/cli/bench-dispatch");
      show(await benchDispatch(order), values.json, io);
      return 0;
    }
  }
  const prompts = Number(values.prompts);
  const latencyMs = Number(values.latency ?? "20");
  const isUsable = Number.isInteger(prompts) && prompts > 0 && prompts <= 500 && latencyMs >= 0;
  if (what !== "pipeline" || !isUsable) {
    io.err(`usage: beacon ${BENCH_USAGE}`);
    return 2;
  }
  const { benchPipeline } = await import("@/server/cli/bench-pipeline");
  show(await benchPipeline({ prompts, latencyMs }), values.json, io);
  return 0;
}

function show(figures: Readonly<Record<string, unknown>>, isJson: boolean, io: CommandIo): void {
  if (isJson) io.out(JSON.stringify(figures));
  else
    for (const [name, value] of Object.entries(figures))
      io.out(`${name.padEnd(28)} ${typeof value === "object" ? JSON.stringify(value) : value}`);
}
