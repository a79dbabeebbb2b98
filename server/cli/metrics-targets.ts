import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { keptPorts } from "@/server/cli/ports";
import { BeaconError } from "@/server/domain/errors";

/** Where a process serves its metrics and readiness. */
export type MetricsTarget = { readonly process: string; readonly address: string };

/** What Prometheus finds its targets by (`file_sd_configs`), in the state folder. */
export const TARGETS_FILE = "prometheus-targets.json";
/** Which process has which port, so that it is the same at every start. */
const PORTS_FILE = "metrics-ports.json";

const Targets = z.array(
  z.object({
    targets: z.tuple([z.string()]),
    labels: z.object({ process: z.string() }),
  }),
);

/** An address that listens everywhere is reached here. */
const reachable = (host: string): string => {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
};

/**
 * Gives every process a port for its metrics, the same as at the last start, and writes down where they
 * are found.
 */
export async function layMetricsTargets<Name extends string>(
  home: string,
  host: string,
  names: readonly Name[],
): Promise<Readonly<Record<Name, number>>> {
  const ports = await keptPorts(join(home, PORTS_FILE), names);
  const targets = names.map((process) => ({
    targets: [`${reachable(host)}:${ports[process]}`],
    labels: { process },
  }));
  const file = join(home, TARGETS_FILE);
  // Prometheus reads it whenever it changes, and must not read half of it.
  writeFileSync(`${file}.new`, `${JSON.stringify(targets, null, 2)}\n`);
  renameSync(`${file}.new`, file);
  return ports;
}

/** Where the processes of an installation were said to be; null: it was never started. @throws BeaconError STATE_FOLDER_BROKEN */
export function readMetricsTargets(home: string): readonly MetricsTarget[] | null {
  const file = join(home, TARGETS_FILE);
  if (!existsSync(file)) return null;
  try {
    return Targets.parse(JSON.parse(readFileSync(file, "utf8"))).map(({ targets, labels }) => ({
      process: labels.process,
      address: targets[0],
    }));
  } catch (cause) {
    throw new BeaconError("STATE_FOLDER_BROKEN", `${file} is no list of targets`, { cause });
  }
}
