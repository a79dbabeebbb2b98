import { z } from "zod";

export type MachineState = "Initialized" | "Deployed" | "Ready" | "Unresponsive" | "Terminated";

/** The commands that a broken machine can fail at. */
export type FailingCommand = "deploy" | "start";

const Deployment = z.object({
  net: z
    .array(z.object({ id: z.string().max(100) }))
    .max(10)
    .optional(),
});

/** An exe script: commands, each an object with one key. */
export const ExeScript = z
  .array(z.record(z.string().max(40), z.unknown()))
  .min(1)
  .max(100);
export type ExeScript = z.infer<typeof ExeScript>;

type CommandResult = {
  readonly index: number;
  readonly result: "Ok" | "Error";
  readonly stdout: string | null;
  readonly stderr: string | null;
  readonly message: string | null;
  readonly isBatchFinished: boolean;
  readonly eventDate: string;
};

/** Results of one script, complete: commands of the loopback network end at once. */
export type Batch = readonly CommandResult[];

type Effect = {
  readonly state: MachineState;
  readonly networkId?: string;
  readonly error?: string;
};

/** Runs a script to its end or to its first error. The machine's new state comes back beside the results. */
export function runScript(
  script: ExeScript,
  before: MachineState,
  now: Date,
  failing: ReadonlySet<FailingCommand> = new Set(),
): { readonly batch: Batch; readonly state: MachineState; readonly networkId: string | null } {
  const batch: CommandResult[] = [];
  let state = before;
  let networkId: string | null = null;
  for (const [index, command] of script.entries()) {
    const effect = effectOf(command, state, failing);
    state = effect.state;
    networkId = effect.networkId ?? networkId;
    batch.push({
      index,
      result: effect.error === undefined ? "Ok" : "Error",
      stdout: null,
      stderr: null,
      message: effect.error ?? null,
      isBatchFinished: effect.error !== undefined || index === script.length - 1,
      eventDate: now.toISOString(),
    });
    if (effect.error !== undefined) break;
  }
  return { batch, state, networkId };
}

function effectOf(
  command: Readonly<Record<string, unknown>>,
  state: MachineState,
  failing: ReadonlySet<string>,
): Effect {
  const [name = "", args] = Object.entries(command)[0] ?? [];
  if (failing.has(name)) return { state, error: `ExeUnit could not ${name} (scripted)` };
  if (name === "deploy" && state === "Initialized") {
    const network = Deployment.parse(args ?? {}).net?.[0];
    return network === undefined
      ? { state: "Deployed" }
      : { state: "Deployed", networkId: network.id };
  }
  if (name === "start" && state === "Deployed") return { state: "Ready" };
  if (name === "terminate") return { state: "Initialized" };
  if (name === "run" || name === "transfer")
    return { state, error: "the loopback machine runs no commands and transfers no files" };
  return { state, error: `a machine that is ${state} cannot ${name}` };
}
