import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** A held lock. */
export type PidLock = {
  /** Whether a dead process had left it behind. */
  readonly wasStale: boolean;
  release(): void;
};

/** A process and when it was started: process ids are used again. */
function signatureOf(pid: number): string | null {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return null;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, startedAtTicks] = [fields[0], fields[19]];
    return state === "Z" ? null : `${pid} ${startedAtTicks}`;
  } catch {
    return `${pid} -`; // no /proc here: the process id must do
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}

/**
 * Takes the lock `file` for this process.
 *
 * @returns the id of the living process that holds it, when there is one.
 */
export function takePidLock(file: string): PidLock | { readonly heldBy: number } {
  const own = signatureOf(process.pid) ?? `${process.pid} -`;
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${own}\n`);
  try {
    for (let wasStale = false; ; wasStale = true) {
      try {
        linkSync(draft, file); // fails when the lock exists: of two, one succeeds
        return { wasStale, release: () => release(file, own) };
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      }
      const holder = read(file);
      if (holder === null) continue;
      const pid = Number(holder.split(" ")[0]);
      if (Number.isSafeInteger(pid) && pid > 0 && signatureOf(pid) === holder) {
        return { heldBy: pid };
      }
      putAside(file, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes a stale lock, and only that one: another process may take the lock at the same moment. */
function putAside(file: string, stale: string): void {
  const aside = `${file}.stale-${process.pid}`;
  try {
    renameSync(file, aside);
    if (read(aside) !== stale) linkSync(aside, file);
  } catch {
    // somebody else was quicker; the next round sees what they left
  }
  rmSync(aside, { force: true });
}

function release(file: string, own: string): void {
  if (read(file) === own) rmSync(file, { force: true });
}
