/** Prints what `npm start` and `npm test` do: one aligned line a step, with its time. */
export type Steps = {
  /** Runs `work`; prints its line when it has ended. `work` may set what the line says. */
  run<Result>(
    name: string,
    work: (say: (what: string) => void) => Promise<Result>,
  ): Promise<Result>;
  /** A line of its own, for what happens later. */
  note(line: string): void;
};

const NAME_WIDTH = 18;
const WHAT_WIDTH = 56;
const CLEAR_LINE = "\r\u001b[2K";

function timeOf(startedAt: number, now: number): string {
  return `${((now - startedAt) / 1_000).toFixed(1)} s`.padStart(8);
}

/**
 * Steps on `output`. On a terminal the last line names what is under way; elsewhere only finished
 * steps are printed.
 *
 * @param now monotonic milliseconds.
 * @param isStopping whether a step that fails now was stopped and has not failed.
 */
export function stepsOn(
  output: { write(text: string): unknown; readonly isTTY?: boolean },
  now: () => number,
  isStopping: () => boolean,
): Steps {
  const isTerminal = output.isTTY === true;
  const underWay = new Set<string>();
  const line = (text: string) => {
    const pending = underWay.size === 0 ? "" : `  ${[...underWay].join(", ")} …`;
    output.write(isTerminal ? `${CLEAR_LINE}${text}${pending}` : text);
  };
  return {
    run: async (name, work) => {
      const startedAt = now();
      let what = "";
      underWay.add(name);
      line("");
      const finish = (mark: string) => {
        underWay.delete(name);
        const text = `${mark} ${name.padEnd(NAME_WIDTH)}${what.padEnd(WHAT_WIDTH)}`;
        line(`${text}${timeOf(startedAt, now())}\n`);
      };
      try {
        const result = await work((text) => {
          what = text;
        });
        finish(" ");
        return result;
      } catch (error) {
        what = isStopping() ? "stopped" : "failed";
        finish(isStopping() ? " " : "!");
        throw error;
      }
    },
    note: (text) => line(`  ${text}\n`),
  };
}
