import { execFile } from "node:child_process";

const LIMIT_MS = 2_000;

/** The commit that the tree at `root` was checked out from, 12 digits of it; null: nobody knows. */
export const commitOf = (root: string): Promise<string | null> =>
  new Promise((resolve) => {
    const args = ["rev-parse", "--short=12", "HEAD"];
    execFile("git", args, { cwd: root, timeout: LIMIT_MS }, (error, stdout) => {
      const commit = stdout.trim();
      resolve(error === null && /^[0-9a-f]{12,40}$/.test(commit) ? commit : null);
    });
  });
