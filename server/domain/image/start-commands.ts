/** One `run` command of an ExeScript. */
export type StartCommand = {
  /** The program's absolute path in the image. */
  readonly entryPoint: string;
  readonly args: readonly string[];
};

/** Where the image of `workers/images/exit` has its program. */
export const EXIT_PROGRAM = "/golem/bin/exit-door";
/** Where the image of `workers/images/model` has its own. */
const MODEL_PROGRAM = "/golem/bin/model-door";

/**
 * Both programs leave the foreground by themselves, once they stand: a `run` command ends when its
 * process ends, and the script goes on only then.
 */
const IN_BACKGROUND = "-background";

/**
 * What starts the exit door.
 *
 * @param targets `host:port` of everything that may be reached: sorted and made unique here, so that one
 * set of targets has one command.
 */
export function exitStartCommand(targets: Iterable<string>): StartCommand {
  const allowed = [...new Set(targets)].sort();
  return {
    entryPoint: EXIT_PROGRAM,
    args: [IN_BACKGROUND, ...allowed.flatMap((target) => ["-allow", target])],
  };
}

/** What starts the model server. It answers `GET /health` with 200 once the model is loaded. */
export const modelStartCommand = (): StartCommand => ({
  entryPoint: MODEL_PROGRAM,
  args: [IN_BACKGROUND],
});

/** The origin of a URL as a target of the exit door, its port always spelled out. */
export function exitTargetOf(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${hostname}:${port || (protocol === "http:" ? 80 : 443)}`;
}

/**
 * The line of a computation manifest's script section that allows exactly this command, where `match`
 * is `strict`: yagna's exe-unit compares `run`, entry point and arguments, joined by single spaces.
 */
export const manifestCommandOf = ({ entryPoint, args }: StartCommand): string =>
  `run ${entryPoint} ${args.join(" ")}`;
