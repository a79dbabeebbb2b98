import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What `workers/images/exit/go.mod` asks for. */
const NEEDED = [1, 24] as const;

/** Why this machine cannot build our own Go program; null: it can. */
export async function goProblem(): Promise<string | null> {
  const said = await promisify(execFile)("go", ["version"]).catch(() => null);
  if (said === null) return "there is no Go to build the exit program with";
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(said.stdout) ?? [];
  const isNewEnough =
    Number(major) > NEEDED[0] || (Number(major) === NEEDED[0] && Number(minor) >= NEEDED[1]);
  return isNewEnough ? null : `the exit program needs Go ${NEEDED.join(".")}, and this is older`;
}
