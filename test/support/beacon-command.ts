import { execFile } from "node:child_process";
import { ROOT, type ToolResult } from "@/test/support/run-tool";

const OUTPUT_LIMIT_BYTES = 5_000_000;
// Playwright asks its children for colours; with them, Node warns on standard error.
const { FORCE_COLOR: _, NO_COLOR: __, ...withoutColours } = process.env;

/** `npm run -s beacon -- ARGS`, as people type it, over the state folder `home`. */
export function beaconCommand(home: string, args: readonly string[]): Promise<ToolResult> {
  return new Promise((resolve) => {
    execFile(
      "npm",
      ["run", "-s", "beacon", "--", ...args],
      {
        cwd: ROOT,
        maxBuffer: OUTPUT_LIMIT_BYTES,
        env: { ...withoutColours, BEACON_HOME: home },
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        resolve({ exitCode: typeof code === "number" ? code : 1, stdout, stderr });
      },
    );
  });
}

/** Does `work` on every item, so many at a time; the answers in the order of the items. */
export async function severalAtATime<Item, Answer>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const waiting = [...items.entries()];
  const hand = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      answers[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: limit }, hand));
  return answers;
}
